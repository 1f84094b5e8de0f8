/* skim_layer.c -- the short way of a line behind one layer, syslog's or the journal's, or behind none.
 *
 * What such a layer tells stands in front of the program's own line, and mostly it is what one of the
 * last lines had: the same stamp, the same writer. Bytes are compared with those that the long way
 * read, and its answers taken again; of journalctl's JSON each member is expected where it stood in
 * the entry before. The format then parses as ever. Whatever is new, or may wait for further lines, is
 * left where it stands for the long way; both ways end in the same record and the same accounts
 * (tests/unit/record/test_skim_layer.c). */
#include "skim_layer.h"

#include "herd.h"
#include "journal.h"
#include "tag.h"

enum {
    STAMP_MAX = 48,
    TAG_MAX = 120,
    WRITERS = 8, /* a power of two */
    KINDS = 64
};

typedef struct kind { /* how messages begin of which nothing is asked, or all is */
    const w5_format *format; /* NULL: free */
    w5_breed breed;
    uint8_t level_len, ident_len;
    char level[12], ident[24], front[40]; /* the first `sight` bytes */
} kind;

typedef struct writer { /* "web-1 gunicorn[1300]: ", or of a journal's entry the process */
    char tag[TAG_MAX];
    size_t len; /* 0: free */
    w5_lane *lane;
    uint64_t key; /* the lane's, as long as it is this writer's */
    w5_str host, ident, pid, unit; /* slices of the tag */
} writer;

struct w5_echo {
    uint32_t which; /* layer */
    char stamp[STAMP_MAX];
    size_t stamp_len; /* 0: none is known */
    w5_time at, hint; /* what it means, if the hint is the same */
    bool zoned;
    uint8_t digits;
    w5_str level; /* of "<PRI>" */
    writer writer[WRITERS];
    size_t last, next; /* used last; to be overwritten next */
    w5_journal_shape shape;
    kind kind[KINDS];
};

/* What misdated lines are (settle_time) takes the long way. */
static const w5_time year_2000 = INT64_C(946684800) * W5_SECOND;

/* --- learning --------------------------------------------------------------------------------- */
static w5_str moved(w5_str s, const char *from, const char *to)
{
    return s.len == 0 ? W5_NONE : (w5_str){to + (s.ptr - from), s.len};
}

static w5_lane *lane_of(const w5_log *log, uint64_t key)
{
    for (size_t i = 1; i < W5_LANES && log->lane[i]; i++)
        if (log->lane[i]->key == key)
            return log->lane[i];
    return NULL;
}

static writer *find_writer(w5_echo *e, w5_str tag)
{
    for (size_t n = 0; n < WRITERS; n++) {
        size_t i = (e->last + n) % WRITERS;
        writer *known = &e->writer[i];
        if (!w5_str_eq((w5_str){known->tag, known->len}, tag))
            continue;
        e->last = i;
        return known;
    }
    return NULL;
}

static void learn_writer(w5_echo *e, w5_lane *lane, const w5_wrapped *w, bool tagged)
{
    writer *known = find_writer(e, w->key);
    if (!known)
        known = &e->writer[e->next++ % WRITERS];
    *known = (writer){.len = w->key.len, .lane = lane, .key = lane->key};
    memcpy(known->tag, w->key.ptr, w->key.len);
    if (!tagged)
        return;
    known->host = moved(w->host, w->key.ptr, known->tag);
    known->ident = moved(w->ident, w->key.ptr, known->tag);
    known->pid = moved(w->pid, w->key.ptr, known->tag);
    known->unit = moved(w->unit, w->key.ptr, known->tag);
}

static bool is_slice(w5_str s, w5_str of)
{
    return s.len == 0 || (s.ptr >= of.ptr && s.ptr + s.len <= of.ptr + of.len);
}

/* STAMP TAG MESSAGE, the tag ends behind a name (behind a host alone a name might follow), and nothing
 * was read from elsewhere ("init.scope" is "systemd"). */
static bool is_tagged(w5_str line, const w5_wrapped *w)
{
    return is_slice(w->key, line) && w->key.ptr > line.ptr &&
           (size_t)(w->key.ptr - line.ptr) <= STAMP_MAX && w->inner.ptr == w->key.ptr + w->key.len &&
           w->inner.ptr + w->inner.len == line.ptr + line.len && is_slice(w->host, w->key) &&
           is_slice(w->ident, w->key) && is_slice(w->pid, w->key) && is_slice(w->unit, w->key) &&
           w->ident.len > 0 && w->message_id.len == 0 && w->count == 1;
}

