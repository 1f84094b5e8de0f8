#include "herd.h"

#include "forged.h"

static uint64_t load8(const char *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof(value));
    return value;
}

static uint64_t level_word(const char *p, size_t len)
{
    return len < 8 ? load8(p) & (((uint64_t)1 << len * 8) - 1) : load8(p);
}

/* By the first eight bytes of the message: alike ones lie side by side. */
enum {
    NEAR = 4
};

static size_t place_of(const char *message)
{
    return (size_t)(load8(message) * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}
_Static_assert(W5_SHAPES == 64, "the place is the six upper bits");

/* Ends are short: words of eight bytes, of which the last two may overlap. Of either side eight bytes
 * may be read; a line has them behind it, and a shape behind its ends. */
static inline bool same(const char *a, const char *b, size_t n)
{
    if (n < 8)
        return n == 0 || (load8(a) ^ load8(b)) << (64 - 8 * n) == 0;
    for (size_t i = 0; i + 8 < n; i += 8)
        if (load8(a + i) != load8(b + i))
            return false;
    return load8(a + n - 8) == load8(b + n - 8);
}

/* --- known ones ------------------------------------------------------------------------------- */
static bool has_ends(const w5_shape *shape, const w5_sheep *s)
{
    size_t len = (size_t)(s->context - s->front.message);
    return shape->level_len == s->front.level.len && len > (size_t)shape->front + shape->tail &&
           shape->level == level_word(s->front.level.ptr, shape->level_len) &&
           same(shape->bytes, s->front.message, shape->front) &&
           same(shape->bytes + shape->front, s->context - shape->tail, shape->tail);
}

/* Errno and phase are found from the head's end on: what is not in the tail must not be before it. */
static bool has_no_more(const w5_shape *shape, const w5_sheep *s)
{
    const char *tail = s->context - shape->tail;
    if (shape->errno_)
        return true;
    if (tail[-1] == ')' && shape->closing == 0)
        return false;
    return shape->phase || !memrchr(s->front.message, 'w', (size_t)(tail - s->front.message));
}

static bool has_quote(const w5_shape *shape, w5_str message, bool *trusted)
{
    *trusted = true;
    if (shape->closing > 0)
        return true;
    bool quoted = memchr(message.ptr, '"', message.len);
    *trusted = !quoted || !w5_forged_unclosed(message);
    return quoted;
}

/* The whole head is compared: whatever it was read as, it is that again. */
static bool is_whole(const w5_shape *shape, const w5_sheep *s)
{
    return (size_t)(s->context - s->front.message) == shape->front &&
           shape->level_len == s->front.level.len &&
           shape->level == level_word(s->front.level.ptr, shape->level_len) &&
           same(shape->bytes, s->front.message, shape->front);
}

static bool fits(const w5_herds *h, const w5_shape *shape, const w5_sheep *s, bool *quoted)
{
    bool trusted;
    if (!has_ends(shape, s) || !has_no_more(shape, s))
        return false;
    const char *end = s->context - shape->tail + shape->closing;
    w5_str message = {s->front.message, (size_t)(end - s->front.message)};
    *quoted = has_quote(shape, message, &trusted);
    return trusted && !(shape->quoteless && *quoted) &&
           !(shape->floats && h->herder.floats(h->herder.context, h->format, message));
}

const w5_shape *w5_shape_find(const w5_herds *h, const w5_sheep *s, bool *quoted)
{
    if (s->context - s->front.message < 8 || *s->front.message == 'F') /* FastCGI's stderr may have lines */
        return NULL;
    size_t place = place_of(s->front.message);
    for (size_t i = 0; i < NEAR; i++) {
        const w5_shape *shape = &h->shape[(place + i) % W5_SHAPES];
        if (shape->level_len > 0 &&
            (shape->number > 0 ? fits(h, shape, s, quoted) : is_whole(shape, s)))
            return shape;
    }
    return NULL;
}

/* --- new ones --------------------------------------------------------------------------------- */
static bool is_usual(w5_str number)
{
    return number.len == 0 || w5_str_eq(number, W5_STR("2")) || w5_str_eq(number, W5_STR("13"));
}

static void keep(w5_herds *h, const char *message, const w5_shape *shape)
{
    size_t place = place_of(message), i = 0;
    for (; i < NEAR && h->shape[(place + i) % W5_SHAPES].level_len > 0; i++)
        if (memcmp(&h->shape[(place + i) % W5_SHAPES], shape, sizeof(*shape)) == 0)
            return; /* known, but this line was not sure to be of it */
    h->shape[(place + i % NEAR) % W5_SHAPES] = *shape;
}

static void keep_ends(w5_herds *h, w5_shape *shape, const w5_record *r, const w5_breed *breed)
{
    static const w5_str close = W5_LIT("\" failed");
    const char *end = r->message.ptr + r->message.len;
    bool usual = is_usual(w5_record_get(r, W5_F_errno));
    bool closed = usual && w5_str_ends(r->message, close);
    const char *tail = end - (closed ? close.len : 0);
    size_t tail_len = (size_t)(r->context.ptr - tail);
    if (breed->sight >= r->message.len - (size_t)(end - tail) ||
        breed->sight + tail_len + 8 > sizeof(shape->bytes))
        return;
    shape->number = (uint8_t)breed->number;
    shape->closing = (uint8_t)(end - tail);
    shape->phase = r->have >> W5_F_phase & 1;
    shape->errno_ = r->have >> W5_F_errno & 1;
    shape->quoteless = !usual;
    shape->floats = breed->floats;
    shape->front = (uint8_t)breed->sight;
    shape->tail = (uint8_t)tail_len;
    memcpy(shape->bytes, r->message.ptr, breed->sight);
    memcpy(shape->bytes + breed->sight, tail, tail_len);
    keep(h, r->message.ptr, shape);
}

static const w5_field parts[] = {W5_FIELDS, W5_F_errno, W5_F_phase};

/* What has a quote in it is hardly ever the same twice, and may be split otherwise (worth_a_walk). */
static void keep_whole(w5_herds *h, w5_shape *shape, const w5_record *r)
{
    size_t len = (size_t)(r->context.ptr - r->message.ptr);
    if (len + 8 > sizeof(shape->bytes) || memchr(r->message.ptr, '"', len))
        return;
    shape->front = (uint8_t)len;
    shape->have = r->have & ((uint64_t)1 << W5_F_errno | (uint64_t)1 << W5_F_phase);
    shape->part[0].len = (uint8_t)r->message.len;
    for (size_t i = 1; i < sizeof(parts) / sizeof(*parts); i++) {
        w5_str part = w5_record_get(r, parts[i]);
        shape->part[i].at = part.len ? (uint8_t)(part.ptr - r->message.ptr) : 0;
        shape->part[i].len = (uint8_t)part.len;
    }
    memcpy(shape->bytes, r->message.ptr, len);
    keep(h, r->message.ptr, shape);
}

void w5_shape_keep(w5_herds *h, const w5_record *r, const w5_breed *breed)
{
    w5_str level = w5_record_get(r, W5_F_level);
    const char *end = r->message.ptr + r->message.len;
    w5_shape shape;
    memset(&shape, 0, sizeof(shape)); /* shapes are compared as bytes */
    h->format = r->format;
    if (level.len == 0 || level.len > 8 || r->message.len < 8 || r->context.ptr < end)
        return;
    shape.level_len = (uint8_t)level.len;
    shape.level = level_word(level.ptr, level.len);
    if (breed->number == 0)
        keep_whole(h, &shape, r);
    else if (breed->sight != SIZE_MAX)
        keep_ends(h, &shape, r, breed);
}

void w5_shape_read(const w5_shape *shape, const w5_sheep *s, w5_record *r)
{
    const w5_nginx_front *front = &s->front;
    r->at = front->at;
    w5_record_set(r, W5_F_level, front->level);
    w5_record_set(r, W5_F_pid, front->pid);
    w5_record_set(r, W5_F_tid, front->tid);
    if (front->connection.len > 0)
        w5_record_set(r, W5_F_connection, front->connection);
    r->message = (w5_str){front->message, shape->part[0].len};
    for (size_t i = 1; i < sizeof(parts) / sizeof(*parts); i++)
        if (shape->have >> parts[i] & 1)
            w5_record_set(r, parts[i],
                          (w5_str){front->message + shape->part[i].at, shape->part[i].len});
    r->context = (w5_str){s->context, (size_t)(s->newline - s->context)};
}

/* --- herds ------------------------------------------------------------------------------------- */
static void open_span(w5_herds *h, w5_time at)
{
    w5_time rest = at % h->herder.span;
    h->from = at - rest - (rest < 0 ? h->herder.span : 0);
    h->to = h->from + h->herder.span;
}

static void lead(w5_herd *herd, const w5_sheep *s, uint64_t line, uint64_t offset)
{
    herd->text = (w5_str){s->at, (size_t)(s->newline - s->at)};
    herd->line = line;
    herd->offset = offset;
    herd->at = s->front.at;
}

void w5_herd_add(w5_herds *h, unsigned number, const w5_sheep *s, uint64_t line, uint64_t offset)
{
    w5_herd *herd = &h->herd[number];
    if (h->used == 0)
        open_span(h, s->front.at);
    if (!(h->used >> number & 1)) {
        h->used |= (uint64_t)1 << number;
        herd->n = 0;
        herd->until = s->front.at;
        lead(herd, s, line, offset);
    } else if (s->front.at < herd->at) {
        lead(herd, s, line, offset);
    }
    herd->n++;
    herd->last_line = line;
    if (s->front.at > herd->until)
        herd->until = s->front.at;
}
