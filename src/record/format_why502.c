/* format_why502.c -- what why502 -o events writes (spec §6.3), read back.
 *
 *     {"v":1,"time":"2026-11-20T05:30:01Z","stamp":"2026-11-20T14:30:01","precision_s":1,
 *      "host":"web1","source":"error.log","format":"nginx-error","line":3,"class":"premature-close",
 *      "code":"HU-EOF","pid":7,"message":"upstream prematurely closed
 * connection","id":"260ad3471935e2b2"}
 *     {"v":1,"kind":"coverage","host":"web1","source":"error.log","lines":9120,…}
 *
 * A record of it is as near to that of the line itself as what was written allows: its format and
 * stream are the line's. Members may stand in any order, unknown ones are passed over: newer
 * versions have more. And what GNU parallel lets through of ssh, when a host does not answer:
 *
 *     ssh: connect to host web2 port 22: Connection refused */
#include <limits.h>
#include <why502/base/json.h>

#include "records.h"

enum {
    VERSION,
    TIME,
    STAMP,
    HOST,
    VIA,
    SOURCE,
    FORMAT,
    CLOCK,
    LINE,
    OFFSET,
    CLASS,
    CODE,
    KIND,
    MESSAGE,
    TEXT,
    COUNT,
    FORGED,
    ID,
    FIRST,
    LAST,
    LINES,
    UNDERSTOOD,
    NOT_UNDERSTOOD,
    CUT,
    EVENTS,
    TIMEZONE,
    FIELDS,
    FOLDED,
    KEYS
};
static const w5_str names[KEYS] = {
    [VERSION] = W5_LIT("v"),
    [TIME] = W5_LIT("time"),
    [STAMP] = W5_LIT("stamp"),
    [HOST] = W5_LIT("host"),
    [VIA] = W5_LIT("via"),
    [SOURCE] = W5_LIT("source"),
    [FORMAT] = W5_LIT("format"),
    [CLOCK] = W5_LIT("clock"),
    [LINE] = W5_LIT("line"),
    [OFFSET] = W5_LIT("offset"),
    [CLASS] = W5_LIT("class"),
    [CODE] = W5_LIT("code"),
    [KIND] = W5_LIT("kind"),
    [MESSAGE] = W5_LIT("message"),
    [TEXT] = W5_LIT("text"),
    [COUNT] = W5_LIT("count"),
    [FORGED] = W5_LIT("forged"),
    [ID] = W5_LIT("id"),
    [FIRST] = W5_LIT("first"),
    [LAST] = W5_LIT("last"),
    [LINES] = W5_LIT("lines"),
    [UNDERSTOOD] = W5_LIT("understood"),
    [NOT_UNDERSTOOD] = W5_LIT("not_understood"),
    [CUT] = W5_LIT("cut"),
    [EVENTS] = W5_LIT("events"),
    [TIMEZONE] = W5_LIT("timezone"),
    [FIELDS] = W5_LIT("fields"),
    [FOLDED] = W5_LIT("folded"),
};

typedef struct members {
    w5_str raw[KEYS]; /* as written; "" when absent or null */
    w5_arena *arena;
} members;

static bool is_null(w5_str raw)
{
    return w5_str_eq(raw, W5_STR("null"));
}

/* Members of no name of ours that stand at the top are fields of the record. */
static void see_member(members *m, w5_record *r, w5_str key, w5_str raw)
{
    for (size_t i = 0; i < KEYS; i++)
        if (w5_str_eq(names[i], key)) {
            m->raw[i] = raw;
            return;
        }
    int field = w5_field_find(key);
    if (field >= 0 && field <= W5_F_errno)
        w5_record_set(r, (w5_field)field, raw);
}

