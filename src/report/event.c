/* event.c -- classified records as NDJSON (spec §6.3), which why502 reads back (format_why502.c).
 *
 * What is read back must be what was written: a field whose text is a JSON number is written as
 * that number, digit by digit, any other as a string. Where a stamp had no zone, `stamp` has it as
 * it stood: who reads the events of all logs can find out better than this host what it meant. */
#include "common.h"

#include <endian.h>
#include <limits.h>
#include <stdlib.h>
#include <why502/base/json.h>

/* --- fields ---------------------------------------------------------------------------------- */
/* Keys of their own; everything behind them in W5_FIELD_LIST stands under "fields". */
enum {
    OWN_FIELDS = W5_F_errno + 1
};

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?, at most 15 digits: a double holds it exactly. */
static bool is_number(w5_str s)
{
    size_t at = 0, digits = 0;
    if (at < s.len && s.ptr[at] == '-')
        at++;
    size_t start = at;
    for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++)
        digits++;
    if (digits == 0 || (digits > 1 && s.ptr[start] == '0'))
        return false;
    if (at < s.len && s.ptr[at] == '.') {
        size_t point = ++at;
        for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++)
            digits++;
        if (at == point)
            return false;
    }
    return at == s.len && digits <= 15;
}

static bool is_client(w5_field f)
{
    return f == W5_F_client;
}

/* Most lines repeat the texts of the line before; what is shown of them is worked out once. */
enum {
    KEPT_MESSAGE = W5_FIELDS,
    KEPT_SOURCE,
    KEPT,
    KEPT_MAX = 160 /* bytes */
};

typedef struct kept {
    w5_out *shown; /* NULL: nothing yet */
    size_t len;
    char raw[KEPT_MAX];
} kept;

static void put_text_once(w5_out *out, bool *first, const char *key, w5_str value, kept *k,
                          const w5_view *view)
{
    if (!k || value.len == 0 || value.len > KEPT_MAX) {
        w5_member_str(out, first, key, value, view);
        return;
    }
    if (!k->shown || !w5_str_eq(value, (w5_str){k->raw, k->len})) {
        if (!k->shown)
            k->shown = w5_out_memory();
        w5_out_reset(k->shown);
        w5_show_foreign(k->shown, W5_JSON, value, view);
        memcpy(k->raw, value.ptr, value.len);
        k->len = value.len;
    }
    w5_member_key(out, first, key);
    w5_out_lit(out, "\"");
    w5_out_copy(out, k->shown);
    w5_out_lit(out, "\"");
}

static void put_field(w5_out *out, bool *first, w5_field f, w5_str value, kept *k,
                      const w5_view *view)
{
    char key[32];
    size_t len = w5_field_name[f].len < sizeof key ? w5_field_name[f].len : sizeof key - 1;
    memcpy(key, w5_field_name[f].ptr, len);
    key[len] = '\0';
    if (is_number(value)) {
        w5_member_key(out, first, key);
        w5_out_text(out, W5_JSON, value);
    } else if (is_client(f) && view->redact != W5_REDACT_ALL) {
        w5_member_own(out, first, key, value);
    } else if (is_client(f)) {
        w5_arena *scratch = w5_arena_new();
        w5_member_own(out, first, key, w5_redact_client(scratch, value, view->redact));
        w5_arena_free(scratch);
    } else {
        put_text_once(out, first, key, value, k ? &k[f] : NULL, view);
    }
}

static void put_own_fields(w5_out *out, bool *first, const w5_record *r, kept *k,
                           const w5_view *view)
{
    for (int f = 0; f < OWN_FIELDS; f++) {
        char key[32] = "";
        memcpy(key, w5_field_name[f].ptr, w5_field_name[f].len);
        if (r->have >> f & 1)
            put_field(out, first, (w5_field)f, r->field[f], k, view);
        else
            w5_member_null(out, first, key);
    }
}

static void put_other_fields(w5_out *out, bool *first, const w5_record *r, kept *k,
                             const w5_view *view)
{
    bool none = true;
    w5_member_key(out, first, "fields");
    w5_out_lit(out, "{");
    for (int f = OWN_FIELDS; f < W5_FIELDS; f++)
        if (r->have >> f & 1)
            put_field(out, &none, (w5_field)f, r->field[f], k, view);
    w5_out_lit(out, "}");
}

/* --- stamp, class ---------------------------------------------------------------------------- */
/* The instant as far as it is known here: by its zone, that of its stream once that is settled,
 * what the reader of the events took it for, else the host's. */
