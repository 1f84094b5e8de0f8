/* format_nginx_access.c -- nginx's access log.
 *
 * A line is read by the log_formats of the configuration, if there are any; else by what all common
 * formats share: `[20/Nov/2026:16:37:20 +0000]` and `"GET /x HTTP/1.1" 502 157`, before them the
 * client, behind them referrer, user agent and key=value pairs under the names people use; or as a
 * JSON object whose keys are variables. What stands under no known name is left alone, never
 * guessed.
 *
 * Gunicorn's access log has the same shape. It is taken for gunicorn's when it has no upstream and
 * either no client (a unix socket), or gunicorn speaks in the stream: its name, unit or identifier
 * says so, or it wrote its other log there. Else it is nginx's, the log this program is made for.
 */
#include "fields_access.h"
#include "fields_nginx.h"
#include "records.h"

typedef struct memo {
    w5_access_clock clock;
    uint8_t program; /* 1 + the log_format that fitted last, 0: none */
} memo;
_Static_assert(sizeof(memo) <= W5_MEMO, "the memo is too small");

/* What a line is read with for the first time; lines like it are read by the program that is
 * learned. */
typedef struct first {
    memo *memo;
    w5_record *r;
    w5_access_marks marks;
    bool odd; /* something was not what usually stands in its place: no example to learn from */
} first;

enum {
    STAMP = 26,
    SHORTEST = 36,   /* a stamp in brackets, a status, an empty request */
    BEFORE_MAX = 400 /* bytes before the stamp, and between it and the request */
};

static void put(first *f, const char *name, w5_str value)
{
    int variable = w5_access_variable(w5_str_of(name));
    w5_access_set(f->r, variable, value);
    w5_access_mark_put(&f->marks, variable, value);
}

static bool has(const w5_record *r, w5_field f)
{
    return r->have >> f & 1;
}

/* --- the common shape ------------------------------------------------------------------------- */
/* "[20/Nov/2026:" within the first bytes. */
static bool find_stamp(w5_str line, size_t *at)
{
    w5_str head = w5_str_head(line, BEFORE_MAX);
    size_t from = 0;
    size_t hit;
    while (w5_str_find_char(w5_str_skip(head, from), '[', &hit)) {
        const char *p = line.ptr + from + hit;
        if (line.len - from - hit > STAMP + 1 && p[3] == '/' && p[7] == '/' && p[12] == ':') {
            *at = from + hit;
            return true;
        }
        from += hit + 1;
    }
    return false;
}

/* "1.2.3.4", "shop.example 1.2.3.4", "1.2.3.4, 5.6.7.8": anything else is a layer that comes off
 * first. */
static bool take_addresses(w5_str client, first *f)
{
    size_t blank;
    if (w5_str_find_char(client, ' ', &blank) && (blank == 0 || client.ptr[blank - 1] != ',')) {
        if (!w5_access_is_address(w5_str_head(client, blank)))
            return false;
        client = w5_str_skip(client, blank + 1);
        f->odd = true;
    }
    int variable = w5_access_variable(W5_STR("remote_addr"));
    w5_access_mark_put(&f->marks, variable, client);
    return client.len == 0 || w5_access_set(f->r, variable, client);
}

/* "$remote_addr - $remote_user " */
static bool take_client(w5_str before, first *f)
{
    w5_str client;
    w5_str user;
    if (!w5_str_cut_at(before, W5_STR(" - "), &client, &user)) {
        f->odd = true;
        return take_addresses(w5_str_trim(before), f);
    }
    if (!take_addresses(client, f))
        return false;
    f->odd = f->odd || w5_str_trim(user).len + 1 != user.len;
    put(f, "remote_user", w5_str_trim(user));
    return true;
}

/* The quote that ends a string; gunicorn and Apache write \" inside one. */
static bool find_close(w5_str s, size_t *close)
{
    size_t from = 0;
    size_t hit;
    while (w5_str_find_char(w5_str_skip(s, from), '"', &hit)) {
        *close = from + hit;
        if (*close == 0 || s.ptr[*close - 1] != '\\')
            return true;
        from = *close + 1;
    }
    return false;
}

static bool take_quoted(w5_str *rest, w5_str *value)
{
    size_t close;
    if (!w5_str_starts(*rest, W5_STR("\"")))
        return false;
    w5_str s = w5_str_skip(*rest, 1);
    if (!find_close(s, &close))
        return false;
    *value = w5_str_head(s, close);
    *rest = w5_str_skip(s, close + 1);
    return true;
}

