/* fields_access.c -- variables of nginx's access log and what they tell.
 *
 * Variables and separators: src/http/modules/ngx_http_log_module.c, ngx_http_upstream.c
 * (ngx_http_upstream_addr_variable and its neighbours: ", " between peers, " : " between groups).
 */
#include "fields_access.h"

#include <limits.h>

#include "fields_nginx.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef enum kind {
    PLAIN,
    ADDRESS, /* of the client, perhaps a list */
    STATUS,
    NUMBER,
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
    {W5_LIT("remote_addr"),              ADDRESS,    W5_F_client                },
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
    {W5_LIT("body_bytes_sent"),          NUMBER,     W5_F_bytes_sent            },
    {W5_LIT("bytes_sent"),               NUMBER,     W5_F_bytes_sent            },
    {W5_LIT("http_referer"),             PLAIN,      W5_F_referrer              },
    {W5_LIT("http_user_agent"),          PLAIN,      W5_F_user_agent            },
    {W5_LIT("host"),                     PLAIN,      W5_F_http_host             },
    {W5_LIT("http_host"),                PLAIN,      W5_F_http_host             },
    {W5_LIT("server_name"),              PLAIN,      W5_F_server                },
    {W5_LIT("remote_user"),              PLAIN,      W5_F_user                  },
    {W5_LIT("connection"),               PLAIN,      W5_F_connection            },
    {W5_LIT("pid"),                      PLAIN,      W5_F_pid                   },
    {W5_LIT("request_completion"),       PLAIN,      W5_F_request_completion    },
    {W5_LIT("request_length"),           NUMBER,     -1                         },
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

int w5_access_variable(w5_str name)
{
    for (int i = 0; i < VARIABLES; i++)
        if (variables[i].name.len == name.len && w5_str_eq(variables[i].name, name))
            return i;
    return -1;
}

/* --- bytes ------------------------------------------------------------------------------------ */
/* Most values are shorter than the price of a call. */
static inline const char *find_byte(const char *p, const char *end, char c)
{
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi8(c);
    for (; end - p >= 16; p += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(const void *)p);
        int hits = _mm_movemask_epi8(_mm_cmpeq_epi8(here, wanted));
        if (hits != 0)
            return p + __builtin_ctz((unsigned)hits);
    }
    for (; p < end; p++)
        if (*p == c)
            return p;
    return NULL;
#else
    return p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
#endif
}

static inline bool holds(w5_str s, char c)
{
    return find_byte(s.ptr, s.ptr + s.len, c) != NULL;
}