static w5_time instant_of(const w5_record *r, const w5_view *view)
{
    const w5_stream *s = r->stream;
    w5_zone told = {.fixed = true, .offset = s->zone_told};
    bool is_told = s->told && s->zone_told != INT_MIN;
    const w5_zone *zone = s->zone_from != W5_ZONE_STAMP ? &s->zone : is_told ? &told : &view->zone;
    if (r->zoned || r->at == W5_TIME_NONE)
        return r->at;
    return r->at - w5_zone_offset_civil(zone, r->at) * W5_SECOND;
}

/* As it stood, without an offset that nobody told. */
static void put_stamp(w5_out *out, bool *first, const char *key, w5_time at, unsigned digits)
{
    char text[48];
    size_t len = w5_time_rfc3339(text, at, digits);
    w5_member_own(out, first, key, (w5_str){text, len - 1}); /* without "Z" */
}

static void put_time(w5_out *out, bool *first, const w5_record *r, const w5_view *view)
{
    unsigned digits = r->digits > 6 ? 6 : r->digits;
    w5_member_time(out, first, "time", instant_of(r, view), digits);
    if (!r->zoned && r->at != W5_TIME_NONE)
        put_stamp(out, first, "stamp", r->at, digits);
    w5_member_precision(out, first, digits);
}

static void own_or_null(w5_out *out, bool *first, const char *key, w5_str value)
{
    if (value.len)
        w5_member_own(out, first, key, value);
    else
        w5_member_null(out, first, key);
}

static void put_class(w5_out *out, bool *first, const w5_event *event)
{
    const w5_class *k = event->klass;
    bool life = !k || k->family == W5_LIFE;
    own_or_null(out, first, "class", life ? W5_NONE : k->id);
    own_or_null(out, first, "code", event->code);
    own_or_null(out, first, "kind", !k ? W5_STR("other") : life ? k->id : W5_NONE);
}

/* --- a line ---------------------------------------------------------------------------------- */
/* Whose log it is: that of the machine it was read on, unless our own events come from another or
 * its folder names one. */
static w5_str owner_of(const w5_stream *s, w5_str host)
{
    return s->told || s->reader.len ? s->reader : host;
}

static w5_str reader_of(const w5_record *r, w5_str host)
{
    return owner_of(r->stream, host);
}

/* Where the line names another host than the one it was read on, both are told. */
static void put_host(w5_out *out, bool *first, const w5_record *r, w5_str host, const w5_view *view)
{
    w5_str reader = reader_of(r, host);
    w5_str own = r->host.len ? r->host : reader;
    if (own.len)
        w5_member_str(out, first, "host", own, view);
    else
        w5_member_null(out, first, "host");
    if (r->host.len && reader.len)
        w5_member_str(out, first, "via", reader, view);
}

static void put_id(w5_out *out, bool *first, uint64_t id)
{
    w5_member_key(out, first, "id");
    w5_out_fmt(out, "\"%016jx\"", (uintmax_t)id);
}

/* What will be quoted of the line, where its message alone would not do. */
static void put_text(w5_out *out, bool *first, const w5_record *r, const w5_view *view)
{
    w5_str text = w5_record_excerpt(r);
    if (!w5_str_eq(text, r->message))
        w5_member_str(out, first, "text", text, view);
}

static void put_record(w5_out *out, const w5_event *event, const w5_view *view, w5_str host,
                       kept *k, uint64_t count, uint64_t id)
{
    w5_record *r = event->record;
    bool first = true;
    w5_record_walk(r);
    w5_out_lit(out, "{");
    w5_member_num(out, &first, "v", 1);
    put_time(out, &first, r, view);
    put_host(out, &first, r, host, view);
    put_text_once(out, &first, "source", r->stream->name, k ? &k[KEPT_SOURCE] : NULL, view);
    own_or_null(out, &first, "format", r->format ? r->format->id : W5_NONE);
    if (r->clock)
        w5_member_own(out, &first, "clock", r->clock->id);
    w5_member_num(out, &first, "line", r->line);
    w5_member_num(out, &first, "offset", r->offset);
    put_class(out, &first, event);
    put_own_fields(out, &first, r, k, view);
    put_text_once(out, &first, "message", r->message, k ? &k[KEPT_MESSAGE] : NULL, view);
    put_text(out, &first, r, view);
    put_other_fields(out, &first, r, k, view);
    w5_member_num(out, &first, "count", count);
    w5_member_bool(out, &first, "forged", r->forged);
    if (r->id.len)
        w5_member_own(out, &first, "id", r->id);
    else
        put_id(out, &first, id);
    w5_out_lit(out, "}\n");
}