static bool is_status(w5_str s)
{
    unsigned status;
    return s.len >= 4 && s.ptr[0] == ' ' && w5_digits(s.ptr + 1, 3, &status) &&
           (s.len == 4 || s.ptr[4] == ' ');
}

/* `"GET /x HTTP/1.1" 502 157`: the first string that a status follows. */
static bool take_request(w5_str *rest, first *f)
{
    w5_str s = *rest;
    w5_str request;
    size_t open;
    while (w5_str_find_char(w5_str_head(s, BEFORE_MAX), '"', &open)) {
        s = w5_str_skip(s, open);
        if (!take_quoted(&s, &request))
            return false;
        if (!is_status(s)) {
            w5_access_mark_put(&f->marks, -1, request);
            continue;
        }
        put(f, "request", request);
        put(f, "status", (w5_str){s.ptr + 1, 3});
        *rest = w5_str_skip(s, 5);
        return true;
    }
    return false;
}

static void take_bytes(w5_str *rest, first *f)
{
    size_t n = 0;
    while (n < rest->len && ((rest->ptr[n] >= '0' && rest->ptr[n] <= '9') || rest->ptr[n] == '-'))
        n++;
    f->odd = f->odd || n == 0 || (n < rest->len && rest->ptr[n] != ' ');
    if (n > 0 && (n == rest->len || rest->ptr[n] == ' ')) {
        put(f, "body_bytes_sent", w5_str_head(*rest, n));
        *rest = w5_str_skip(*rest, n + 1);
    }
}

/* ` "referer" "agent"` */
static void take_agent(w5_str *rest, first *f)
{
    w5_str left = *rest;
    w5_str referrer;
    w5_str agent;
    if (!w5_str_starts(left, W5_STR("\"")))
        return;
    if (!take_quoted(&left, &referrer) || !w5_str_take(&left, W5_STR(" ")) ||
        !take_quoted(&left, &agent)) {
        f->odd = true;
        return;
    }
    put(f, "http_referer", referrer);
    put(f, "http_user_agent", agent);
    *rest = left;
}

/* --- what stands behind ----------------------------------------------------------------------- */
static w5_str take_bare(w5_str *rest)
{
    const char *end = w5_access_bare_end(rest->ptr, rest->ptr + rest->len);
    w5_str value = w5_str_head(*rest, (size_t)(end - rest->ptr));
    *rest = w5_str_skip(*rest, value.len);
    return value;
}

static bool take_key(w5_str *rest, w5_str *key)
{
    size_t n = 0;
    while (n < rest->len && n < 40 &&
           ((unsigned char)(rest->ptr[n] - 'a') < 26 || rest->ptr[n] == '_' ||
            (unsigned char)(rest->ptr[n] - '0') <= 9))
        n++;
    if (n == 0 || n == rest->len || (rest->ptr[n] != '=' && rest->ptr[n] != ':'))
        return false;
    *key = w5_str_head(*rest, n);
    *rest = w5_str_skip(*rest, n + 1);
    return true;
}

