/* fields_access.c -- variables of nginx's access log and what they tell.
 *
 * Variables and separators: src/http/modules/ngx_http_log_module.c, ngx_http_upstream.c
 * (ngx_http_upstream_addr_variable and its neighbours: ", " between peers, " : " between groups).
 */
#include "fields_access.h"

#include <limits.h>

#include "fields_nginx.h"

typedef enum kind {
    PLAIN,
    STATUS,
    LIST,      /* of upstreams: may hold blanks */
    ADDRESSES, /* a list of addresses */
    SECONDS,   /* one duration */
    DURATIONS, /* a list of them */
    TIME_LOCAL,
    TIME_ISO,
    TIME_MSEC,
    TARGET, /* a path, perhaps with a query */
} kind;

static const struct variable {
    w5_str name;
    kind kind;
    int field; /* -1: no field of its own */
} variables[] = {
    {W5_LIT("status"),                   STATUS,     W5_F_status                },
    {W5_LIT("request"),                  PLAIN,      W5_F_request               },
    {W5_LIT("remote_addr"),              PLAIN,      W5_F_client                },
    {W5_LIT("time_local"),               TIME_LOCAL, -1                         },
    {W5_LIT("time_iso8601"),             TIME_ISO,   -1                         },
    {W5_LIT("msec"),                     TIME_MSEC,  -1                         },
    {W5_LIT("request_time"),             SECONDS,    W5_F_request_time          },
    {W5_LIT("upstream_addr"),            ADDRESSES,  W5_F_upstream_addr         },
    {W5_LIT("upstream_status"),          LIST,       W5_F_upstream_status       },
    {W5_LIT("upstream_response_time"),   DURATIONS,  W5_F_upstream_response_time},
    {W5_LIT("upstream_connect_time"),    DURATIONS,  W5_F_upstream_connect_time },
    {W5_LIT("upstream_header_time"),     DURATIONS,  W5_F_upstream_header_time  },
    {W5_LIT("upstream_response_length"), LIST,       -1                         },
    {W5_LIT("upstream_bytes_sent"),      LIST,       -1                         },
    {W5_LIT("upstream_bytes_received"),  LIST,       -1                         },
    {W5_LIT("request_method"),           PLAIN,      W5_F_method                },
    {W5_LIT("request_uri"),              TARGET,     W5_F_path                  },
    {W5_LIT("uri"),                      TARGET,     W5_F_path                  },
    {W5_LIT("body_bytes_sent"),          PLAIN,      W5_F_bytes_sent            },
    {W5_LIT("bytes_sent"),               PLAIN,      W5_F_bytes_sent            },
    {W5_LIT("http_referer"),             PLAIN,      W5_F_referrer              },
    {W5_LIT("http_user_agent"),          PLAIN,      W5_F_user_agent            },
    {W5_LIT("host"),                     PLAIN,      W5_F_http_host             },
    {W5_LIT("http_host"),                PLAIN,      W5_F_http_host             },
    {W5_LIT("server_name"),              PLAIN,      W5_F_server                },
    {W5_LIT("remote_user"),              PLAIN,      W5_F_user                  },
    {W5_LIT("connection"),               PLAIN,      W5_F_connection            },
    {W5_LIT("pid"),                      PLAIN,      W5_F_pid                   },
    {W5_LIT("request_completion"),       PLAIN,      W5_F_request_completion    },
 /* What people call them in key=value and JSON formats of their own. */
    {W5_LIT("rt"),                       SECONDS,    W5_F_request_time          },
    {W5_LIT("ua"),                       ADDRESSES,  W5_F_upstream_addr         },
    {W5_LIT("uaddr"),                    ADDRESSES,  W5_F_upstream_addr         },
    {W5_LIT("upstream"),                 ADDRESSES,  W5_F_upstream_addr         },
    {W5_LIT("us"),                       LIST,       W5_F_upstream_status       },
    {W5_LIT("ustatus"),                  LIST,       W5_F_upstream_status       },
    {W5_LIT("ut"),                       DURATIONS,  W5_F_upstream_response_time},
    {W5_LIT("urt"),                      DURATIONS,  W5_F_upstream_response_time},
    {W5_LIT("uct"),                      DURATIONS,  W5_F_upstream_connect_time },
    {W5_LIT("uht"),                      DURATIONS,  W5_F_upstream_header_time  },
    {W5_LIT("cs"),                       PLAIN,      W5_F_connection            },
    {W5_LIT("conn"),                     PLAIN,      W5_F_connection            },
    {W5_LIT("c"),                        PLAIN,      W5_F_request_completion    },
    {W5_LIT("time"),                     TIME_ISO,   -1                         },
    {W5_LIT("@timestamp"),               TIME_ISO,   -1                         },
    {W5_LIT("timestamp"),                TIME_ISO,   -1                         },
    {W5_LIT("method"),                   PLAIN,      W5_F_method                },
    {W5_LIT("path"),                     TARGET,     W5_F_path                  },
    {W5_LIT("client"),                   PLAIN,      W5_F_client                },
    {W5_LIT("clientip"),                 PLAIN,      W5_F_client                },
    {W5_LIT("client_ip"),                PLAIN,      W5_F_client                },
    {W5_LIT("remote_ip"),                PLAIN,      W5_F_client                },
    {W5_LIT("vhost"),                    PLAIN,      W5_F_http_host             },
    {W5_LIT("server"),                   PLAIN,      W5_F_server                },
    {W5_LIT("referer"),                  PLAIN,      W5_F_referrer              },
    {W5_LIT("referrer"),                 PLAIN,      W5_F_referrer              },
    {W5_LIT("user_agent"),               PLAIN,      W5_F_user_agent            },
    {W5_LIT("http_x_forwarded_for"),     PLAIN,      -1                         },
};
enum {
    VARIABLES = sizeof(variables) / sizeof(*variables)
};

