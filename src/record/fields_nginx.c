/* fields_nginx.c -- splits an nginx message from its context and walks the context.
 *
 * Order and form of the fields: ngx_http_log_error, ngx_http_log_error_handler (src/http/
 * ngx_http_request.c), ngx_stream_log_error, ngx_stream_proxy_log_error, ngx_mail_log_error,
 * ngx_resolver_log_error, ngx_ssl_ocsp_log_error, ngx_log_syslog's handler; OpenResty's timers put
 * ", context: ngx.timer" in front. */
#include "fields_nginx.h"

enum {
    NAME_CONTEXT,
    NAME_CLIENT,
    NAME_RESOLVER,
    NAME_RESPONDER,
    NAME_PEER,
    NAME_SERVER,
    NAME_LOGIN,
    NAME_REQUEST,
    NAME_SUBREQUEST,
    NAME_UPSTREAM,
    NAME_BYTES_CLIENT,
    NAME_BYTES_UPSTREAM,
    NAME_HOST,
    NAME_REFERRER,
    NAME_CERTIFICATE,
    NAMES,
    NO_FIELD = -1
};

/* In the order of the list above. */
static const struct name {
    w5_str word; /* with the colon, and the blank where there is one */
    int field;
} names[NAMES] = {
    {W5_LIT("context: "),               NO_FIELD       },
    {W5_LIT("client: "),                W5_F_client    },
    {W5_LIT("resolver: "),              W5_F_resolver  },
    {W5_LIT("responder: "),             NO_FIELD       },
    {W5_LIT("peer: "),                  NO_FIELD       },
    {W5_LIT("server: "),                W5_F_server    },
    {W5_LIT("login: "),                 W5_F_user      },
    {W5_LIT("request: "),               W5_F_request   },
    {W5_LIT("subrequest: "),            W5_F_subrequest},
    {W5_LIT("upstream: "),              W5_F_upstream  },
    {W5_LIT("bytes from/to client:"),   NO_FIELD       },
    {W5_LIT("bytes from/to upstream:"), NO_FIELD       },
    {W5_LIT("host: "),                  W5_F_http_host },
    {W5_LIT("referrer: "),              W5_F_referrer  },
    {W5_LIT("certificate: "),           NO_FIELD       },
};

typedef struct walk {
    w5_str value[NAMES];
    uint32_t seen; /* bit n: value[n] is set */
    int cut;       /* the field the line ends inside of, -1 */
    w5_nginx_end end;
} walk;

static uint64_t load8(const char *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof(value));
    return value;
}

static uint32_t load4(const char *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof(value));
    return value;
}

/* Names are short: two loads that may overlap compare nearly all of them. */
static bool is_name(const struct name *name, const char *p, const char *end)
{
    const char *word = name->word.ptr;
    size_t n = name->word.len;
    if (*p != *word || (size_t)(end - p) < n)
        return false;
    if (n < 8)
        return load4(p) == load4(word) && load4(p + n - 4) == load4(word + n - 4);
    if (n <= 16)
        return load8(p) == load8(word) && load8(p + n - 8) == load8(word + n - 8);
    return memcmp(p, word, n) == 0;
}

/* --- one field -------------------------------------------------------------------------------- */
static const char *find_quote_comma(const char *p, const char *end)
{
    while ((p = end - p > 2 ? memchr(p, '"', (size_t)(end - p - 2)) : NULL) != NULL) {
        if (p[1] == ',' && p[2] == ' ')
            return p;
        p++;
    }
    return NULL;
}

static bool behind_version(const char *start, const char *quote)
{
    return quote - start > 9 && memcmp(quote - 9, " HTTP/", 6) == 0;
}

/* Before 1.21.1 a request could hold blanks, and so `", upstream: "`: the one behind " HTTP/1.1" is
 * meant, if there is any. */
static const char *request_end(const char *start, const char *end)
{
    const char *first = find_quote_comma(start, end);
    for (const char *p = first; p; p = find_quote_comma(p + 1, end))
        if (behind_version(start, p))
            return p;
    return first;
}

/* The value of a quoted field whose quote stands at *at. */
static bool quoted(int name, const char **at, const char *end, w5_str *value)
{
    const char *start = *at + 1;
    const char *close = name == NAME_REQUEST    ? request_end(start, end)
                        : name == NAME_REFERRER ? NULL
                                                : find_quote_comma(start, end);
    bool whole = true;
    if (!close) {
        whole = end > start && end[-1] == '"';
        close = whole ? end - 1 : end;
    }
    *value = (w5_str){start, (size_t)(close - start)};
    *at = whole ? close + 1 : close;
    return whole;
}

