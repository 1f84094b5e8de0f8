/* forged.c -- which lines one write of nginx made though they look like several records.
 *
 * Three signs, in the order of their weight:
 *  - the tail: a line with "%0A" behind `request: "`. Its request, percent-decoded and normalised
 * as nginx does (src/http/ngx_http_parse.c, ngx_http_parse_complex_uri), must be what stands in the
 *    log from the opener's path to the tail's closing quote, newline for newline. A request that
 * only quotes a newline (proxied, in a query, taken away by "/../") proves nothing and taints
 * nothing.
 *  - the cut tail: nginx cut the write before the "%0A". Then the lines and their newlines add up
 * to 2047 bytes, and the last of them is not whole though it is shorter than that.
 *  - the open quote: a path that does not close on its line. Whatever follows up to the line that
 *    closes it belongs to it. */
#include "forged.h"

#include "fields_nginx.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

static bool is_mark(const char *p)
{
    return p[0] == '%' && p[1] == '0' && (p[2] | 0x20) == 'a';
}

static const char *mark_slowly(const char *p, const char *end)
{
    while (end - p > 2 && (p = memchr(p, '%', (size_t)(end - p - 2))) != NULL) {
        if (is_mark(p))
            return p;
        p++;
    }
    return end;
}

#ifdef __x86_64__
/* '%' and '0' side by side are rare even where every other byte of a URL is encoded. */
__attribute__((target("avx2"))) static const char *mark_closely(const char *p, const char *end)
{
    const __m256i percent = _mm256_set1_epi8('%');
    const __m256i zero = _mm256_set1_epi8('0');
    for (; end - p > 34; p += 32) {
        __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)p);
        __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(p + 1));
        unsigned hits = (unsigned)_mm256_movemask_epi8(
            _mm256_and_si256(_mm256_cmpeq_epi8(here, percent), _mm256_cmpeq_epi8(next, zero)));
        for (; hits != 0; hits &= hits - 1)
            if (is_mark(p + __builtin_ctz(hits)))
                return p + __builtin_ctz(hits);
    }
    return mark_slowly(p, end);
}

/* Most of a log has no '%' at all: 128 bytes are passed over at a time. A mark that begins in them ends
 * within two more. */
__attribute__((target("avx2"))) static const char *mark_quickly(const char *p, const char *end)
{
    enum {
        STEP = 128
    };
    const __m256i percent = _mm256_set1_epi8('%');
    for (; end - p > STEP + 2; p += STEP) {
        const __m256i *four = (const __m256i *)(const void *)p;
        __m256i a = _mm256_cmpeq_epi8(_mm256_loadu_si256(four), percent);
        __m256i b = _mm256_cmpeq_epi8(_mm256_loadu_si256(four + 1), percent);
        __m256i c = _mm256_cmpeq_epi8(_mm256_loadu_si256(four + 2), percent);
        __m256i d = _mm256_cmpeq_epi8(_mm256_loadu_si256(four + 3), percent);
        __m256i any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
        if (_mm256_movemask_epi8(any) == 0)
            continue;
        const char *mark = mark_closely(p, p + STEP + 2);
        if (mark != p + STEP + 2)
            return mark;
    }
    return mark_closely(p, end);
}

const char *w5_forged_mark(const char *p, const char *end)
{
    return __builtin_cpu_supports("avx2") ? mark_quickly(p, end) : mark_slowly(p, end);
}
#else
const char *w5_forged_mark(const char *p, const char *end)
{
    return mark_slowly(p, end);
}
#endif

/* --- pieces of a line ------------------------------------------------------------------------- */
static bool has(w5_str s, w5_str needle)
{
    size_t at;
    return w5_str_find(s, needle, &at);
}

static const w5_str path_ends[] = {W5_LIT("\" failed ("), W5_LIT("\" is not found"),
                                   W5_LIT("\" is forbidden")};

static bool has_path_end(w5_str s)
{
    for (size_t i = 0; i < sizeof(path_ends) / sizeof(*path_ends); i++)
        if (has(s, path_ends[i]))
            return true;
    return false;
}

/* Behind the first quote that an absolute path follows. */
static bool path_at(w5_str s, size_t *at)
{
    w5_str left = s;
    size_t quote;
    while (w5_str_find_char(left, '"', &quote)) {
        left = w5_str_skip(left, quote + 1);
        bool drive = left.len > 2 && left.ptr[1] == ':' && left.ptr[2] == '/';
        if (drive || (left.len > 0 && left.ptr[0] == '/')) {
            *at = (size_t)(left.ptr - s.ptr);
            return true;
        }
    }
    return false;
}

