#include "traffic.h"

#include "cells.h"
#include "hash.h"

enum {
    DAY = 86400,
    HOUR = 3600
};

/* --- traffic ---------------------------------------------------------------------------------
 * Seconds in which requests failed are worth more than those in which all went well. */
static const struct {
    uint32_t healthy, failing;
    bool upstream;
} spans[] = {
    {1,         1,         true },
    {10,        1,         true },
    {60,        1,         true },
    {60,        10,        true },
    {HOUR,      10,        true },
    {HOUR,      60,        true },
    {DAY,       HOUR,      true },
    {DAY,       DAY,       true },
    {DAY,       DAY,       false},
    {365 * DAY, 365 * DAY, false}
};
enum {
    TRAFFIC_LEVELS = sizeof(spans) / sizeof(*spans)
};

static bool coarsen_traffic(w5_rows *t, void *row)
{
    w5_traffic *traffic = row;
    bool failing = w5_status_failed(traffic->status) || traffic->status == 499;
    uint32_t span = failing ? spans[t->level].failing : spans[t->level].healthy;
    bool lost = span > traffic->span && traffic->span != 0;
    traffic->span = span;
    traffic->at = w5_span_start(traffic->at, span * W5_SECOND);
    if (spans[t->level].upstream || traffic->upstream == 0)
        return lost;
    traffic->upstream = traffic->host = 0;
    return true;
}

static uint64_t hash_traffic(const w5_rows *t, const void *row)
{
    const w5_traffic *traffic = row;
    uint64_t key = w5_hash_mix(((const w5_names *)t->context)->seed, (uint64_t)traffic->at);
    key = w5_hash_mix(key, (uint64_t)traffic->lane << 32 | traffic->upstream);
    return w5_hash_mix(key, (uint64_t)traffic->host << 32 | traffic->status);
}

static bool same_traffic(const w5_rows *t, const void *a, const void *b)
{
    (void)t;
    const w5_traffic *one = a, *other = b;
    return one->at == other->at && one->lane == other->lane && one->upstream == other->upstream &&
           one->status == other->status;
}

static void join_traffic(void *into, const void *from)
{
    w5_traffic *sum = into;
    const w5_traffic *more = from;
    sum->count += more->count;
    if (more->longest > sum->longest)
        sum->longest = more->longest;
}

static const w5_rows_kind traffic_kind = {.size = sizeof(w5_traffic),
                                          .levels = TRAFFIC_LEVELS,
                                          .coarsen = coarsen_traffic,
                                          .hash = hash_traffic,
                                          .same = same_traffic,
                                          .join = join_traffic};

/* --- shorter paths --------------------------------------------------------------------------- */
enum {
    PATH_ROOM = 512
};

/* "/item/4711/a7" -> "/item/ * /a*": digits are what tells one page of a sort from the next. */
static size_t star_digits(w5_str path, char *buf)
{
    size_t n = 0;
    for (size_t i = 0; i < path.len && n < PATH_ROOM; i++) {
        bool digit = path.ptr[i] >= '0' && path.ptr[i] <= '9';
        if (digit && n > 0 && buf[n - 1] == '*')
            continue;
        buf[n++] = digit ? '*' : path.ptr[i];
    }
    return n;
}

/* Keeps `segments` of them: "/shop/cart/add" with two -> "/shop/cart/ *" (without the blank). */
static size_t cut_segments(w5_str path, size_t segments, char *buf)
{
    size_t n = star_digits(path, buf), slashes = 0;
    for (size_t i = 0; i < n; i++)
        if (buf[i] == '/' && ++slashes > segments && i + 1 < n) {
            buf[i + 1] = '*';
            return i + 2;
        }
    return n;
}

w5_id w5_path_general(w5_names *names, w5_id path, unsigned level)
{
    enum {
        AS_IT_IS,
        DIGITS,
        TWO_SEGMENTS,
        ONE_SEGMENT
    };
    char buf[PATH_ROOM + 1];
    if (path <= W5_INTERN_FULL || level == AS_IT_IS)
        return path;
    if (level > ONE_SEGMENT)
        return W5_INTERN_FULL;
    w5_str whole = w5_intern_str(names->table, path);
    size_t n = level == DIGITS         ? star_digits(whole, buf)
               : level == TWO_SEGMENTS ? cut_segments(whole, 2, buf)
                                       : cut_segments(whole, 1, buf);
    w5_str shorter = {buf, n};
    return w5_str_eq(shorter, whole) ? path : w5_names_put(names, shorter);
}

static bool shorten(const w5_rows *t, w5_id *path, unsigned level)
{
    w5_id before = *path;
    *path = w5_path_general(t->context, before, level);
    return *path != before;
}

/* --- paths ----------------------------------------------------------------------------------- */
static bool coarsen_path(w5_rows *t, void *row)
{
    return shorten(t, &((w5_path *)row)->path, t->level);
}

static uint64_t hash_path(const w5_rows *t, const void *row)
{
    return w5_hash_mix(((const w5_names *)t->context)->seed, ((const w5_path *)row)->path);
}

static bool same_path(const w5_rows *t, const void *a, const void *b)
{
    (void)t;
    return ((const w5_path *)a)->path == ((const w5_path *)b)->path;
}