static void bare(const char **at, const char *end, w5_str *value)
{
    const char *start = *at;
    const char *p = start;
    while (p < end && (p = memchr(p, ',', (size_t)(end - p))) != NULL && end - p > 1 && p[1] != ' ')
        p++;
    if (!p || p > end)
        p = end;
    *value = (w5_str){start, (size_t)(p - start)};
    *at = p;
}

static int name_at(const char *p, const char *end, int from)
{
    if (from <= NAME_CLIENT && end - p > 4 && memcmp(p, "udp ", 4) == 0)
        p += 4;
    for (int n = from; p < end && n < NAMES; n++)
        if (is_name(&names[n], p, end))
            return n;
    return -1;
}

/* Whether a line that stops here could have gone on into a field's name. */
static bool inside_name(w5_str tail)
{
    if (tail.len < 2 || tail.ptr[0] != ',')
        return tail.len == 1 && tail.ptr[0] == ',';
    tail = w5_str_skip(tail, 2);
    for (int n = 0; n < NAMES; n++)
        if (w5_str_starts(names[n].word, tail))
            return true;
    return false;
}

/* --- the usual context ------------------------------------------------------------------------
 * Of a proxied request: client, server, request, upstream, host and perhaps a referrer, with no
 * quote inside. Whatever is not exactly so is left to the long way, which reads the same in it. */
static inline bool take(const char **at, const char *end, w5_str word)
{
    bool is = (size_t)(end - *at) > word.len && memcmp(*at, word.ptr, word.len) == 0;
    *at += is ? word.len : 0;
    return is;
}

static inline bool usual_bare(const char **at, const char *end, w5_str *value)
{
    const char *start = *at;
    const char *comma = memchr(start, ',', (size_t)(end - start));
    if (*start == '"' || !comma)
        return false;
    *value = (w5_str){start, (size_t)(comma - start)};
    *at = comma;
    return true;
}

static inline bool usual_quoted(const char **at, const char *end, w5_str *value)
{
    const char *start = *at;
    const char *quote = memchr(start, '"', (size_t)(end - start));
    if (!quote || (quote + 1 < end && (end - quote < 3 || quote[1] != ',' || quote[2] != ' ')))
        return false;
    *value = (w5_str){start, (size_t)(quote - start)};
    *at = quote + 1;
    return true;
}

static bool read_usual(w5_str context, walk *w)
{
    const char *at = context.ptr;
    const char *end = at + context.len;
    w5_str *v = w->value;
    if (!take(&at, end, W5_STR(", client: ")) || !usual_bare(&at, end, &v[NAME_CLIENT]) ||
        !take(&at, end, W5_STR(", server: ")) || !usual_bare(&at, end, &v[NAME_SERVER]) ||
        !take(&at, end, W5_STR(", request: \"")) || !usual_quoted(&at, end, &v[NAME_REQUEST]) ||
        !behind_version(v[NAME_REQUEST].ptr, at - 1) ||
        !take(&at, end, W5_STR(", upstream: \"")) || !usual_quoted(&at, end, &v[NAME_UPSTREAM]) ||
        !take(&at, end, W5_STR(", host: \"")) || !usual_quoted(&at, end, &v[NAME_HOST]))
        return false;
    w->seen = 1u << NAME_CLIENT | 1u << NAME_SERVER | 1u << NAME_REQUEST | 1u << NAME_UPSTREAM |
              1u << NAME_HOST;
    w->cut = -1;
    w->end = W5_NGINX_CLEAN;
    if (at == end)
        return true;
    if (!take(&at, end, W5_STR(", referrer: \"")) || end[-1] != '"')
        return false;
    v[NAME_REFERRER] = (w5_str){at, (size_t)(end - 1 - at)};
    w->seen |= 1u << NAME_REFERRER;
    return true;
}

/* --- any context ------------------------------------------------------------------------------- */
static void read_context(w5_str context, walk *w)
{
    if (read_usual(context, w))
        return;
    const char *at = context.ptr;
    const char *end = context.ptr + context.len;
    int from = 0;
    w->seen = 0;
    w->cut = -1;
    while (end - at > 2 && at[0] == ',' && at[1] == ' ') {
        int n = name_at(at + 2, end, from);
        if (n < 0)
            break;
        at += 2 + names[n].word.len + (at[2] == 'u' && n == NAME_CLIENT ? 4 : 0);
        bool whole = true;
        if (at < end && *at == '"')
            whole = quoted(n, &at, end, &w->value[n]);
        else
            bare(&at, end, &w->value[n]);
        w->seen |= 1u << n;
        w->cut = whole ? -1 : n;
        from = n + 1;
    }
    w5_str tail = {at, (size_t)(end - at)};
    w->end = w->cut >= 0 || inside_name(tail) ? W5_NGINX_OPEN
             : tail.len > 0                   ? W5_NGINX_RESIDUE
                                              : W5_NGINX_CLEAN;
}