/* Eight bytes at a time, read as little-endian: the same on every host and in every run, unlike
 * w5_str_hash. The multiplier is 2^64 divided by the golden ratio. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
    const char *p = bytes;
    for (size_t n; len > 0; p += n, len -= n) {
        uint64_t word = 0;
        n = len < sizeof word ? len : sizeof word;
        memcpy(&word, p, n);
        hash = (hash ^ le64toh(word)) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return hash;
}

static uint64_t mix_str(uint64_t hash, w5_str s)
{
    uint64_t len = s.len;
    return mix(mix(hash, &len, sizeof len), s.ptr, s.len);
}

/* What makes a line this line: where, who, when, what. Wrappers differ from copy to copy. */
static uint64_t line_hash(const w5_record *r, w5_str host)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    hash = mix_str(hash, r->host.len ? r->host : host);
    hash = mix_str(hash, r->format ? r->format->id : W5_NONE);
    hash = mix(hash, &r->at, sizeof r->at);
    hash = mix_str(hash, r->message);
    for (int f = 0; f < OWN_FIELDS; f++)
        hash = mix_str(hash, w5_record_get(r, (w5_field)f));
    return hash;
}

static uint64_t id_of(uint64_t hash, uint64_t ordinal)
{
    return mix(hash, &ordinal, sizeof ordinal);
}

void w5_report_event(w5_out *out, const w5_event *event, const w5_view *view)
{
    w5_record_walk(event->record);
    put_record(out, event, view, W5_NONE, NULL, event->record->count,
               id_of(line_hash(event->record, W5_NONE), 0));
}

/* --- a log of them --------------------------------------------------------------------------- */
enum {
    SLOTS = 1 << 15 /* lines of about one second whose repetitions are told apart */
};

typedef struct slot {
    uint64_t hash, ordinals;
} slot;

struct w5_event_log {
    w5_out *out;
    const w5_view *view;
    w5_str host;
    w5_time since, until; /* W5_TIME_NONE: open */
    bool fold;
    w5_arena *arena;
    slot *slots;
    size_t used;
    kept kept_texts[KEPT];
    uint64_t content; /* sum of all ids */
};

w5_event_log *w5_event_log_new(w5_out *out, const w5_view *view, w5_str host, bool fold)
{
    w5_arena *arena = w5_arena_new();
    w5_event_log *log = W5_NEW(arena, w5_event_log);
    *log = (w5_event_log){.out = out, .view = view, .fold = fold, .arena = arena};
    log->since = log->until = W5_TIME_NONE;
    log->host = w5_arena_str(arena, host);
    log->slots = W5_NEW_N(arena, slot, SLOTS);
    return log;
}

void w5_event_log_window(w5_event_log *log, w5_time since, w5_time until)
{
    log->since = since;
    log->until = until;
}

void w5_event_log_free(w5_event_log *log)
{
    if (!log)
        return;
    for (size_t i = 0; i < KEPT; i++)
        w5_out_done(log->kept_texts[i].shown, NULL);
    w5_arena_free(log->arena);
}

/* How many lines like this there were before it. */
static uint64_t next_ordinal(w5_event_log *log, uint64_t hash)
{
    if (log->used > SLOTS / 2) {
        memset(log->slots, 0, SLOTS * sizeof *log->slots);
        log->used = 0;
    }
    size_t i = hash % SLOTS;
    while (log->slots[i].ordinals && log->slots[i].hash != hash)
        i = (i + 1) % SLOTS;
    log->used += log->slots[i].ordinals == 0;
    log->slots[i].hash = hash;
    return log->slots[i].ordinals++;
}

static bool is_wanted(const w5_event_log *log, const w5_record *r)
{
    w5_time at = instant_of(r, log->view);
    return (log->since == W5_TIME_NONE || at >= log->since) &&
           (log->until == W5_TIME_NONE || at <= log->until);
}

/* --- a row of another run's ledger, read and told again -------------------------------------- */
static bool is_plain(w5_str key)
{
    for (size_t i = 0; i < key.len; i++)
        if ((key.ptr[i] < 'a' || key.ptr[i] > 'z') && key.ptr[i] != '_')
            return false;
    return key.len > 0 && key.len < 32;
}

static bool stood_before(const w5_str *seen, size_t n, w5_str key)
{
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(seen[i], key))
            return true;
    return false;
}