bool w5_forged_unclosed(w5_str message)
{
    size_t at;
    if (w5_str_ends(message, W5_STR("\" failed")) || !path_at(message, &at))
        return false;
    w5_str path = w5_str_skip(message, at);
    return path.len == 0 || !memchr(path.ptr, '"', path.len);
}

/* The next `request: "` of a line and what follows it. */
static bool next_request(w5_str *left, w5_str *request)
{
    static const w5_str word = W5_LIT("request: \"");
    size_t at;
    if (!w5_str_find(*left, word, &at))
        return false;
    *left = w5_str_skip(*left, at + word.len);
    *request = *left;
    return true;
}

static bool marked(w5_str s)
{
    const char *end = s.ptr + s.len;
    return w5_forged_mark(s.ptr, end) != end;
}

bool w5_forged_tail(w5_str line)
{
    w5_str left = line;
    w5_str request;
    return line.len <= W5_WRITE_MAX && has_path_end(line) && next_request(&left, &request) &&
           marked(request);
}

/* --- the request as nginx decodes it ---------------------------------------------------------- */
typedef struct uri {
    char bytes[W5_WRITE_MAX + 1];
    size_t len;
    bool whole; /* false: the line was cut inside it */
} uri;

static int hex(char c)
{
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    return digit >= 0 && digit < 16 ? digit : -1;
}

static char decoded(w5_str s, size_t *i)
{
    char c = s.ptr[*i];
    if (c != '%' || *i + 2 >= s.len)
        return c;
    int high = hex(s.ptr[*i + 1]);
    int low = hex(s.ptr[*i + 2]);
    if (high < 0 || low < 0)
        return c;
    *i += 2;
    return (char)(high << 4 | low);
}

/* The segment behind the last slash is whole: takes "." and ".." away. True when it was one. */
static bool fold_dots(uri *u)
{
    size_t start = u->len;
    while (start > 0 && u->bytes[start - 1] != '/')
        start--;
    size_t n = u->len - start;
    if (n == 0 || n > 2 || u->bytes[start] != '.' || u->bytes[u->len - 1] != '.')
        return false;
    if (n == 2 && start > 1)
        for (start--; start > 0 && u->bytes[start - 1] != '/'; start--)
            ;
    u->len = start;
    return true;
}

static void append(uri *u, char c)
{
    if (c == '/' && u->len > 0 && (fold_dots(u) || u->bytes[u->len - 1] == '/'))
        return;
    u->bytes[u->len++] = c;
}

/* False when the request holds no newline. */
static bool decode(w5_str request, uri *u)
{
    w5_str method;
    w5_str target;
    size_t at;
    if (!w5_str_cut(request, ' ', &method, &target) || method.len > 20)
        return false;
    u->whole = w5_str_find_char(target, ' ', &at);
    if (u->whole)
        target.len = at;
    for (size_t i = 1; !u->whole && i <= 2 && i <= target.len; i++)
        if (target.ptr[target.len - i] == '%')
            target.len -= i;
    target = w5_nginx_without_host(target);
    u->len = 0;
    for (size_t i = 0; i < target.len && u->len < W5_WRITE_MAX; i++) {
        if (target.ptr[i] == '?' || target.ptr[i] == '#') {
            u->whole = true;
            break;
        }
        append(u, decoded(target, &i));
    }
    if (u->whole)
        fold_dots(u);
    return memchr(u->bytes, '\n', u->len) != NULL;
}

/* --- the proof -------------------------------------------------------------------------------- */
/* How much of the URI before its first newline ends the opener's line, not before `floor`. A layer
 * may have taken a CR away. */
static bool ends_opener(w5_str opener, const char *floor, w5_str first)
{
    if (w5_str_ends(first, W5_STR("\r")) && !w5_str_ends(opener, W5_STR("\r")))
        first.len--;
    const char *a = opener.ptr + opener.len;
    return first.len > 0 && a > floor && a[-1] == first.ptr[first.len - 1];
}

typedef struct place {
    const w5_str *lines;
    size_t n, line, at;
} place;

