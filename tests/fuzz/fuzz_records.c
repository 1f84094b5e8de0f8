/* fuzz_records.c -- the splitter of lines and every format: a log gives the same records and
 * accounts whatever the pieces it comes in, and whether one stage reads it or two that share it.
 *
 * The first byte chooses a format (0: none is forced), the second the pieces, the third where the
 * second stage takes over. */
#include "demand.h"
#include "record/records.h"
#include "source/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct told { /* what a stage said */
    uint64_t hash, records;
    uint64_t shift; /* added to numbers of lines */
} told;

static void mix(told *t, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++)
        t->hash = (t->hash ^ b[i]) * UINT64_C(1099511628211);
    t->hash = (t->hash ^ n) * UINT64_C(1099511628211);
}

static void mix_number(told *t, uint64_t n)
{
    mix(t, &n, sizeof n);
}

static void take(w5_records *stage, told *t)
{
    w5_record r;
    while (w5_records_take(stage, &r) == W5_OK) {
        DEMAND(r.format && r.stream && r.lines > 0);
        w5_record_walk(&r);
        mix(t, r.format->id.ptr, r.format->id.len);
        mix(t, r.text.ptr, r.text.len);
        mix(t, r.message.ptr, r.message.len);
        mix(t, r.host.ptr, r.host.len);
        mix(t, r.stream->name.ptr, r.stream->name.len);
        for (w5_field f = 0; f < W5_FIELDS; f++)
            mix(t, w5_record_get(&r, f).ptr, w5_record_get(&r, f).len);
        mix_number(t, (uint64_t)r.at);
        mix_number(t, r.have);
        mix_number(t, r.line + t->shift);
        mix_number(t, r.lines);
        mix_number(t, r.offset);
        mix_number(t, (uint64_t)r.digits << 4 | (uint64_t)r.zoned << 3 | (uint64_t)r.forged << 2 |
                          (uint64_t)r.cut << 1 | (uint64_t)r.misdated);
        t->records++;
    }
}

static void mix_accounts(told *t, w5_records *stage)
{
    for (size_t i = 0; i < w5_records_streams(stage); i++) {
        const w5_stream *s = w5_records_stream(stage, i);
        DEMAND(s->lines == s->understood + s->not_understood + s->cut + s->forged);
        mix(t, s->name.ptr, s->name.len);
        mix_number(t, s->lines);
        mix_number(t, s->understood);
        mix_number(t, s->cut);
        mix_number(t, s->forged);
        mix_number(t, s->bytes);
        mix_number(t, (uint64_t)s->first);
        mix_number(t, (uint64_t)s->last);
    }
}

static w5_records *begin(w5_str format)
{
    static const w5_record_options options;
    w5_records *stage = w5_records_new(&options);
    w5_records_begin(stage, 0, W5_STR("x.log"), format, INT64_C(1795183200) * W5_SECOND);
    return stage;
}

static told end(w5_records *stage, told t)
{
    w5_records_tick(stage);
    take(stage, &t);
    mix_accounts(&t, stage);
    w5_records_free(stage);
    return t;
}

/* --- in pieces ------------------------------------------------------------------------------- */
typedef struct tape {
    w5_str rest;
    size_t piece;
} tape;

static w5_rc some(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    tape *t = from;
    (void)err;
    *got = w5_str_head(t->rest, t->piece < room ? t->piece : room).len;
    if (*got > 0)
        memcpy(out, t->rest.ptr, *got);
    t->rest = w5_str_skip(t->rest, *got);
    return *got > 0 ? W5_OK : W5_END;
}

static told read_by(w5_str format, w5_str log, size_t piece)
{
    told t = {0};
    tape from = {log, piece};
    w5_records *stage = begin(format);
    w5_lines lines;
    w5_block block = {0};
    w5_err err;
    uint64_t at = 0;
    w5_lines_init(&lines, 0);
    while (w5_lines_next(&lines, some, &from, &block, &err) == W5_OK) {
        DEMAND(block.offset == at);
        at += block.bytes.len;
        w5_records_put(stage, block.bytes, block.offset, block.cut);
        take(stage, &t);
    }
    DEMAND(at == log.len);
    t = end(stage, t);
    w5_lines_done(&lines);
    return t;
}

/* --- by two stages --------------------------------------------------------------------------- */
/* The state leaves out in which format a writer behind a layer spoke last, or two stages would hardly
 * ever agree on a log of many writers. A line that fits two formats may so be read as either: known,
 * and not demanded (README.md, "Found and open"). */
static bool knows_writers_of(const w5_records *one, const w5_records *other)
{
    const w5_log *log = one->now->log;
    for (size_t i = 1; i < W5_LANES; i++) {
        bool known = !log->lane[i] || !log->lane[i]->format;
        for (size_t k = 1; k < W5_LANES && !known; k++) {
            const w5_lane *lane = other->now->log->lane[k];
            known = lane && lane->key == log->lane[i]->key && lane->format == log->lane[i]->format;
        }
        if (!known)
            return false;
    }
    return true;
}

/* As engine/pieces.c does: the second one reads a little before it is its turn, untold. */
static bool read_by_two(w5_str format, w5_str log, size_t from, size_t stop, told *t)
{
    told untold = {0};
    w5_records *one = begin(format);
    w5_records_stop_at(one, stop);
    w5_records_put(one, log, 0, false);
    take(one, t);
    w5_records *two = begin(format);
    w5_records_stop_at(two, stop);
    w5_records_put(two, w5_str_skip(log, from), from, false);
    take(two, &untold);
    bool alike = w5_records_state(one) != 0 && w5_records_offset(one) == w5_records_offset(two) &&
                 w5_records_offset(one) >= stop && w5_records_state(one) == w5_records_state(two) && knows_writers_of(one, two) &&
                 knows_writers_of(two, one);
    if (alike) {
        told rest = *t;
        w5_records_arrive(two, NULL);
        w5_records_stop_at(two, UINT64_MAX);
        rest.shift = w5_records_stream(one, 0)->lines - w5_records_stream(two, 0)->lines;
        take(two, &rest);
        w5_records_tick(two);
        take(two, &rest);
        DEMAND(w5_records_absorb(one, two) == rest.shift);
        *t = rest;
        mix_accounts(t, one);
    }
    w5_records_free(two);
    w5_records_free(one);
    return alike;
}

static size_t line_at(w5_str log, size_t offset)
{
    size_t at = 0;
    return offset > 0 && w5_str_find_char(w5_str_skip(log, offset - 1), '\n', &at) ? offset + at
                                                                                   : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const w5_format *const *all;
    size_t formats = w5_formats(&all);
    if (size < 4)
        return 0;
    size_t choice = data[0] % (formats + 1);
    w5_str format = choice ? all[choice - 1]->id : W5_STR("");
    w5_str log = {(const char *)data + 3, size - 3};
    told whole = read_by(format, log, SIZE_MAX);
    told pieces = read_by(format, log, 1 + data[1]);
    DEMAND(whole.records == pieces.records && whole.hash == pieces.hash);
    size_t stop = line_at(log, log.len * data[2] / 256);
    size_t from = line_at(log, stop * data[1] / 256);
    told two = {0};
    if (stop > 0 && read_by_two(format, log, from, stop, &two))
        DEMAND(whole.records == two.records && whole.hash == two.hash);
    return 0;
}