w5_nginx_end w5_nginx_end_of(w5_str context, bool *request)
{
    walk w;
    read_context(context, &w);
    *request = (w.seen >> NAME_REQUEST & 1) && w.cut != NAME_REQUEST;
    return w.end;
}

/* --- message, errno, phase -------------------------------------------------------------------- */
static bool begins_context(const char *comma, const char *end)
{
    static const w5_str others[] = {W5_LIT(", udp client: "), W5_LIT(", resolver: "),
                                    W5_LIT(", responder: "), W5_LIT(", context: ngx."),
                                    W5_LIT(", server: ")};
    w5_str here = {comma, (size_t)(end - comma)};
    if (here.len < 10)
        return false;
    if (memcmp(comma, ", client: ", 10) == 0)
        return true;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (comma[2] == others[i].ptr[2] && w5_str_starts(here, others[i]))
            return true;
    return false;
}

static size_t context_from(w5_str s, size_t from)
{
    const char *end = s.ptr + s.len;
    const char *p = s.ptr + from;
    while (p < end && (p = memchr(p, ',', (size_t)(end - p))) != NULL) {
        if (begins_context(p, end))
            return (size_t)(p - s.ptr);
        p++;
    }
    return s.len;
}

size_t w5_nginx_context_at(w5_str s)
{
    return context_from(s, 0);
}

static bool is_common_action(w5_str s)
{
    static const w5_str common[] = {W5_LIT("reading response header from upstream"),
                                    W5_LIT("connecting to upstream"), W5_LIT("reading upstream"),
                                    W5_LIT("sending request to upstream")};
    for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
        if (w5_str_eq(s, common[i]))
            return true;
    return false;
}

/* An action is words of nginx's own: no quote, no comma, no bracket but in "(HTTP/3)". */
static bool is_action(w5_str s)
{
    if (is_common_action(s))
        return true;
    if (s.len < 4 || s.len > 80)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '"' || s.ptr[i] == ',' || (unsigned char)s.ptr[i] < ' ')
            return false;
    return true;
}

/* " while ACTION" ends the head, unless a bracket does: that is an errno's. */
static void take_phase(w5_str *head, w5_record *r)
{
    static const w5_str word = W5_LIT(" while ");
    if (w5_str_ends(*head, W5_STR(")")) && !w5_str_ends(*head, W5_STR("(HTTP/3)")))
        return;
    size_t left = head->len;
    const char *w;
    while (left > word.len && (w = memrchr(head->ptr, 'w', left)) != NULL) {
        size_t at = (size_t)(w - head->ptr);
        w5_str action = w5_str_skip(*head, at + word.len - 1);
        if (at > 0 && w5_str_starts(w5_str_skip(*head, at - 1), word) && is_action(action)) {
            w5_record_set(r, W5_F_phase, action);
            head->len = at - 1;
            return;
        }
        left = at;
    }
}

/* " (111: Connection refused)": the number decides, not the text. */
static void take_errno(w5_str *head, w5_record *r)
{
    const char *open;
    if (!w5_str_ends(*head, W5_STR(")")) || !(open = memrchr(head->ptr, '(', head->len)))
        return;
    size_t at = (size_t)(open - head->ptr);
    size_t n = 0;
    while (open[1 + n] >= '0' && open[1 + n] <= '9')
        n++;
    if (n == 0 || n > 9 || at == 0 || open[-1] != ' ' || open[1 + n] != ':' || open[2 + n] != ' ')
        return;
    w5_record_set(r, W5_F_errno, (w5_str){open + 1, n});
    head->len = at - 1;
}

static void split_at(w5_str rest, size_t at, w5_record *r)
{
    w5_str head = w5_str_head(rest, at);
    r->have &= ~((uint64_t)1 << W5_F_phase | (uint64_t)1 << W5_F_errno);
    r->context = w5_str_skip(rest, at);
    take_phase(&head, r);
    take_errno(&head, r);
    r->message = head;
}