static void take_pairs(w5_str rest, first *f)
{
    while (rest.len > 0) {
        w5_str key = W5_NONE;
        w5_str value;
        bool named = take_key(&rest, &key);
        int variable = named ? w5_access_variable(key) : -1;
        if (!take_quoted(&rest, &value)) {
            value = take_bare(&rest);
            f->odd = f->odd || !named || w5_str_starts(value, W5_STR("\""));
        }
        if (variable >= 0)
            w5_access_set(f->r, variable, value);
        w5_access_mark_put(&f->marks, variable, value);
        while (rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t' || rest.ptr[0] == ','))
            rest = w5_str_skip(rest, 1);
    }
}

/* ingress-nginx's "upstreaminfo", behind the combined part: no names and no quotes, but two fields
 * in brackets (docs of ingress-nginx, "Log format"). */
static bool is_bracketed(w5_str s)
{
    return s.len >= 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']';
}

static bool take_ingress(w5_str rest, first *f)
{
    static const char *const names[9] = {"request_length",
                                         "request_time",
                                         "",
                                         "",
                                         "upstream_addr",
                                         "upstream_response_length",
                                         "upstream_response_time",
                                         "upstream_status",
                                         ""};
    w5_str part[9];
    size_t n = 0;
    if ((unsigned char)(rest.ptr[0] - '0') > 9 && rest.ptr[0] != '-')
        return false;
    for (; n < 9 && rest.len > 0; n++) {
        part[n] = take_bare(&rest);
        w5_str_take(&rest, W5_STR(" "));
    }
    if (n != 9 || rest.len > 0 || !is_bracketed(part[2]) || !is_bracketed(part[3]) ||
        !w5_access_set(f->r, w5_access_variable(W5_STR("request_length")), part[0])) {
        f->odd = true;
        return false;
    }
    for (size_t i = 0; i < 9; i++)
        if (names[i][0])
            put(f, names[i], part[i]);
        else
            w5_access_mark_put(&f->marks, -1,
                               is_bracketed(part[i])
                                   ? w5_str_head(w5_str_skip(part[i], 1), part[i].len - 2)
                                   : part[i]);
    return true;
}

static w5_arena *scratch_of(const w5_record *r)
{
    return r->stream ? w5_scratch_of(r->stream) : NULL;
}

static bool common(first *f, w5_str line)
{
    w5_record *r = f->r;
    size_t at;
    if (!find_stamp(line, &at) || line.ptr[at + 1 + STAMP] != ']' ||
        !w5_access_time_cached(&f->memo->clock, w5_str_skip(line, at + 1), &r->at))
        return false;
    r->zoned = true;
    w5_str rest = w5_str_skip(line, at + 2 + STAMP);
    if (!take_client(w5_str_head(line, at), f))
        return false;
    w5_access_mark_put(&f->marks, w5_access_variable(W5_STR("time_local")),
                       (w5_str){line.ptr + at + 1, STAMP});
    if (!take_request(&rest, f))
        return false;
    take_bytes(&rest, f);
    take_agent(&rest, f);
    rest = w5_str_trim(rest);
    if (rest.len > 0 && !take_ingress(rest, f))
        take_pairs(rest, f);
    return w5_access_finish(r, false, scratch_of(r));
}

/* --- JSON ------------------------------------------------------------------------------------- */
static size_t string_end(w5_str s)
{
    for (size_t from = 0, at; w5_str_find_char(w5_str_skip(s, from), '"', &at); from += at + 1) {
        size_t slashes = 0;
        while (slashes < from + at && s.ptr[from + at - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return from + at;
    }
    return s.len;
}

/* A value up to the comma before the next key or the closing brace: escape=json leaves numbers that
 * are empty or lists, which no JSON reader takes. */
static w5_str take_number(w5_str *rest)
{
    size_t n = 0;
    for (; n < rest->len && rest->ptr[n] != '}'; n++) {
        if (rest->ptr[n] != ',')
            continue;
        w5_str behind = w5_str_trim(w5_str_head(w5_str_skip(*rest, n + 1), 8));
        if (w5_str_starts(behind, W5_STR("\"")))
            break;
    }
    w5_str value = w5_str_trim(w5_str_head(*rest, n));
    *rest = w5_str_skip(*rest, n);
    return value;
}

/* Whether a key can only be nginx's. */
static bool is_own(w5_str key)
{
    static const w5_str own[] = {
        W5_LIT("remote_addr"),     W5_LIT("upstream_addr"), W5_LIT("upstream_status"),
        W5_LIT("request_time"),    W5_LIT("time_local"),    W5_LIT("time_iso8601"),
        W5_LIT("body_bytes_sent"), W5_LIT("request_uri"),   W5_LIT("upstream_response_time"),
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
        if (w5_str_eq(own[i], key))
            return true;
    return false;
}

/* The value behind a key and its colon; false where an object of its own begins. */
static bool take_member(w5_str *rest, w5_str *value)
{
    *rest = w5_str_trim(*rest);
    if (w5_str_take(rest, W5_STR("\""))) {
        *value = w5_str_head(*rest, string_end(*rest));
        *rest = w5_str_skip(*rest, value->len + 1);
        return true;
    }
    if (w5_str_starts(*rest, W5_STR("{")))
        return false;
    *value = take_number(rest);
    return true;
}

static bool object(first *f, w5_str line)
{
    unsigned own = 0;
    w5_str rest = w5_str_skip(line, 1);
    size_t at;
    while (w5_str_find_char(rest, '"', &at)) {
        rest = w5_str_skip(rest, at + 1);
        w5_str key = w5_str_head(rest, string_end(rest));
        w5_str value;
        rest = w5_str_trim(w5_str_skip(rest, key.len + 1));
        f->odd = f->odd || at > 1;
        if (!w5_str_take(&rest, W5_STR(":")) || !take_member(&rest, &value)) {
            f->odd = true;
            continue;
        }
        int variable = w5_access_variable(key);
        own += is_own(key);
        if (variable >= 0)
            w5_access_set(f->r, variable, value);
        w5_access_mark_put(&f->marks, variable, value);
        f->odd = f->odd || (!w5_str_starts(rest, W5_STR(",")) && !w5_str_eq(rest, W5_STR("}")));
        w5_str_take(&rest, W5_STR(","));
    }
    return own >= 2 && w5_access_finish(f->r, true, scratch_of(f->r));
}

/* --- whose line it is ------------------------------------------------------------------------- */
static bool is_gunicorns(const w5_record *r)
{
    if (has(r, W5_F_upstream_addr) || has(r, W5_F_upstream_status))
        return false;
    return !has(r, W5_F_client) || w5_names_gunicorn(w5_record_get(r, W5_F_ident)) ||
           w5_names_gunicorn(w5_record_get(r, W5_F_unit)) ||
           (r->stream && w5_gunicorn_speaks(r->stream));
}

/* A request that nginx could not read has neither method nor path: "-" stands for both. Who was told
 * the format believes that. */
static bool is_of_no_request(const w5_record *r)
{
    return has(r, W5_F_status) && r->at != W5_TIME_NONE && !has(r, W5_F_path) &&
           !has(r, W5_F_request);
}

static bool run(const w5_access_program *p, memo *m, w5_str line, bool told, w5_record *r)
{
    uint64_t have = r->have;
    if (w5_access_run(p, &m->clock, line, r) &&
        ((told && is_of_no_request(r)) || w5_access_finish(r, p->json, scratch_of(r))))
        return true;
    r->have = have;
    r->at = W5_TIME_NONE;
    r->zoned = false;
    r->digits = 0;
    return false;
}

/* The log_formats of the configuration, the one that fitted last first. */
static bool configured(memo *m, w5_str line, w5_record *r)
{
    const w5_access_program *program;
    size_t n = r->stream ? w5_programs_of(r->stream, &program) : 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = (i + (m->program > 0 ? m->program - 1u : 0)) % n;
        if (run(&program[k], m, line, true, r)) {
            m->program = (uint8_t)(k + 1);
            return true;
        }
    }
    return false;
}

/* Reads a line by its own marks, and learns from it how to read the next. */
static bool by_marks(memo *m, w5_str line, w5_record *r)
{
    first f;
    f.memo = m;
    f.r = r;
    f.marks.n = 0;
    f.marks.overflow = f.odd = false;
    bool json = line.ptr[0] == '{';
    if (!(json ? object(&f, line) : common(&f, line)))
        return false;
    w5_guess *guess = r->stream ? w5_guess_of(r->stream) : NULL;
    if (guess && !f.odd && line.len <= sizeof(guess->text))
        guess->fits = w5_access_learn(&f.marks, line, json, guess->text, &guess->program);
    return true;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    if (configured(m, line, r))
        return W5_FIT_YES;
    if (line.len < SHORTEST)
        return W5_FIT_NO;
    const w5_guess *guess = r->stream ? w5_guess_of(r->stream) : NULL;
    bool fits = (guess && guess->fits && run(&guess->program, m, line, false, r)) || by_marks(m, line, r);
    return fits && !is_gunicorns(r) ? W5_FIT_YES : W5_FIT_NO;
}

const w5_format w5_format_nginx_access = {
    .id = W5_LIT("nginx-access"),
    .title = W5_LIT("nginx access log"),
    .sample =
        W5_LIT("127.0.0.1 - - [20/Nov/2026:16:37:20 +0000] \"GET /x?y=1 HTTP/1.1\" 502 157 \"-\" "
               "\"curl/7.88.1\" rt=0.005 ua=\"127.0.0.1:21050\" us=\"502\" ut=\"0.005\""),
    .order = 20,
    .parse = parse,
    .again = true,
};