static w5_echo *echo_of(w5_log *log, uint32_t which)
{
    if (!log->echo)
        log->echo = w5_xmalloc(sizeof(*log->echo));
    else if (log->echo->which == which)
        return log->echo;
    memset(log->echo, 0, sizeof(*log->echo));
    log->echo->which = which;
    return log->echo;
}

void w5_echo_learn(const w5_feed *feed, const w5_chain *chain, w5_str line, const w5_wrapped *w,
                   w5_time at)
{
    w5_log *log = feed->log;
    w5_lane *lane = lane_of(log, chain->key);
    const w5_wrapper *layer = &log->stage->wrapper[chain->layer[0]];
    bool tagged = layer->peel == w5_wrap_syslog || layer->peel == w5_wrap_journal;
    bool entry = layer->peel == w5_wrap_journal_json;
    if (!lane || w->key.len == 0 || w->key.len > TAG_MAX || (!entry && !tagged) ||
        (tagged && !is_tagged(line, w)))
        return;
    w5_echo *e = echo_of(log, chain->layer[0]);
    learn_writer(e, lane, w, tagged);
    if (entry)
        return;
    e->stamp_len = (size_t)(w->key.ptr - line.ptr);
    memcpy(e->stamp, line.ptr, e->stamp_len);
    e->at = at;
    e->hint = feed->year_hint;
    e->zoned = w->zoned;
    e->digits = w->digits;
    e->level = w->level;
}

/* --- the layer -------------------------------------------------------------------------------- */
/* Lines behind one layer, of which one came lately, or lines of a known format behind none. */
static bool is_known(const w5_feed *feed)
{
    const w5_log *log = feed->log;
    const w5_format *own = log->lane[0]->format;
    if (log->chain.depth == 0)
        return own && own->again && (!feed->forced || feed->forced == own);
    return log->chain.depth == 1 && log->echo && log->chain.layer[0] == log->echo->which && !own &&
           !feed->forced;
}

/* Whether the stage is between two such lines, with nothing waiting. */
static bool is_calm(const w5_records *r, const w5_feed *feed)
{
    const w5_log *log = feed->log;
    const w5_window *w = &feed->window;
    if (!w->base || w->fence || !is_known(feed))
        return false;
    uint64_t here = w->offset + (uint64_t)(w->at - w->base);
    return here > 0 && here >= feed->tainted && here < feed->stop && r->queued == 0 &&
           !log->collects && !log->lane[0]->pending && log->pub.format;
}

/* The writer whose tag stands there: the last one, or one of those before it. */
static writer *writer_at(w5_echo *e, w5_str rest)
{
    for (size_t n = 0; n < WRITERS; n++) {
        size_t i = (e->last + n) % WRITERS;
        writer *known = &e->writer[i];
        if (known->len == 0 || known->len >= rest.len ||
            memcmp(known->tag, rest.ptr, known->len) != 0)
            continue;
        e->last = i;
        return known;
    }
    return NULL;
}

static const writer *peel_tag(w5_echo *e, const w5_feed *feed, w5_str line, w5_wrapped *w)
{
    if (e->stamp_len == 0 || e->hint != feed->year_hint || line.len <= e->stamp_len ||
        memcmp(e->stamp, line.ptr, e->stamp_len) != 0)
        return NULL;
    w5_str rest = w5_str_skip(line, e->stamp_len);
    const writer *known = writer_at(e, rest);
    if (!known)
        return NULL;
    w->inner = w5_str_skip(rest, known->len);
    if (!w5_tag_plain(w->inner))
        return NULL;
    w->at = e->at;
    w->zoned = e->zoned;
    w->digits = e->digits;
    w->host = known->host;
    w->ident = known->ident;
    w->pid = known->pid;
    w->unit = known->unit;
    w->level = e->level;
    w->message_id = W5_NONE;
    return known;
}

static const writer *peel_entry(w5_echo *e, w5_records *r, w5_str line, w5_wrapped *w)
{
    w5_arena_rewind(r->scratch, (w5_mark){0});
    *w = (w5_wrapped){.scratch = r->scratch, .at = W5_TIME_NONE, .count = 1};
    if (!w5_journal_json_again(&e->shape, line, w))
        return NULL;
    bool inside = w->inner.ptr >= line.ptr && w->inner.ptr < line.ptr + line.len;
    if (w->inner.len == 0 || (!inside && memchr(w->inner.ptr, '\n', w->inner.len)))
        return NULL;
    return find_writer(e, w->key);
}