static inline bool stands_at(const char *p, const char *end, w5_str literal)
{
    if ((size_t)(end - p) < literal.len)
        return false;
    size_t i = 0;
    while (i < literal.len && i < 6 && p[i] == literal.ptr[i])
        i++;
    return i == literal.len || (i == 6 && memcmp(p + 6, literal.ptr + 6, literal.len - 6) == 0);
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

bool w5_access_time_cached(w5_access_clock *clock, w5_str s, w5_time *at)
{
    if (s.len < sizeof(clock->stamp))
        return false;
    if (memcmp(s.ptr, clock->stamp, sizeof(clock->stamp)) != 0) {
        if (!w5_access_time_local(s, at))
            return false;
        memcpy(clock->stamp, s.ptr, sizeof(clock->stamp));
        clock->at = *at;
    }
    *at = clock->at;
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

static bool is_digit_or_dash(char c)
{
    return (unsigned char)(c - '0') <= 9 || c == '-';
}

/* "0.005, -", "502 : 200", "": how it begins and ends is enough to tell it from words. */
static bool is_list_of_numbers(w5_str s)
{
    return s.len == 0 || (is_digit_or_dash(s.ptr[0]) && is_digit_or_dash(s.ptr[s.len - 1]));
}

/* Digits with a point among them, "-" or nothing. */
static bool is_seconds(w5_str s)
{
    int points = 0;
    for (size_t i = 0; i < s.len; i++) {
        points += s.ptr[i] == '.';
        if ((unsigned char)(s.ptr[i] - '0') > 9 && s.ptr[i] != '.')
            return w5_str_eq(s, W5_STR("-"));
    }
    return points <= 1;
}

/* The blanks of a list stand behind a comma or around a colon. */
static bool is_separator(w5_str s, size_t at)
{
    char before = at > 0 ? s.ptr[at - 1] : '\0';
    char after = at + 1 < s.len ? s.ptr[at + 1] : '\0';
    return before == ',' || before == ':' || after == ':';
}

/* "Mozilla/5.0 (X11; …" may stand under the same name as an address. */
static bool is_list_of_addresses(w5_str s)
{
    if (holds(s, ' '))
        for (size_t i = 0; i < s.len; i++)
            if (s.ptr[i] == '(' || s.ptr[i] == ';' || (s.ptr[i] == ' ' && !is_separator(s, i)))
                return false;
    return !holds(s, '/') || w5_str_starts(s, W5_STR("unix:")) ||
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

/* What addresses and names of hosts are made of, several with ", " between; no stamp of a layer. */
bool w5_access_is_address(w5_str s)
{
#define BIT(c) (UINT64_C(1) << ((c) & 63))
    static const uint64_t plain[4] = { /* digits, letters, and .:-,_ */
        (BIT('9') * 2 - BIT('0')) | BIT('.') | BIT(':') | BIT('-') | BIT(','),
        (BIT('z') * 2 - BIT('a')) | (BIT('Z') * 2 - BIT('A')) | BIT('_')};
#undef BIT
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (!(plain[c >> 6] >> (c & 63) & 1) && (c != ' ' || i == 0 || s.ptr[i - 1] != ','))
            return false;
    }
    return s.len > 0 && !(s.len > 10 && s.ptr[4] == '-' && s.ptr[7] == '-');
}

static bool is_number(w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)(s.ptr[i] - '0') > 9)
            return false;
    return s.len > 0;
}