/* The first split whose walk leaves nothing over; the first of all when there is none. */
static void split_well(w5_str rest, w5_record *r)
{
    enum {
        TRIES = 32
    };
    walk w;
    size_t first = context_from(rest, 0);
    size_t at = first;
    for (int i = 0; i < TRIES && at < rest.len; i++) {
        read_context(w5_str_skip(rest, at), &w);
        if (w.end == W5_NGINX_CLEAN) {
            split_at(rest, at, r);
            return;
        }
        at = context_from(rest, at + 1);
    }
    split_at(rest, first, r);
}

/* Messages with foreign bytes in them whose errno would tell of a full disk or table: only there a
 * forged context could make a class. The others wait for the walk. */
static bool worth_a_walk(const w5_record *r)
{
    w5_str number = w5_record_get(r, W5_F_errno);
    bool common =
        number.len == 0 || w5_str_eq(number, W5_STR("2")) || w5_str_eq(number, W5_STR("13"));
    return !common && r->message.len > 0 && memchr(r->message.ptr, '"', r->message.len);
}

void w5_nginx_split(w5_str rest, w5_record *r)
{
    split_at(rest, context_from(rest, 0), r);
    if (worth_a_walk(r))
        split_well(rest, r);
}

/* The first `" while ACTION` whose context is clean closes the text, else the first that has one.
 */
bool w5_nginx_split_stderr(w5_str rest, w5_record *r)
{
    static const w5_str quote = W5_LIT("\" while ");
    w5_str left = rest;
    size_t close = rest.len;
    size_t at;
    while (w5_str_find(left, quote, &at)) {
        walk w;
        size_t here = (size_t)(left.ptr - rest.ptr) + at;
        left = w5_str_skip(left, at + 1);
        size_t context = w5_nginx_context_at(left);
        if (context == left.len)
            continue;
        read_context(w5_str_skip(left, context), &w);
        if (w.end == W5_NGINX_CLEAN || close == rest.len)
            close = here;
        if (w.end == W5_NGINX_CLEAN)
            break;
    }
    if (close == rest.len)
        return false;
    w5_str behind = w5_str_skip(rest, close);
    split_at(behind, w5_nginx_context_at(behind), r);
    r->message = w5_str_head(rest, close + 1);
    return true;
}

/* --- the record's fields ---------------------------------------------------------------------- */
static w5_str behind_scheme(w5_str url)
{
    w5_str scheme;
    w5_str rest;
    if (w5_str_starts(url, W5_STR("http://")))
        return w5_str_skip(url, 7);
    return w5_str_cut_at(url, W5_STR("://"), &scheme, &rest) && scheme.len <= 8 ? rest : url;
}

/* The address ends at the path's slash; behind unix: at the colon. */
w5_str w5_nginx_upstream(w5_str url, bool whole)
{
    size_t at;
    w5_str rest = behind_scheme(url);
    bool local = w5_str_starts(rest, W5_STR("unix:"));
    size_t skip = local ? 5 : 0;
    if (w5_str_find_char(w5_str_skip(rest, skip), local ? ':' : '/', &at))
        return w5_str_head(rest, at + skip);
    return whole ? rest : W5_NONE;
}

/* "GET " and the like; 0: it begins with no method. */
static size_t method_length(w5_str request)
{
    enum {
        LONGEST = 20
    };
    size_t n = 0;
    for (; n < request.len && n <= LONGEST; n++) {
        char c = request.ptr[n];
        if (!((c >= 'A' && c <= 'Z') || c == '_' || c == '-'))
            break;
    }
    return n < request.len && n <= LONGEST && request.ptr[n] == ' ' ? n : 0;
}

w5_str w5_nginx_without_host(w5_str target)
{
    w5_str scheme;
    w5_str rest;
    size_t at;
    if (target.len == 0 || target.ptr[0] == '/' ||
        !w5_str_cut_at(target, W5_STR("://"), &scheme, &rest) || scheme.len > 8)
        return target;
    return w5_str_find_char(rest, '/', &at) ? w5_str_skip(rest, at) : W5_STR("/");
}

void w5_nginx_request(w5_record *r, w5_str request, bool whole)
{
    size_t at;
    size_t method = method_length(request);
    if (method == 0)
        return;
    w5_str target = w5_str_skip(request, method + 1);
    w5_record_set(r, W5_F_method, w5_str_head(request, method));
    if (target.len > 9 && memcmp(target.ptr + target.len - 9, " HTTP/", 6) == 0)
        target.len -= 9;
    else if (w5_str_find_char(target, ' ', &at))
        target.len = at;
    else if (!whole && !memchr(target.ptr, '?', target.len))
        return;
    target = w5_nginx_without_host(target);
    if (w5_str_find_char(target, '?', &at))
        target.len = at;
    w5_record_set(r, W5_F_path, target);
}