static bool read_members(w5_str line, members *m, w5_record *r)
{
    w5_json_walk walk;
    w5_str key, raw;
    if (!w5_json_walk_open(line, &walk))
        return false;
    while (w5_json_walk_next(&walk, &key, &raw))
        if (!is_null(raw))
            see_member(m, r, key, raw);
    uint64_t version;
    return !walk.broken && w5_str_u64(m->raw[VERSION], &version) && m->raw[SOURCE].len > 0 &&
           (m->raw[CLASS].len > 0 || m->raw[KIND].len > 0);
}

/* --- values ---------------------------------------------------------------------------------- */
/* Of a string its text, of anything else what stands there. */
static w5_str text_of(const members *m, w5_str raw)
{
    w5_str text = W5_NONE;
    if (raw.len < 2 || raw.ptr[0] != '"')
        return raw;
    return w5_json_unquote(m->arena, raw, &text) == W5_OK ? text : W5_NONE;
}

static w5_str text(const members *m, int key)
{
    return text_of(m, m->raw[key]);
}

static uint64_t number(const members *m, int key, uint64_t otherwise)
{
    uint64_t n;
    return w5_str_u64(text(m, key), &n) ? n : otherwise;
}

static bool instant(const members *m, int key, w5_time *at, bool *zoned, uint8_t *digits)
{
    w5_str s = text(m, key);
    int offset;
    unsigned n;
    if (!w5_take_iso(&s, at, &offset, &n))
        return false;
    *zoned = offset != INT_MIN;
    *digits = (uint8_t)(n < 6 ? n : 6);
    return true;
}

/* --- an event -------------------------------------------------------------------------------- */
static void read_fields(const members *m, w5_record *r)
{
    w5_json_walk walk;
    w5_str key, raw;
    for (uint64_t left = r->have; left != 0; left &= left - 1) {
        int f = __builtin_ctzll(left);
        r->field[f] = text_of(m, r->field[f]);
    }
    if (!w5_json_walk_open(m->raw[FIELDS], &walk))
        return;
    while (w5_json_walk_next(&walk, &key, &raw)) {
        int field = w5_field_find(key);
        if (field >= 0 && !is_null(raw))
            w5_record_set(r, (w5_field)field, text_of(m, raw));
    }
}

/* The stamp as it stood, where it had no zone; what the reader took for its instant tells the zone
 * that holds there if nothing better is found. */
static void read_time(const members *m, w5_record *r, w5_stream *s)
{
    w5_time utc;
    bool zoned;
    uint8_t digits;
    bool is_told = instant(m, TIME, &utc, &zoned, &digits);
    if (is_told) {
        r->at = utc;
        r->zoned = zoned;
        r->digits = digits;
    }
    if (!instant(m, STAMP, &r->at, &r->zoned, &r->digits))
        return;
    if (is_told && zoned && !r->zoned && r->at - utc >= -W5_DAY && r->at - utc <= W5_DAY)
        s->zone_told = (int)((r->at - utc) / W5_SECOND);
}

static const w5_pattern *pattern_of(const members *m)
{
    w5_pattern *p = W5_NEW(m->arena, w5_pattern);
    *p = (w5_pattern){.id = text(m, m->raw[CLASS].len > 0 ? CLASS : KIND), .code = text(m, CODE)};
    return p;
}

static w5_stream *stream_of(const members *m, const w5_record *r)
{
    w5_str host = text(m, m->raw[VIA].len > 0 ? VIA : HOST);
    return w5_told_stream(r->stream, host, text(m, SOURCE));
}

static void tell_event(const members *m, w5_str line, w5_record *r)
{
    w5_stream *s = stream_of(m, r);
    read_fields(m, r);
    read_time(m, r, s);
    r->stream = s;
    r->format = w5_format_find(text(m, FORMAT));
    if (!r->format)
        r->format =
            w5_format_find(W5_STR("why502")); /* a newer version's, or one of its own catalogue's */
    if (!s->format)
        s->format = r->format;
    r->clock = w5_format_find(text(m, CLOCK));
    r->host = m->raw[VIA].len > 0 ? text(m, HOST) : W5_NONE;
    r->line = number(m, LINE, 0);
    r->offset = number(m, OFFSET, 0);
    r->count = number(m, COUNT, 1);
    r->forged = w5_str_eq(m->raw[FORGED], W5_STR("true"));
    r->message = text(m, MESSAGE);
    r->text = m->raw[TEXT].len > 0 ? text(m, TEXT) : r->message;
    r->id = text(m, ID);
    r->pattern = pattern_of(m);
    r->told = m->raw[FOLDED].len > 0 ? line : W5_NONE;
}