/* Follows one byte of the URI in the log; merge_slashes off leaves more slashes there, a layer may
 * have taken a CR away. */
static bool follow(place *p, char c)
{
    w5_str line = p->lines[p->line];
    if (c == '\n') {
        bool at_end = p->at == line.len || (p->at + 1 == line.len && line.ptr[p->at] == '\r');
        p->line++;
        p->at = 0;
        return at_end && p->line < p->n;
    }
    while (c != '/' && p->at > 0 && p->at < line.len && line.ptr[p->at] == '/' &&
           line.ptr[p->at - 1] == '/')
        p->at++;
    if (p->at >= line.len)
        return c == '\r';
    return line.ptr[p->at++] == c;
}

/* The line in which the URI ends, when the log holds it from the opener's end on; else 0. */
static size_t follow_all(const w5_str *lines, size_t n, const char *floor, const uri *u, place *p)
{
    const char *newline = memchr(u->bytes, '\n', u->len);
    size_t first = (size_t)(newline - u->bytes);
    *p = (place){.lines = lines, .n = n, .line = 1};
    if (n < 2 || !ends_opener(lines[0], floor, (w5_str){u->bytes, first}))
        return 0;
    for (size_t i = first + 1; i < u->len; i++)
        if (!follow(p, u->bytes[i]))
            return 0;
    return p->line;
}

/* Behind the URI an index file's name may stand, then the path's quote and what befell it. */
static bool closes_path(w5_str rest)
{
    size_t quote;
    if (!w5_str_find_char(rest, '"', &quote))
        return false;
    rest = w5_str_skip(rest, quote);
    for (size_t i = 0; i < sizeof(path_ends) / sizeof(*path_ends); i++)
        if (w5_str_starts(rest, path_ends[i]))
            return true;
    return false;
}

static bool proves(const w5_str *lines, size_t tail, const char *floor, w5_str request)
{
    uri u;
    place p;
    if (!marked(request) || !decode(request, &u))
        return false;
    size_t last = follow_all(lines, tail + 1, floor, &u, &p);
    return u.whole ? last == tail && closes_path(w5_str_skip(lines[tail], p.at)) : last > 0;
}

/* Weaker: the opener's path, up to its first quote, ends as the request does before its first
 * newline or quote. Enough for a tail that has no head, where a rewrite hides the rest of the path.
 */
static bool agrees(w5_str path, w5_str request)
{
    uri u;
    size_t at;
    if (!marked(request) || !decode(request, &u))
        return false;
    w5_str first = {u.bytes, (size_t)((const char *)memchr(u.bytes, '\n', u.len) - u.bytes)};
    if (w5_str_find_char(first, '"', &at))
        first.len = at;
    if (w5_str_find_char(path, '"', &at))
        path.len = at;
    path = w5_str_trim(path);
    first = w5_str_trim(first);
    size_t slash = 0;
    w5_str_rfind_char(first, '/', &slash);
    return first.len > 0 && w5_str_ends(path, w5_str_skip(first, slash));
}

/* Where a line's quoted path begins, if its message has one. */
static bool path_of(w5_str line, w5_str *path)
{
    w5_str rest;
    size_t at;
    if (!w5_nginx_head(line, &rest) || w5_str_starts(rest, W5_STR("FastCGI ")) ||
        !path_at(w5_str_head(rest, w5_nginx_context_at(rest)), &at))
        return false;
    *path = w5_str_skip(rest, at);
    return true;
}

/* The tail has a proven opener behind this one: then what merely agrees is an honest line. */
static bool is_anothers(const w5_str *lines, size_t tail, w5_str request)
{
    w5_str path;
    for (size_t i = 1; i < tail; i++)
        if (path_of(lines[i], &path) && proves(lines + i, tail - i, path.ptr, request))
            return true;
    return false;
}

static bool is_tail(const w5_str *lines, size_t tail, w5_str path)
{
    w5_str left = lines[tail];
    w5_str request;
    w5_str rest;
    bool headless = w5_forged_tail(lines[tail]) && !w5_nginx_head(lines[tail], &rest);
    while (next_request(&left, &request)) {
        if (proves(lines, tail, path.ptr, request))
            return true;
        if (headless && agrees(path, request) && !is_anothers(lines, tail, request))
            return true;
    }
    return false;
}

/* An upstream's URI may be logged decoded too, where the configuration builds it from $uri: then
 * the opener itself holds the request, and is genuine. */
