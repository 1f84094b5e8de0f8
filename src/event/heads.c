#include "heads.h"

enum {
    SHORTEST = 8
};

/* Of all formats whose messages are read only nginx's error log has fields that wait for a walk.
 * What it says about upstreams has a phase; what has none mostly has a name in it. */
w5_str w5_head_of(const w5_record *r)
{
    const char *from = r->message.ptr;
    const char *to = r->context.ptr;
    bool about = r->have >> W5_F_phase & ~(r->have >> W5_F_ident) & 1;
    if (!about || !r->format->walk || r->context.len == 0 || r->message.len < SHORTEST ||
        to <= from || to - from > W5_HEAD_MAX)
        return W5_NONE;
    return (w5_str){from, (size_t)(to - from)};
}

static uint64_t load8(const char *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof(value));
    return value;
}

static size_t place_of(w5_str head)
{
    uint64_t h = load8(head.ptr) ^ load8(head.ptr + head.len - 8) * 31 ^ head.len;
    return (h * UINT64_C(0x9e3779b97f4a7c15)) >> 58;
}
_Static_assert(W5_HEADS == 1 << (64 - 58), "the place is the upper bits");

const w5_head *w5_heads_find(const w5_head *heads, const w5_record *r, w5_str head)
{
    if (head.len == 0)
        return NULL;
    const w5_head *known = &heads[place_of(head)];
    w5_str level = w5_record_get(r, W5_F_level);
    bool same = known->format == r->format && known->len == head.len &&
                known->message == r->message.len &&
                known->phase == w5_record_get(r, W5_F_phase).len &&
                known->number == w5_record_get(r, W5_F_errno).len &&
                w5_str_eq(level, (w5_str){known->level_word, known->level}) &&
                memcmp(known->bytes, head.ptr, head.len) == 0;
    return same ? known : NULL;
}

/* A quoted name is hardly ever the same twice. */
static bool is_worth_it(const w5_record *r, w5_str head)
{
    return head.len > 0 && w5_record_get(r, W5_F_level).len < sizeof((w5_head){0}.level_word) &&
           !memchr(head.ptr, '"', head.len);
}

void w5_heads_keep(w5_head *heads, const w5_record *r, w5_str head, const w5_event *event)
{
    if (!is_worth_it(r, head))
        return;
    w5_head *known = &heads[place_of(head)];
    w5_str level = w5_record_get(r, W5_F_level);
    *known = (w5_head){.format = r->format,
                       .pattern = event->pattern,
                       .klass = event->klass,
                       .code = event->code,
                       .len = (uint16_t)head.len,
                       .message = (uint16_t)r->message.len,
                       .phase = (uint8_t)w5_record_get(r, W5_F_phase).len,
                       .number = (uint8_t)w5_record_get(r, W5_F_errno).len,
                       .level = (uint8_t)level.len};
    if (level.len > 0)
        memcpy(known->level_word, level.ptr, level.len);
    memcpy(known->bytes, head.ptr, head.len);
}