/* --- the line --------------------------------------------------------------------------------- */
static bool is_blank_byte(char c)
{
    return c == ' ' || c == '\t' || c == '\0' || c == '\r';
}

/* Its format is known, and what it reads twice it reads alike. */
static bool is_idle(const w5_lane *lane, uint64_t key)
{
    return lane && lane->key == key && !lane->pending && lane->piece_len == 0 && lane->format &&
           lane->format->again && lane->memo[lane->rank];
}

static void set(w5_record *r, w5_field f, w5_str value)
{
    if (value.len > 0)
        w5_record_set(r, f, value);
}

static void prepare(const w5_feed *feed, w5_str line, const w5_wrapped *w, w5_record *out)
{
    const w5_window *window = &feed->window;
    out->stream = &feed->log->pub;
    out->at = W5_TIME_NONE;
    out->zoned = out->yearless = out->misdated = out->forged = out->cut = out->open = false;
    out->digits = 0;
    out->lines = 1;
    out->line = feed->log->pub.lines + 1;
    out->offset = window->offset + (uint64_t)(window->at - window->base);
    out->text = line;
    out->message = out->context = out->id = out->told = W5_NONE;
    out->host = w->host;
    out->have = 0;
    out->count = 1;
    out->pattern = NULL;
    out->clock = NULL;
    out->herd = false;
    set(out, W5_F_ident, w->ident);
    set(out, W5_F_pid, w->pid);
    set(out, W5_F_unit, w->unit);
    set(out, W5_F_level, w->level);
    set(out, W5_F_message_id, w->message_id);
}

static void count_line(w5_feed *feed, const char *newline)
{
    w5_stream *s = &feed->log->pub;
    s->lines++;
    s->understood++;
    s->bytes += (uint64_t)(newline + 1 - feed->window.at);
    feed->window.at = newline + 1;
}

/* The record's own stamp, or the layer's. False: a zone is missing, or a clock was never set. */
static bool settle_time(w5_record *out, const w5_wrapped *w)
{
    if (out->yearless || out->misdated)
        return false;
    if (out->at == W5_TIME_NONE) {
        out->at = w->at;
        out->zoned = w->zoned;
        out->digits = w->digits;
    } else if (!out->zoned && w->zoned && w->at != W5_TIME_NONE) {
        return false;
    }
    return out->at >= year_2000;
}

static void account(w5_records *r, w5_feed *feed, w5_lane *lane, const w5_record *out)
{
    w5_log *log = feed->log;
    w5_stream *s = &log->pub;
    s->zoned = s->zoned && out->zoned;
    log->latest = out->at;
    log->latest_zoned = out->zoned;
    if (s->first == W5_TIME_NONE || out->at < s->first)
        s->first = out->at;
    if (s->last == W5_TIME_NONE || out->at > s->last)
        s->last = out->at;
    lane->used = ++r->clock;
    log->seen[lane->rank]++;
    log->chain.key = lane->key;
    if (s->format != lane->format)
        w5_log_prefer(r, log, lane->rank);
}

/* --- lines of which nothing is asked ---------------------------------------------------------- */
static bool same_word(w5_str word, const char *known, size_t len)
{
    return word.len == len && (len == 0 || memcmp(word.ptr, known, len) == 0);
}

static kind *kind_at(w5_echo *e, w5_str message, w5_str level)
{
    size_t place = (unsigned char)message.ptr[0] * 5u + (unsigned char)message.ptr[1] * 3u;
    return &e->kind[(place + (level.len > 0 ? (unsigned char)level.ptr[0] : 0)) % KINDS];
}

static void keep_kind(kind *k, const w5_record *r, const w5_breed *breed)
{
    w5_str level = w5_record_get(r, W5_F_level), ident = w5_record_get(r, W5_F_ident);
    if (breed->number == 0 || breed->sight > sizeof(k->front) ||
        breed->sight >= r->message.len ||
        level.len > sizeof(k->level) || ident.len > sizeof(k->ident))
        return;
    *k = (kind){.format = r->format,
                .breed = *breed,
                .level_len = (uint8_t)level.len,
                .ident_len = (uint8_t)ident.len};
    if (level.len > 0)
        memcpy(k->level, level.ptr, level.len);
    if (ident.len > 0)
        memcpy(k->ident, ident.ptr, ident.len);
    memcpy(k->front, r->message.ptr, breed->sight);
}