static void put_value(w5_out *out, w5_arena *scratch, w5_str key, w5_str raw, const w5_view *view)
{
    w5_str text;
    if (raw.len == 0 || raw.ptr[0] != '"' || w5_json_unquote(scratch, raw, &text) != W5_OK) {
        w5_out_text(out, W5_JSON, is_number(raw) ? raw : W5_STR("null"));
        return;
    }
    w5_out_lit(out, "\"");
    if (w5_str_eq(key, w5_field_name[W5_F_client]) && view->redact == W5_REDACT_ALL)
        w5_out_text(out, W5_JSON, w5_redact_client(scratch, text, view->redact));
    else
        w5_show_foreign(out, W5_JSON, text, view);
    w5_out_lit(out, "\"");
}

/* It stays as it is, but for what this view hides. */
static void put_told(w5_out *out, const w5_record *r, const w5_view *view)
{
    enum {
        MOST = 48 /* members; ours have fewer */
    };
    w5_str seen[MOST], key, raw;
    size_t n = 0;
    w5_json_walk walk;
    if (!w5_json_walk_open(r->told, &walk))
        return;
    w5_arena *scratch = w5_arena_new();
    while (n < MOST && w5_json_walk_next(&walk, &key, &raw)) {
        if (!is_plain(key) || stood_before(seen, n, key))
            continue;
        seen[n] = key;
        w5_out_text(out, W5_JSON, n++ == 0 ? W5_STR("{") : W5_STR(","));
        w5_out_lit(out, "\"");
        w5_out_text(out, W5_JSON, key);
        w5_out_lit(out, "\":");
        put_value(out, scratch, key, raw, view);
    }
    w5_out_lit(out, n > 0 ? "}\n" : "");
    w5_arena_free(scratch);
}

void w5_event_log_put(w5_event_log *log, const w5_event *event)
{
    if (!is_wanted(log, event->record))
        return;
    if (event->record->told.len > 0) {
        put_told(log->out, event->record, log->view);
        return;
    }
    w5_record_walk(event->record);
    uint64_t hash = line_hash(event->record, log->host);
    uint64_t id = id_of(hash, next_ordinal(log, hash));
    log->content += id;
    put_record(log->out, event, log->view, log->host, log->kept_texts, event->record->count, id);
}

/* The end of a log knows what its stamps without a zone mean; "first" and "last" are as they stood.
 */
static void put_zone(w5_out *out, bool *first, const w5_stream *s)
{
    int offset = s->zoned ? 0 : w5_zone_offset(&s->zone, w5_stream_utc(s, s->last));
    int minutes = abs(offset) / 60;
    w5_member_key(out, first, "timezone");
    w5_out_fmt(out, "\"%c%02d:%02d\"", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    w5_member_own(out, first, "timezone_from", w5_zone_from_word[s->zone_from]);
}

static void put_bound(w5_out *out, bool *first, const char *key, const w5_stream *s, w5_time at)
{
    unsigned digits = at % W5_SECOND ? 6 : 0;
    if (s->zoned || at == W5_TIME_NONE)
        w5_member_time(out, first, key, at, digits);
    else
        put_stamp(out, first, key, at, digits);
}

static const struct {
    const char *key;
    size_t at;
} accounts[] = {
    {"lines",          offsetof(w5_stream, lines)         },
    {"understood",     offsetof(w5_stream, understood)    },
    {"not_understood", offsetof(w5_stream, not_understood)},
    {"cut",            offsetof(w5_stream, cut)           },
    {"forged",         offsetof(w5_stream, forged)        },
    {"events",         offsetof(w5_stream, events)        },
};

static uint64_t account_of(const w5_stream *s, size_t i)
{
    return *(const uint64_t *)(const void *)((const char *)s + accounts[i].at);
}

/* Two parts of a log differ in what they cover; a part that is sent twice does not. */
static uint64_t coverage_id(const w5_event_log *log, const w5_stream *s, w5_str host)
{
    uint64_t hash = mix_str(mix_str(UINT64_C(0xcbf29ce484222325), host), s->name);
    hash = mix(hash, &s->first, sizeof s->first);
    hash = mix(hash, &s->last, sizeof s->last);
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        uint64_t n = account_of(s, i);
        hash = mix(hash, &n, sizeof n);
    }
    return mix(hash, &log->content, sizeof log->content);
}