static int find_variable(w5_str name)
{
    for (int i = 0; i < VARIABLES; i++)
        if (w5_str_eq(variables[i].name, name))
            return i;
    return -1;
}

/* --- values ----------------------------------------------------------------------------------- */
bool w5_access_time_local(w5_str s, w5_time *at)
{
    unsigned day, year, hour, minute, second;
    const char *p = s.ptr;
    int east;
    if (s.len < 26 || p[2] != '/' || p[6] != '/' || p[11] != ':' || p[14] != ':' || p[17] != ':' ||
        p[20] != ' ' || !w5_digits(p, 2, &day) || !w5_digits(p + 7, 4, &year) ||
        !w5_digits(p + 12, 2, &hour) || !w5_digits(p + 15, 2, &minute) ||
        !w5_digits(p + 18, 2, &second))
        return false;
    w5_str offset = w5_str_skip(s, 21);
    *at = w5_civil(year, w5_month(p + 3), day, hour, minute, second, 0);
    if (*at == W5_TIME_NONE || !w5_take_offset(&offset, &east))
        return false;
    *at -= east * W5_SECOND;
    return true;
}

static bool put_time(w5_record *r, w5_time at, bool zoned, unsigned digits)
{
    bool better = r->at == W5_TIME_NONE || digits > r->digits;
    if (better) {
        r->at = at;
        r->zoned = zoned;
        r->digits = (uint8_t)digits;
    }
    return true;
}

static bool put_iso(w5_record *r, w5_str value)
{
    w5_time at;
    int offset;
    unsigned digits;
    if (w5_take_iso(&value, &at, &offset, &digits))
        return put_time(r, at, offset != INT_MIN, digits);
    return w5_access_time_local(value, &at) && put_time(r, at, true, 0);
}

static bool put_msec(w5_record *r, w5_str value)
{
    int64_t micros;
    return w5_str_micros(value, &micros) && put_time(r, micros, true, 3);
}