static bool is_kind(const kind *k, const w5_herder *herder, const w5_record *r)
{
    return k->format == r->format && r->message.len > k->breed.sight &&
           memcmp(k->front, r->message.ptr, k->breed.sight) == 0 &&
           same_word(w5_record_get(r, W5_F_level), k->level, k->level_len) &&
           same_word(w5_record_get(r, W5_F_ident), k->ident, k->ident_len) &&
           !(k->breed.floats && herder->floats(herder->context, r->format, r->message));
}

/* Whoever takes records has said of such lines, or says of this one, that nothing of it is asked. */
static bool is_dull(const w5_records *r, w5_echo *e, w5_record *record)
{
    static const uint64_t others = (uint64_t)1 << W5_F_errno | (uint64_t)1 << W5_F_phase;
    if (!r->herds || !r->herds->on || !e || record->message.len < 2 || (record->have & others))
        return false;
    const w5_herder *herder = &r->herds->herder;
    kind *k = kind_at(e, record->message, w5_record_get(record, W5_F_level));
    if (is_kind(k, herder, record))
        return k->breed.dull;
    w5_breed breed = herder->ask(herder->context, record);
    keep_kind(k, record, &breed);
    return breed.dull && breed.number > 0;
}

typedef enum step {
    LONG_WAY,
    COUNTED,
    RECORD
} step;

static step read_inner(w5_records *r, w5_feed *feed, w5_lane *lane, const w5_wrapped *w,
                       w5_str inner, w5_str line, w5_record *out)
{
    const w5_stream *s = &feed->log->pub;
    if (w->host.len > 0 && (s->host.len == 0 || !w5_str_eq(s->named, w->host)))
        return LONG_WAY;
    prepare(feed, line, w, out);
    out->format = lane->format;
    w5_fit fit = lane->format->parse(lane->memo[lane->rank], inner, out);
    if (fit == W5_FIT_NO || (fit == W5_FIT_YES && (out->open || !settle_time(out, w))))
        return LONG_WAY;
    count_line(feed, line.ptr + line.len);
    if (fit != W5_FIT_YES)
        return COUNTED;
    account(r, feed, lane, out);
    if (is_dull(r, feed->log->echo, out)) {
        feed->log->pub.records++;
        return COUNTED;
    }
    if (r->options.all_fields)
        w5_record_walk(out);
    return RECORD;
}

static step read_bare(w5_records *r, w5_feed *feed, w5_str line, w5_record *out)
{
    static const w5_wrapped none = {.at = W5_TIME_NONE, .count = 1};
    w5_lane *lane = feed->log->lane[0];
    if (!is_idle(lane, lane->key))
        return LONG_WAY;
    return read_inner(r, feed, lane, &none, line, line, out);
}

static step read_wrapped(w5_records *r, w5_feed *feed, w5_str line, w5_record *out)
{
    w5_echo *e = feed->log->echo;
    w5_wrapped w;
    const writer *who =
        line.ptr[0] == '{' ? peel_entry(e, r, line, &w) : peel_tag(e, feed, line, &w);
    if (!who || !is_idle(who->lane, who->key) || is_blank_byte(w.inner.ptr[0]))
        return LONG_WAY;
    return read_inner(r, feed, who->lane, &w, w.inner, line, out);
}

static step read_line(w5_records *r, w5_feed *feed, w5_record *out)
{
    const w5_window *window = &feed->window;
    const char *newline = memchr(window->at, '\n', (size_t)(window->end - window->at));
    if (!newline || newline == window->at || newline[-1] == '\r')
        return LONG_WAY;
    w5_str line = {window->at, (size_t)(newline - window->at)};
    return feed->log->chain.depth == 0 ? read_bare(r, feed, line, out)
                                       : read_wrapped(r, feed, line, out);
}

bool w5_skim_layer(w5_records *r, w5_feed *feed, w5_record *out)
{
    step done = COUNTED;
    while (done == COUNTED)
        done = is_calm(r, feed) ? read_line(r, feed, out) : LONG_WAY;
    return done == RECORD;
}