static void put_coverage(w5_event_log *log, const w5_stream *s)
{
    bool first = true;
    w5_out *out = log->out;
    w5_str host = owner_of(s, log->host);
    w5_out_lit(out, "{");
    w5_member_num(out, &first, "v", 1);
    w5_member_own(out, &first, "kind", W5_STR("coverage"));
    w5_member_str(out, &first, "host", host, log->view);
    w5_member_str(out, &first, "source", s->name, log->view);
    own_or_null(out, &first, "format", s->format ? s->format->id : W5_NONE);
    put_bound(out, &first, "first", s, s->first);
    put_bound(out, &first, "last", s, s->last);
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
        w5_member_num(out, &first, accounts[i].key, account_of(s, i));
    put_zone(out, &first, s);
    put_id(out, &first, coverage_id(log, s, host));
    w5_out_lit(out, "}\n");
}

/* Of what carried our own events nothing needs to be told. */
static bool covers(const w5_stream *s)
{
    return s->told ? s->ended : !s->format || !w5_str_eq(s->format->id, W5_STR("why502"));
}

/* --- folded ---------------------------------------------------------------------------------- */
enum {
    ROWS = 2048,        /* of a log of any size */
    ROW_BYTES = 1 << 15 /* of a larger one a row for so many bytes */
};

typedef struct folding {
    w5_event_log *log;
    const w5_run *run;
} folding;

static void put_member(w5_out *out, bool *first, const w5_told_member *m, const w5_view *view)
{
    if (m->type == W5_TOLD_STAMP) {
        put_stamp(out, first, m->key, m->number, m->number % W5_SECOND ? 6 : 0);
    } else if (m->type == W5_TOLD_NUMBER) {
        w5_member_key(out, first, m->key);
        w5_out_fmt(out, "%jd", (intmax_t)m->number);
    } else if (strcmp(m->key, "client") == 0) {
        put_field(out, first, W5_F_client, m->text, NULL, view);
    } else {
        w5_member_str(out, first, m->key, m->text, view);
    }
}

/* The same row of another part of the log is another one. */
static uint64_t row_id(const folding *f, const w5_told_row *row, const w5_record *r)
{
    uint64_t hash = coverage_id(f->log, r->stream, reader_of(r, f->log->host));
    hash = mix_str(mix_str(hash, row->table), r->format ? r->format->id : W5_NONE);
    hash = mix_str(mix_str(hash, row->klass), row->host);
    hash = mix(hash, &row->at, sizeof row->at);
    hash = mix(hash, &row->line, sizeof row->line);
    for (size_t i = 0; i < row->members; i++) {
        hash = mix_str(hash, w5_str_of(row->member[i].key));
        hash = mix_str(hash, row->member[i].text);
        hash = mix(hash, &row->member[i].number, sizeof row->member[i].number);
    }
    return hash;
}

static void put_row(void *context, const w5_told_row *row)
{
    const folding *f = context;
    w5_out *out = f->log->out;
    const w5_view *view = f->log->view;
    w5_record r = {.stream = f->run->stream[row->lane->stream],
                   .format = row->lane->format,
                   .host = row->host,
                   .at = row->at,
                   .zoned = row->zoned,
                   .digits = row->at % W5_SECOND ? 6 : row->digits};
    bool first = true;
    if (row->at != W5_TIME_NONE && !is_wanted(f->log, &r))
        return;
    w5_out_lit(out, "{");
    w5_member_num(out, &first, "v", 1);
    w5_member_own(out, &first, "folded", row->table);
    if (row->at != W5_TIME_NONE)
        put_time(out, &first, &r, view);
    put_host(out, &first, &r, f->log->host, view);
    w5_member_str(out, &first, "source", r.stream->name, view);
    own_or_null(out, &first, "format", r.format ? r.format->id : W5_NONE);
    w5_member_own(out, &first, row->klass.len ? "class" : "kind",
                  row->klass.len ? row->klass : row->table);
    if (row->line > 0)
        w5_member_num(out, &first, "line", row->line);
    for (size_t i = 0; i < row->members; i++)
        put_member(out, &first, &row->member[i], view);
    put_id(out, &first, row_id(f, row, &r));
    w5_out_lit(out, "}\n");
}

static void put_ledger(w5_event_log *log, const w5_run *run)
{
    folding f = {.log = log, .run = run};
    size_t rows = run->bytes / ROW_BYTES;
    w5_ledger_condense(run->ledger, rows > ROWS ? rows : ROWS);
    w5_ledger_tell(run->ledger, put_row, &f);
}

void w5_event_log_end(w5_event_log *log, const w5_run *run)
{
    if (log->fold && run->ledger)
        put_ledger(log, run);
    for (size_t i = 0; i < run->streams; i++)
        if (covers(run->stream[i]))
            put_coverage(log, run->stream[i]);
}