static void join_path(void *into, const void *from)
{
    w5_path *sum = into;
    const w5_path *more = from;
    sum->requests += more->requests;
    sum->failed += more->failed;
    sum->sum = (int64_t)((uint64_t)sum->sum + (uint64_t)more->sum); /* events may tell anything */
    if (more->longest_finished > sum->longest_finished)
        sum->longest_finished = more->longest_finished;
}

static const w5_rows_kind path_kind = {.size = sizeof(w5_path),
                                       .levels = 5,
                                       .coarsen = coarsen_path,
                                       .hash = hash_path,
                                       .same = same_path,
                                       .join = join_path};

/* --- requests -------------------------------------------------------------------------------- */
static const struct {
    uint32_t span;
    unsigned path;
    bool upstream;
} steps[] = {
    {60,        0, true },
    {600,       0, true },
    {HOUR,      1, true },
    {HOUR,      2, true },
    {DAY,       2, true },
    {DAY,       3, true },
    {DAY,       4, true },
    {365 * DAY, 4, false}
};
enum {
    REQUEST_LEVELS = sizeof(steps) / sizeof(*steps)
};

static bool coarsen_request(w5_rows *t, void *row)
{
    w5_request *request = row;
    bool lost = shorten(t, &request->path, steps[t->level].path);
    if (steps[t->level].path == 4)
        request->method = 0;
    if (!steps[t->level].upstream)
        request->upstream = request->host = request->lane = 0;
    return lost;
}

uint32_t w5_requests_span(const w5_rows *t)
{
    return steps[t->level].span;
}

static w5_time request_span(const w5_rows *t, const w5_request *request)
{
    return w5_span_start(request->at, steps[t->level].span * W5_SECOND);
}

static uint64_t hash_request(const w5_rows *t, const void *row)
{
    const w5_request *r = row;
    uint64_t key = w5_hash_mix(((const w5_names *)t->context)->seed, (uint64_t)request_span(t, r));
    uint32_t words[] = {r->lane, r->upstream, r->host, r->method, r->path};
    return w5_hash_words(key, words, sizeof(words) / sizeof(*words));
}

static bool same_request(const w5_rows *t, const void *a, const void *b)
{
    const w5_request *one = a, *other = b;
    return one->path == other->path && one->upstream == other->upstream &&
           one->method == other->method && one->lane == other->lane && one->host == other->host &&
           request_span(t, one) == request_span(t, other);
}

static void join_request(void *into, const void *from)
{
    w5_request *sum = into;
    const w5_request *more = from;
    sum->count += more->count;
    if (more->at < sum->at)
        sum->at = more->at;
    if (more->until > sum->until)
        sum->until = more->until;
}

static const w5_rows_kind request_kind = {.size = sizeof(w5_request),
                                          .levels = REQUEST_LEVELS,
                                          .coarsen = coarsen_request,
                                          .hash = hash_request,
                                          .same = same_request,
                                          .join = join_request};

/* --- mixes ----------------------------------------------------------------------------------- */
static const uint32_t mix_spans[] = {60, 600, HOUR, DAY, 30 * DAY, 10000 * DAY};
enum {
    MIX_LEVELS = sizeof(mix_spans) / sizeof(*mix_spans)
};

uint32_t w5_mixes_span(const w5_rows *t)
{
    return mix_spans[t->level];
}

static w5_time mix_span(const w5_rows *t, const w5_mix *mix)
{
    return w5_span_start(mix->at, mix_spans[t->level] * W5_SECOND);
}

static bool coarsen_mix(w5_rows *t, void *row)
{
    (void)t;
    (void)row;
    return false; /* only spans grow */
}

static uint64_t hash_mix(const w5_rows *t, const void *row)
{
    const w5_mix *m = row;
    uint64_t key = w5_hash_mix(((const w5_names *)t->context)->seed, (uint64_t)mix_span(t, m));
    uint32_t words[] = {m->lane, m->upstream, m->host, m->code, m->klass};
    return w5_hash_words(key, words, sizeof(words) / sizeof(*words));
}

static bool same_mix(const w5_rows *t, const void *a, const void *b)
{
    const w5_mix *one = a, *other = b;
    return one->code == other->code && one->klass == other->klass && one->lane == other->lane &&
           one->upstream == other->upstream && one->host == other->host &&
           mix_span(t, one) == mix_span(t, other);
}

static void join_mix(void *into, const void *from)
{
    w5_mix *sum = into;
    const w5_mix *more = from;
    sum->count += more->count;
    sum->at = more->at < sum->at ? more->at : sum->at;
    sum->until = more->until > sum->until ? more->until : sum->until;
}

static const w5_rows_kind mix_kind = {.size = sizeof(w5_mix),
                                      .levels = MIX_LEVELS,
                                      .coarsen = coarsen_mix,
                                      .hash = hash_mix,
                                      .same = same_mix,
                                      .join = join_mix};

void w5_traffic_init(w5_rows *t, w5_names *names)
{
    w5_rows_init(t, &traffic_kind, W5_TRAFFIC_MAX, names);
}

void w5_paths_init(w5_rows *t, w5_names *names)
{
    w5_rows_init(t, &path_kind, W5_PATHS_MAX, names);
}

void w5_requests_init(w5_rows *t, w5_names *names)
{
    w5_rows_init(t, &request_kind, W5_REQUESTS_MAX, names);
}

void w5_mixes_init(w5_rows *t, w5_names *names)
{
    w5_rows_init(t, &mix_kind, W5_MIXES_MAX, names);
}