/* Digits, points, dashes and the separators of lists. */
static bool is_list_of_numbers(w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || memchr(".-, :", s.ptr[i], 5)))
            return false;
    return true;
}

static bool is_seconds(w5_str s)
{
    int64_t micros;
    return w5_str_eq(s, W5_STR("-")) || s.len == 0 || w5_str_micros(s, &micros);
}

/* "Mozilla/5.0 (X11; …" may stand under the same name as an address. */
static bool is_list_of_addresses(w5_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '(' || c == ';' || c == '"' || c == '\\')
            return false;
        if (c == ' ' && i > 0 && s.ptr[i - 1] != ',' && s.ptr[i - 1] != ':' &&
            !w5_str_starts(w5_str_skip(s, i), W5_STR(" : ")))
            return false;
    }
    size_t slash;
    return !w5_str_find_char(s, '/', &slash) || w5_str_starts(s, W5_STR("unix:")) ||
           w5_mem_find(s.ptr, s.len, " unix:", 6);
}

static bool is_status(w5_str s)
{
    unsigned status;
    return s.len == 3 && w5_digits(s.ptr, 3, &status);
}

static bool put_plain(w5_record *r, int field, w5_str value, bool fits)
{
    if (fits && field >= 0 && !(r->have >> field & 1))
        w5_record_set(r, (w5_field)field, value);
    return fits;
}

static w5_str without_query(w5_str s)
{
    size_t at;
    return w5_str_find_char(s, '?', &at) ? w5_str_head(s, at) : s;
}

static bool put_variable(w5_record *r, int i, w5_str value)
{
    const struct variable *v = &variables[i];
    bool missing = w5_str_eq(value, W5_STR("-"));
    switch (v->kind) {
    case PLAIN:
        return missing || put_plain(r, v->field, value, true);
    case STATUS:
        return put_plain(r, v->field, value, is_status(value));
    case LIST:
    case DURATIONS:
        return put_plain(r, v->field, value, is_list_of_numbers(value));
    case ADDRESSES:
        return put_plain(r, v->field, value, is_list_of_addresses(value));
    case SECONDS:
        return put_plain(r, v->field, value, is_seconds(value));
    case TARGET:
        return missing || put_plain(r, v->field, without_query(value), true);
    case TIME_LOCAL:
    case TIME_ISO:
        return put_iso(r, value);
    case TIME_MSEC:
        return put_msec(r, value);
    }
    return false;
}

bool w5_access_put(w5_record *r, w5_str name, w5_str value)
{
    int i = find_variable(name);
    return i >= 0 && put_variable(r, i, value);
}

/* --- compiling -------------------------------------------------------------------------------- */
static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Behind the '$': a name, or one in braces. */
static bool take_name(w5_str *s, w5_str *name)
{
    w5_str rest;
    if (w5_str_starts(*s, W5_STR("{")) && w5_str_cut(w5_str_skip(*s, 1), '}', name, &rest)) {
        *s = rest;
        return true;
    }
    size_t n = 0;
    while (n < s->len && is_name_byte(s->ptr[n]))
        n++;
    *name = w5_str_head(*s, n);
    *s = w5_str_skip(*s, n);
    return n > 0;
}

static char unescaped(char c)
{
    return c == 't' ? '\t' : c == 'r' ? '\r' : c == 'n' ? '\n' : c;
}

/* nginx.conf's escapes off; `quote` ends the text, 0: none does. Answers where it stopped. */
static size_t copy_text(w5_str s, char quote, char *out, size_t *n)
{
    size_t i = 0;
    for (; i < s.len && (!quote || s.ptr[i] != quote); i++) {
        bool escape = s.ptr[i] == '\\' && i + 1 < s.len && memchr("\"'\\trn", s.ptr[i + 1], 6);
        i += escape;
        out[(*n)++] = escape ? unescaped(s.ptr[i]) : s.ptr[i];
    }
    return i;
}