/* --- what a log covers ----------------------------------------------------------------------- */
static void tell_coverage(const members *m, w5_record *r)
{
    w5_coverage c = {.id = text(m, ID),
                     .format = text(m, FORMAT),
                     .first = W5_TIME_NONE,
                     .last = W5_TIME_NONE,
                     .zoned = true,
                     .zone = INT_MIN,
                     .lines = number(m, LINES, 0),
                     .understood = number(m, UNDERSTOOD, 0),
                     .not_understood = number(m, NOT_UNDERSTOOD, 0),
                     .cut = number(m, CUT, 0),
                     .forged = number(m, FORGED, 0),
                     .events = number(m, EVENTS, 0)};
    uint8_t digits;
    instant(m, FIRST, &c.first, &c.zoned, &digits);
    instant(m, LAST, &c.last, &c.zoned, &digits);
    w5_str zone = text(m, TIMEZONE);
    int east;
    if (w5_take_offset(&zone, &east))
        c.zone = east;
    w5_told_cover(w5_told_stream(r->stream, text(m, HOST), text(m, SOURCE)), &c);
    r->have = 0;
    r->host = W5_NONE;
    r->message = W5_STR("coverage");
}

/* --- a host that does not answer ------------------------------------------------------------- */
static const struct {
    w5_str before, after; /* the host's name stands between them, the reason behind */
} refusals[] = {
    {W5_LIT("ssh: connect to host "),            W5_LIT(" port ")},
    {W5_LIT("ssh: Could not resolve hostname "), W5_LIT(": ")    },
};

static bool tell_refusal(w5_str line, w5_record *r)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        w5_str rest = line, host, why, ignored;
        if (!w5_str_take(&rest, refusals[i].before) ||
            !w5_str_cut_at(rest, refusals[i].after, &host, &why))
            continue;
        if (i == 0 && w5_str_cut_at(why, W5_STR(": "), &ignored, &rest))
            why = rest;
        w5_told_lost(r->stream, host, w5_str_trim(why));
        r->message = line;
        return true;
    }
    return false;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    (void)state;
    members m = {.arena = r->stream ? w5_scratch_of(r->stream) : NULL};
    if (line.len < 20 || !r->stream)
        return W5_FIT_NO;
    if (line.ptr[0] == 's')
        return tell_refusal(line, r) ? W5_FIT_YES : W5_FIT_NO;
    if (line.ptr[0] != '{')
        return W5_FIT_NO;
    uint64_t have = r->have;
    r->have = 0; /* what layers told is of the event's way here */
    if (!read_members(line, &m, r)) {
        r->have = have;
        return W5_FIT_NO;
    }
    if (w5_str_eq(text(&m, KIND), W5_STR("coverage")))
        tell_coverage(&m, r);
    else
        tell_event(&m, line, r);
    return W5_FIT_YES;
}

const w5_format w5_format_why502 = {
    .id = W5_LIT("why502"),
    .title = W5_LIT("events of why502 itself"),
    .sample = W5_LIT("{\"v\":1,\"time\":\"2026-11-20T05:30:01Z\",\"host\":\"web1\",\"source\":"
                     "\"error.log\",\"format\":\"nginx-error\",\"line\":3,\"class\":"
                     "\"premature-close\",\"code\":\"HU-EOF\",\"id\":\"260ad3471935e2b2\"}"),
    .order = 5,
    .parse = parse,
};