static size_t decoded_upstream(const w5_str *lines, size_t n)
{
    w5_str left = lines[0];
    w5_str request;
    size_t at;
    uri u;
    place p;
    if (n < 2 || !next_request(&left, &request) || !marked(request) ||
        !w5_str_find(request, W5_STR("upstream: \""), &at) || !decode(request, &u))
        return 0;
    size_t last = follow_all(lines, n, request.ptr + at, &u, &p);
    return last > 0 ? last + 1 : 0;
}

/* --- the cut tail ----------------------------------------------------------------------------- */
static bool not_whole(w5_str line)
{
    w5_str rest;
    bool request = false;
    line.len -= w5_str_ends(line, W5_STR("\r"));
    if (!w5_nginx_head(line, &rest))
        return true;
    size_t at = w5_nginx_context_at(rest);
    w5_str message = w5_str_head(rest, at);
    bool quoted = message.len > 0 && memchr(message.ptr, '"', message.len);
    if (at == rest.len)
        return quoted;
    return w5_nginx_end_of(w5_str_skip(rest, at), &request) != W5_NGINX_CLEAN ||
           (quoted && !request);
}

/* nginx never cuts an errno off: a message too long for the write ends in "... (2: No such file…)",
 * any other is whole and its context is cut. Only a message without errno may stop inside its path.
 */
static bool is_cut_tail(w5_str path, w5_str opener, w5_str line)
{
    static const w5_str without_errno = W5_LIT("directory index of \"");
    const char *message = path.ptr - without_errno.len;
    bool bare = message >= opener.ptr && memcmp(message, without_errno.ptr, without_errno.len) == 0;
    return not_whole(line) && (bare || has(line, W5_STR("... (")) || has_path_end(line));
}

/* --- the open quote --------------------------------------------------------------------------- */
/* The line that closes it: the first with a path message's end, rather one that is the end of none
 * of its own. When none is to be seen the whole write is suspect. */
static size_t closing_line(const w5_str *lines, size_t n)
{
    size_t first = 0;
    w5_str rest;
    for (size_t i = 1; i < n; i++) {
        if (!has_path_end(lines[i]))
            continue;
        if (first == 0)
            first = i;
        if (!w5_nginx_head(lines[i], &rest) || w5_forged_tail(lines[i]))
            return i;
    }
    return first > 0 ? first : n - 1;
}

/* FastCGI's stderr text may have newlines by right; a line in it that has a head has not. */
static size_t stderr_extent(const w5_str *lines, size_t n)
{
    static const w5_str text = W5_LIT("FastCGI sent in stderr: \"");
    static const w5_str quote = W5_LIT("\" while ");
    bool head = false;
    for (size_t i = 1; i < n; i++) {
        w5_str rest = lines[i];
        size_t at;
        bool headed = w5_nginx_head(lines[i], &rest);
        if (headed && w5_str_starts(rest, text))
            return 0;
        head = head || headed;
        if (w5_str_find(lines[i], quote, &at) &&
            w5_nginx_context_at(w5_str_skip(lines[i], at)) < lines[i].len - at)
            return head ? i + 1 : 0;
    }
    return 0;
}

size_t w5_forged_extent(const w5_str *lines, size_t n, bool *opener)
{
    size_t extent = 0;
    size_t inside = 0; /* lines that fit into one write */
    size_t sum = 0;
    w5_str path;
    w5_str rest;
    *opener = true;
    if (n == 0 || !w5_nginx_head(lines[0], &rest))
        return 0;
    bool has_path = path_of(lines[0], &path);
    for (; inside < n && sum + lines[inside].len <= W5_WRITE_MAX; inside++) {
        sum += lines[inside].len;
        if (inside > 0 && has_path &&
            (is_tail(lines, inside, path) ||
             (sum == W5_WRITE_MAX && is_cut_tail(path, lines[0], lines[inside]))))
            extent = inside + 1;
        sum++;
    }
    if (extent > 0)
        return extent;
    *opener = false;
    if (w5_str_starts(rest, W5_STR("FastCGI sent in stderr: ")))
        return stderr_extent(lines, inside);
    extent = decoded_upstream(lines, inside);
    if (extent > 0 || inside < 2 || !has_path)
        return extent;
    return memchr(path.ptr, '"', path.len) ? 0 : closing_line(lines, inside) + 1;
}