/* Blanks and line ends off. */
static w5_str trimmed(w5_str s)
{
    w5_str before;
    do {
        before = s;
        s = w5_str_trim(s);
        w5_str_take(&s, W5_STR("\n"));
        s.len -= w5_str_ends(s, W5_STR("\n"));
    } while (s.len != before.len);
    return s;
}

static bool is_quote(w5_str s)
{
    return s.len > 0 && (s.ptr[0] == '\'' || s.ptr[0] == '"');
}

/* Several quoted pieces are one text; it must be nothing but these. */
static bool copy_pieces(w5_str s, char *out, size_t *n)
{
    *n = 0;
    while (is_quote(s)) {
        size_t end = copy_text(w5_str_skip(s, 1), s.ptr[0], out, n);
        if (end + 1 >= s.len)
            return false;
        s = trimmed(w5_str_skip(s, end + 2));
    }
    return s.len == 0 || w5_str_eq(s, W5_STR(";"));
}

static w5_str bare_text(w5_str text, w5_access_program *p, w5_arena *arena)
{
    w5_str name;
    w5_str s = trimmed(text);
    if (w5_str_take(&s, W5_STR("log_format ")) && w5_str_cut(trimmed(s), ' ', &name, &s))
        s = trimmed(s);
    p->json = w5_str_take(&s, W5_STR("escape=json"));
    if (!p->json && !w5_str_take(&s, W5_STR("escape=default")))
        w5_str_take(&s, W5_STR("escape=none"));
    s = trimmed(s);
    char *out = w5_arena_alloc(arena, s.len + 1);
    size_t n = 0;
    if (!copy_pieces(s, out, &n)) {
        n = 0;
        copy_text(s, '\0', out, &n);
    }
    return (w5_str){out, n};
}

bool w5_access_compile(w5_str name, w5_str text, w5_arena *arena, w5_access_program *p)
{
    bool known = false;
    *p = (w5_access_program){.name = name};
    w5_str rest = bare_text(text, p, arena);
    while (rest.len > 0 && p->steps < W5_ACCESS_STEPS) {
        w5_access_step *step = &p->step[p->steps++];
        w5_str variable;
        *step = (w5_access_step){.literal = rest, .variable = -1};
        if (!w5_str_cut(rest, '$', &step->literal, &rest))
            break;
        step->more = take_name(&rest, &variable);
        step->variable = find_variable(variable);
        known = known || step->variable >= 0;
    }
    return known;
}

/* --- running ---------------------------------------------------------------------------------- */
static size_t skip_string(w5_str s)
{
    size_t i = 0;
    while (i < s.len && s.ptr[i] != '"')
        i += s.ptr[i] == '\\' ? 2 : 1;
    return i < s.len ? i : s.len;
}

/* A blank or comma inside a list: "a:1, b:2", "a:1 : b:2". */
static bool inside_list(w5_str s, size_t at)
{
    char before = at > 0 ? s.ptr[at - 1] : '\0';
    w5_str here = w5_str_skip(s, at);
    return (before == ',' && s.ptr[at] == ' ') || w5_str_starts(here, W5_STR(", ")) ||
           w5_str_starts(here, W5_STR(" : ")) || (before == ':' && at > 1 && s.ptr[at - 2] == ' ');
}