/* "http:/127.0.0.1:8000/": merge_slashes took one away, so this stood in a path that a client sent.
 */
static bool lost_a_slash(w5_str url)
{
    size_t colon;
    return !w5_str_starts(url, W5_STR("http://")) &&
           w5_str_find_char(w5_str_head(url, 12), ':', &colon) && url.len > colon + 2 &&
           url.ptr[colon + 1] == '/' && url.ptr[colon + 2] != '/' &&
           !w5_str_starts(url, W5_STR("unix:"));
}

/* Judged late, where its opener was not to be seen (a log that begins in the middle of a write). */
static void condemn(w5_record *r)
{
    if (r->forged)
        return;
    r->forged = true;
    if (r->stream && r->stream->understood > 0) {
        r->stream->understood--;
        r->stream->forged++;
    }
}

static w5_str without_starttls(w5_str client)
{
    static const w5_str note = W5_LIT(" using starttls");
    return w5_str_ends(client, note) ? w5_str_head(client, client.len - note.len) : client;
}

static void fill(w5_record *r, const walk *w)
{
    if ((w->seen >> NAME_UPSTREAM & 1) && lost_a_slash(w->value[NAME_UPSTREAM]))
        condemn(r);
    for (uint32_t left = w->seen; left != 0; left &= left - 1) {
        int n = __builtin_ctz(left);
        w5_str value = w->value[n];
        bool whole = w->cut != n;
        if (n == NAME_UPSTREAM)
            value = w5_nginx_upstream(value, whole);
        else if (n == NAME_CLIENT)
            value = without_starttls(value);
        else if (n == NAME_REQUEST)
            w5_nginx_request(r, value, whole);
        if (names[n].field != NO_FIELD && (whole || value.len > 0))
            w5_record_set(r, (w5_field)names[n].field, value);
    }
}

/* "GET /path?query HTTP/1.1": what w5_nginx_request makes of it. */
static bool fill_usual_request(w5_record *r, w5_str request)
{
    size_t method = method_length(request);
    if (method == 0 || request.len < method + 12 || request.ptr[method + 1] != '/')
        return false;
    w5_str target = {request.ptr + method + 1, request.len - method - 10};
    const char *query = memchr(target.ptr, '?', target.len);
    w5_record_set(r, W5_F_method, w5_str_head(request, method));
    w5_record_set(r, W5_F_path,
                  (w5_str){target.ptr, query ? (size_t)(query - target.ptr) : target.len});
    return true;
}

/* Fields of the usual context: of HTTP, by an address, from a client that is no mail user. */
static bool fill_usual(w5_record *r, const walk *w)
{
    static const w5_str http = W5_LIT("http://");
    const w5_str *v = w->value;
    w5_str url = v[NAME_UPSTREAM];
    if (v[NAME_CLIENT].len > 39 || url.len < 12 || memcmp(url.ptr, http.ptr, 7) != 0 ||
        url.ptr[7] == 'u' || !fill_usual_request(r, v[NAME_REQUEST]))
        return false;
    url = w5_str_skip(url, http.len);
    const char *slash = memchr(url.ptr, '/', url.len);
    w5_record_set(r, W5_F_client, without_starttls(v[NAME_CLIENT]));
    w5_record_set(r, W5_F_server, v[NAME_SERVER]);
    w5_record_set(r, W5_F_request, v[NAME_REQUEST]);
    w5_record_set(r, W5_F_upstream,
                  (w5_str){url.ptr, slash ? (size_t)(slash - url.ptr) : url.len});
    w5_record_set(r, W5_F_http_host, v[NAME_HOST]);
    if (w->seen >> NAME_REFERRER & 1)
        w5_record_set(r, W5_F_referrer, v[NAME_REFERRER]);
    return true;
}

void w5_nginx_walk(w5_record *r)
{
    walk w;
    if (read_usual(r->context, &w)) {
        if (!fill_usual(r, &w))
            fill(r, &w);
        return;
    }
    read_context(r->context, &w);
    if (w.end == W5_NGINX_RESIDUE) {
        w5_str rest = {r->message.ptr, (size_t)(r->context.ptr + r->context.len - r->message.ptr)};
        split_well(rest, r);
        read_context(r->context, &w);
    }
    fill(r, &w);
}