bool w5_access_set(w5_record *r, int i, w5_str value)
{
    const struct variable *v = &variables[i];
    bool missing = value.len == 1 && value.ptr[0] == '-';
    switch (v->kind) {
    case PLAIN:
        return missing || put_plain(r, v->field, value, true);
    case ADDRESS:
        return missing || put_plain(r, v->field, value, w5_access_is_address(value));
    case NUMBER:
        return missing || put_plain(r, v->field, value, is_number(value));
    case STATUS:
        return put_plain(r, v->field, value, is_status(value));
    case LIST:
    case DURATIONS:
        return put_plain(r, v->field, value, is_list_of_numbers(value));
    case SECONDS:
        return put_plain(r, v->field, value, is_seconds(value));
    case ADDRESSES:
        return put_plain(r, v->field, value, is_list_of_addresses(value));
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
    int i = w5_access_variable(name);
    return i >= 0 && w5_access_set(r, i, value);
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
    static const char escaped[] = {'"', '\'', '\\', 't', 'r', 'n'};
    size_t i = 0;
    for (; i < s.len && (!quote || s.ptr[i] != quote); i++) {
        bool escape = s.ptr[i] == '\\' && i + 1 < s.len &&
                      memchr(escaped, s.ptr[i + 1], sizeof escaped);
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

/* The first bytes of a step's literal, to be compared at once. */
static void load_literal(w5_access_step *step)
{
    size_t n = step->literal.len < sizeof(step->bytes) ? step->literal.len : sizeof(step->bytes);
    unsigned char mask[sizeof(step->mask)] = {0};
    step->bytes = 0;
    memset(mask, 0xff, n);
    memcpy(&step->mask, mask, sizeof(mask));
    if (n > 0)
        memcpy(&step->bytes, step->literal.ptr, n);
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
        step->variable = w5_access_variable(variable);
        known = known || step->variable >= 0;
    }
    for (size_t i = 0; i < p->steps; i++)
        load_literal(&p->step[i]);
    return known;
}

/* --- running ---------------------------------------------------------------------------------- */
/* The quote that ends a JSON string. */
static const char *string_end(const char *p, const char *end)
{
    const char *start = p;
    while ((p = find_byte(p, end, '"')) != NULL) {
        const char *slash = p;
        while (slash > start && slash[-1] == '\\')
            slash--;
        if ((p - slash) % 2 == 0)
            return p;
        p++;
    }
    return NULL;
}

static bool is_list(int variable)
{
    kind k = variable < 0 ? PLAIN : variables[variable].kind;
    return k == LIST || k == ADDRESSES || k == DURATIONS;
}

/* A blank or comma inside a list: "a:1, b:2", "a:1 : b:2". */
static bool inside_list(const char *start, const char *p, const char *end)
{
    char before = p > start ? p[-1] : '\0';
    char after = end - p > 1 ? p[1] : '\0';
    bool colon_before = before == ':' && p - start > 1 && p[-2] == ' ';
    return (*p == ' ' &&
            (before == ',' || colon_before || (after == ':' && end - p > 2 && p[2] == ' '))) ||
           (*p == ',' && after == ' ');
}

/* A number of escape=json ends before the next key or the brace, whatever commas it holds. */
static const char *number_end(const char *p, const char *end)
{
    for (; p < end && *p != '}'; p++)
        if (*p == ',' && (stands_at(p, end, W5_STR(",\"")) || stands_at(p, end, W5_STR(", \""))))
            return p;
    return p;
}

const char *w5_access_bare_end(const char *p, const char *end)
{
    const char *start = p;
    while ((p = find_byte(p, end, ' ')) != NULL) {
        if (end - p > 2 && p[1] == ':' && p[2] == ' ')
            p += 3;
        else if (p > start && p[-1] == ',')
            p++;
        else
            return p;
    }
    return end;
}

static const char *strict_end(const w5_access_program *p, int variable, const char *at,
                              const char *end, char next)
{
    if (p->json && next == '"')
        return string_end(at, end);
    if (p->json) {
        const char *stop = number_end(at, end);
        return stop > at && (*at == ' ' || stop[-1] == ' ') ? NULL : stop;
    }
    if (next == ' ')
        return w5_access_bare_end(at, end);
    const char *hit = find_byte(at, end, next);
    if (hit && next == ']' && variable < 0 && find_byte(at, hit, ' '))
        return NULL;
    return hit && next == '"' && hit > at && hit[-1] == '\\' ? NULL : hit;
}

static const char *loose_end(const w5_access_program *p, int variable, const char *at,
                             const char *end, w5_str next)
{
    if (variable >= 0 && variables[variable].kind == TIME_LOCAL && next.ptr[0] == ' ' &&
        end - at > 26)
        return at + 26;
    if (p->json && next.ptr[0] == '"')
        return string_end(at, end);
    bool list = is_list(variable) && next.ptr[0] != '"';
    const char *hit = find_byte(at, end, next.ptr[0]);
    while (hit && (!stands_at(hit, end, next) || (list && inside_list(at, hit, end))))
        hit = find_byte(hit + 1, end, next.ptr[0]);
    return hit;
}

/* Where a value ends that `next` follows; NULL: nowhere. */
static const char *value_end(const w5_access_program *p, int variable, const char *at,
                             const char *end, w5_str next)
{
    if (p->strict && at < end && *at == '"' && (next.len == 0 || next.ptr[0] != '"'))
        return NULL; /* a string where none was */
    if (next.len == 0)
        return p->strict && w5_access_bare_end(at, end) != end ? NULL : end;
    return p->strict ? strict_end(p, variable, at, end, next.ptr[0])
                     : loose_end(p, variable, at, end, next);
}

/* What must be there; the others a learned program leaves out when they cannot be what they are
 * called, as the marks do. */
static bool is_needed(kind k)
{
    return k == STATUS || k == NUMBER || k == ADDRESS || k == TIME_LOCAL;
}

/* One address, no path: nothing that could make it anything else. */
static inline bool is_one_address(w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == ' ' || s.ptr[i] == '/')
            return false;
    return true;
}

/* What most values are, without a call; anything else is looked at by w5_access_set. */
static inline bool set_usual(w5_record *r, int variable, w5_str value)
{
    const struct variable *v = &variables[variable];
    bool first = v->field >= 0 && !(r->have >> v->field & 1);
    bool fits = false;
    if (!first || value.len == 0)
        return w5_access_set(r, variable, value);
    if (v->kind == PLAIN && value.len == 1 && value.ptr[0] == '-')
        return true;
    if (v->kind == PLAIN || v->kind == ADDRESS)
        fits = value.len > 1 && (v->kind == PLAIN || w5_access_is_address(value));
    else if (v->kind == NUMBER)
        fits = is_number(value);
    else if (v->kind == STATUS)
        fits = is_status(value);
    else if (v->kind == SECONDS)
        fits = is_seconds(value);
    else if (v->kind == LIST || v->kind == DURATIONS)
        fits = is_list_of_numbers(value);
    else if (v->kind == ADDRESSES)
        fits = is_one_address(value);
    if (!fits)
        return w5_access_set(r, variable, value);
    w5_record_set(r, (w5_field)v->field, value);
    return true;
}

static bool take_value(const w5_access_program *p, w5_access_clock *clock, int variable,
                       w5_str value, w5_record *r)
{
    w5_time at;
    if (variable < 0)
        return true;
    kind k = variables[variable].kind;
    if (k == TIME_LOCAL && w5_access_time_cached(clock, value, &at))
        return put_time(r, at, true, 0);
    return set_usual(r, variable, value) || value.len == 0 || (p->strict && !is_needed(k));
}

/* The literal in front of a step. Most have a few bytes only. */
static inline bool has_literal(const w5_access_step *step, const char *at, const char *end)
{
    uint64_t here;
    if (step->literal.len > sizeof(here) || (size_t)(end - at) < sizeof(here))
        return stands_at(at, end, step->literal);
    memcpy(&here, at, sizeof(here));
    return ((here ^ step->bytes) & step->mask) == 0;
}

bool w5_access_run(const w5_access_program *p, w5_access_clock *clock, w5_str line, w5_record *r)
{
    const char *at = line.ptr;
    const char *end = at + line.len;
    for (size_t i = 0; i < p->steps; i++) {
        const w5_access_step *step = &p->step[i];
        if (!has_literal(step, at, end))
            return false;
        at += step->literal.len;
        if (!step->more)
            break;
        w5_str next = i + 1 < p->steps ? step[1].literal : W5_NONE;
        const char *stop = value_end(p, step->variable, at, end, next);
        if (!stop || !take_value(p, clock, step->variable, (w5_str){at, (size_t)(stop - at)}, r))
            return false;
        at = stop;
    }
    return at == end;
}

/* --- learning --------------------------------------------------------------------------------- */
void w5_access_mark_put(w5_access_marks *m, int variable, w5_str value)
{
    if (m->n == W5_ACCESS_STEPS - 1) {
        m->overflow = true;
        return;
    }
    m->at[m->n].value = value;
    m->at[m->n++].variable = variable;
}

/* Two values need something between them to be told apart. */
bool w5_access_learn(const w5_access_marks *m, w5_str line, bool json, char *copy,
                     w5_access_program *p)
{
    size_t at = 0;
    *p = (w5_access_program){.json = json, .strict = true};
    memcpy(copy, line.ptr, line.len);
    for (size_t i = 0; i < m->n; i++) {
        size_t from = (size_t)(m->at[i].value.ptr - line.ptr);
        if (m->overflow || from < at || (i > 0 && from == at))
            return false;
        p->step[p->steps++] = (w5_access_step){.literal = {copy + at, from - at},
                                               .variable = m->at[i].variable,
                                               .more = true};
        at = from + m->at[i].value.len;
    }
    if (at < line.len)
        p->step[p->steps++] =
            (w5_access_step){.literal = {copy + at, line.len - at}, .variable = -1};
    for (size_t i = 0; i < p->steps; i++)
        load_literal(&p->step[i]);
    return p->steps > 0;
}

/* --- what follows from the fields ------------------------------------------------------------- */
/* The peer tried last: behind the last ", " or " : ". */
static w5_str last_peer(w5_str list)
{
    size_t blank;
    if (w5_str_rfind_char(list, ' ', &blank))
        list = w5_str_skip(list, blank + 1);
    return w5_str_eq(list, W5_STR("-")) ? W5_NONE : list;
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