/* How long a value is that `next` ends (to the end of the line when next is empty). */
static bool value_length(const w5_access_program *p, int variable, w5_str s, w5_str next, size_t *n)
{
    bool list = variable >= 0 &&
                (variables[variable].kind == LIST || variables[variable].kind == ADDRESSES ||
                 variables[variable].kind == DURATIONS);
    *n = s.len;
    if (next.len == 0)
        return true;
    if (variable >= 0 && variables[variable].kind == TIME_LOCAL && next.ptr[0] == ' ') {
        *n = 26;
        return w5_str_starts(w5_str_skip(s, 26), next);
    }
    if (p->json && next.ptr[0] == '"') {
        *n = skip_string(s);
        return w5_str_starts(w5_str_skip(s, *n), next);
    }
    for (size_t from = 0, at; w5_str_find(w5_str_skip(s, from), next, &at); from += at + 1)
        if (!list || next.ptr[0] == '"' || !inside_list(s, from + at)) {
            *n = from + at;
            return true;
        }
    return false;
}

bool w5_access_run(const w5_access_program *p, w5_str line, w5_record *r)
{
    for (size_t i = 0; i < p->steps; i++) {
        const w5_access_step *step = &p->step[i];
        size_t n;
        if (!w5_str_take(&line, step->literal))
            return false;
        if (!step->more)
            break;
        w5_str next = i + 1 < p->steps ? step[1].literal : W5_NONE;
        if (!value_length(p, step->variable, line, next, &n))
            return false;
        w5_str value = w5_str_head(line, n);
        if (step->variable >= 0 && !put_variable(r, step->variable, value) && n > 0 &&
            !w5_str_eq(value, W5_STR("-")))
            return false;
        line = w5_str_skip(line, n);
    }
    return line.len == 0;
}

/* --- what follows from the fields ------------------------------------------------------------- */
/* The peer tried last: behind the last ", " or " : ". */
static w5_str last_peer(w5_str list)
{
    w5_str peer = list;
    w5_str head;
    while (w5_str_cut_at(peer, W5_STR(", "), &head, &peer))
        ;
    while (w5_str_cut_at(peer, W5_STR(" : "), &head, &peer))
        ;
    return w5_str_eq(peer, W5_STR("-")) ? W5_NONE : peer;
}

static int hex(char c)
{
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    return digit >= 0 && digit < 16 ? digit : -1;
}

/* "\x22" (escape=default), "\"", "\\", "\u0009" (escape=json) back into the bytes they stand for.
 */
static w5_str plain(w5_str s, bool json, w5_arena *scratch)
{
    if (!scratch || s.len == 0 || !memchr(s.ptr, '\\', s.len))
        return s;
    char *bytes = w5_arena_alloc(scratch, s.len);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char mark = s.ptr[i] == '\\' && i + 1 < s.len ? s.ptr[i + 1] : '\0';
        size_t digits = mark == 'x' ? 2 : json && mark == 'u' ? 4 : 0;
        bool fits = digits > 0 && i + 1 + digits < s.len && hex(s.ptr[i + digits]) >= 0 &&
                    hex(s.ptr[i + digits + 1]) >= 0;
        if (fits) {
            bytes[n++] = (char)(hex(s.ptr[i + digits]) << 4 | hex(s.ptr[i + digits + 1]));
            i += digits + 1;
        } else if (json && mark) {
            bytes[n++] = unescaped(mark);
            i++;
        } else {
            bytes[n++] = s.ptr[i];
        }
    }
    return (w5_str){bytes, n};
}

bool w5_access_finish(w5_record *r, bool json, w5_arena *scratch)
{
    w5_str request = w5_record_get(r, W5_F_request);
    if (!(r->have >> W5_F_status & 1) || r->at == W5_TIME_NONE)
        return false;
    if (request.len > 0)
        w5_nginx_request(r, request, true);
    else if (!(r->have >> W5_F_path & 1) && !(r->have >> W5_F_request & 1))
        return false;
    w5_str path = w5_record_get(r, W5_F_path);
    if (path.len > 0)
        w5_record_set(r, W5_F_path, plain(path, json, scratch));
    w5_str peer = last_peer(w5_record_get(r, W5_F_upstream_addr));
    if (peer.len > 0)
        w5_record_set(r, W5_F_upstream, peer);
    r->message = request.len > 0 ? request : path;
    return true;
}
