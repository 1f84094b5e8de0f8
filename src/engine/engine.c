/* engine.c -- the loop that joins the stretches of the river.
 *
 * Blocks of a source go through the record stage; each record is classified and put into the
 * ledger. Nothing is decided here: w5_engine_run asks the pure functions of incident and diagnosis
 * what the ledger says, whenever somebody wants to know. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <why502/engine.h>

#include "files.h"
#include "hosts.h"
#include "pieces.h"

#define W5_PLACES_MAX 512 /* files of one name; about a rotation a second for ten minutes */

/* The files of one source. */
typedef struct places {
    w5_place *at;
    size_t n, room;
} places;

struct w5_engine {
    const w5_catalogue *catalogue;
    const w5_config *config;
    w5_engine_options options;
    w5_arena *forever; /* copies of options, names */
    w5_arena *answer;  /* the last w5_run: taken back at the next */
    w5_sources *sources;
    w5_reader reader;
    w5_record_options stages;
    uint64_t bytes;
    uint32_t source; /* the one being read */
    uint32_t fed;    /* sources read from memory: they come after the real ones */
    bool stopped, host_given;
    unsigned several; /* small files that were several logs */
    w5_time now;     /* of a live run: the clock; W5_TIME_NONE otherwise */
    places **places; /* by source; NULL: nothing was read */
    size_t places_room;
    w5_stream *before; /* by stream: what an earlier run accounted for */
    size_t befores;
    uint64_t errors_before, *classes_before;
    w5_run run;
};

#define NO_SOURCE UINT32_MAX

static w5_str own_host(w5_arena *arena)
{
    char name[256] = "";
    if (gethostname(name, sizeof(name) - 1) != 0)
        return W5_STR("localhost");
    return w5_arena_str(arena, w5_str_of(name));
}

static unsigned cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > W5_JOBS_MAX ? W5_JOBS_MAX : (unsigned)n;
}

w5_engine *w5_engine_new(const w5_catalogue *c, const w5_config *config,
                         const w5_engine_options *options)
{
    w5_engine *e = w5_xmalloc(sizeof(*e));
    *e = (w5_engine){.catalogue = c,
                     .config = config,
                     .options = *options,
                     .source = NO_SOURCE,
                     .now = W5_TIME_NONE};
    e->forever = w5_arena_new();
    e->answer = w5_arena_new();
    if (!e->options.gap)
        e->options.gap = 60 * W5_SECOND;
    if (!e->options.lateness)
        e->options.lateness = 5 * W5_SECOND;
    if (!e->options.since)
        e->options.since = W5_TIME_NONE;
    if (!e->options.until)
        e->options.until = W5_TIME_NONE;
    if (!e->options.compare)
        e->options.compare = W5_TIME_NONE;
    e->host_given = e->options.host.len > 0;
    if (!e->host_given)
        e->options.host = own_host(e->forever);
    if (e->options.jobs == 0)
        e->options.jobs = cores();
    e->sources = w5_sources_new(&(w5_source_options){.follow = options->follow,
                                                     .poll = options->poll,
                                                     .ahead = e->options.jobs > 1,
                                                     .since = e->options.since,
                                                     .until = e->options.until});
    if (e->options.jobs > W5_JOBS_MAX)
        e->options.jobs = W5_JOBS_MAX;
    e->stages = (w5_record_options){.log_formats = options->log_formats,
                                    .log_formats_n = options->log_formats_n,
                                    .declared = options->declared,
                                    .declared_n = options->declared_n,
                                    .all_fields = options->all_fields,
                                    .host = options->host};
    e->reader.records = w5_records_new(&e->stages);
    e->reader.classifier = w5_classifier_new(c);
    e->reader.ledger = w5_ledger_new(c);
    e->reader.outside = (w5_outside){.since = e->options.since, .until = e->options.until};
    w5_ledger_split(e->reader.ledger, &(w5_split){.at = e->options.compare,
                                                  .since = e->options.since,
                                                  .until = e->options.until,
                                                  .zone = e->options.zone});
    return e;
}

void w5_engine_free(w5_engine *e)
{
    if (!e)
        return;
    w5_ledger_free(e->reader.ledger);
    w5_classifier_free(e->reader.classifier);
    w5_records_free(e->reader.records);
    w5_outside_done(&e->reader.outside);
    w5_sources_free(e->sources);
    for (size_t i = 0; i < e->places_room; i++) {
        if (e->places[i])
            free(e->places[i]->at);
        free(e->places[i]);
    }
    free(e->places);
    w5_arena_free(e->answer);
    w5_arena_free(e->forever);
    free(e);
}

/* "shop:shop.log": a format that a catalogue declares. */
static bool is_declared(const w5_engine *e, w5_str id)
{
    for (size_t i = 0; i < e->stages.declared_n; i++)
        if (w5_str_eq(w5_declared_format(e->stages.declared, i)->id, id))
            return true;
    return false;
}

w5_rc w5_engine_add(w5_engine *e, const char *uri, w5_err *err)
{
    w5_str head, tail;
    if (w5_str_cut(w5_str_of(uri), ':', &head, &tail) && is_declared(e, head))
        return w5_sources_add_as(e->sources, tail, head, err);
    return w5_sources_add(e->sources, w5_str_of(uri), w5_format_known, err);
}

static void flow(w5_engine *e)
{
    w5_reader_flow(&e->reader, e->options.event, e->options.all_fields, e->options.context);
}

/* A stamp without a year is of the year in which its file was written. */
static w5_time year_of(const w5_source *s)
{
    return s->modified == W5_TIME_NONE ? w5_now() : s->modified;
}

/* An event is counted once in one ledger, not in several. */
static bool carries_events(const w5_engine *e)
{
    for (size_t i = 0; i < w5_records_streams(e->reader.records); i++)
        if (w5_records_stream(e->reader.records, i)->told)
            return true;
    return false;
}

/* Whether its sources are logs that are read from end to end, one after the other, each for itself. */
static bool reads_whole_files(const w5_engine *e)
{
    return !e->options.follow && !e->options.whole_lines && !carries_events(e);
}

static bool is_file(const w5_source *s)
{
    return s->seekable || s->compression.len > 0;
}

static void change_source(w5_engine *e, uint32_t index)
{
    if (e->source == index)
        return;
    const w5_source *s = w5_sources_at(e->sources, index);
    if (is_file(s) && reads_whole_files(e))
        w5_ledger_turn(e->reader.ledger);
    w5_records_begin(e->reader.records, index, s->name, s->format, year_of(s));
    e->source = index;
}

static void finish_source(w5_engine *e)
{
    w5_records_tick(e->reader.records);
    flow(e);
}

/* --- large files, by several threads --------------------------------------------------------- */
static bool piece_done(void *context, uint64_t bytes)
{
    w5_engine *e = context;
    e->bytes += bytes;
    e->stopped = e->options.progress && !e->options.progress(e->options.context, e);
    return !e->stopped;
}

/* The first block told what the source is; the rest of a large file is cut into pieces. */
static void read_in_pieces(w5_engine *e, const w5_block *block)
{
    const w5_source *s = w5_sources_at(e->sources, block->source);
    uint64_t at;
    if (e->options.jobs < 2 || !reads_whole_files(e) || e->options.event || e->stopped ||
        !s->seekable || block->offset > 0 || s->size < W5_PIECES_FROM)
        return;
    size_t streams = w5_records_streams(e->reader.records);
    w5_pieces pieces = {.catalogue = e->catalogue,
                        .source = s,
                        .options = e->stages,
                        .year_hint = year_of(s),
                        .whole = &e->reader,
                        .jobs = e->options.jobs,
                        .progress = piece_done,
                        .context = e};
    pieces.options.first_stream = (uint32_t)streams - 1;
    uint64_t bytes = e->bytes;
    if (w5_pieces_read(&pieces, &at) != W5_OK)
        return;
    e->bytes = bytes + at - (block->offset + block->bytes.len);
    w5_sources_skip(e->sources, block->source, at, NULL);
}

/* --- small files, a thread each ---------------------------------------------------------------- */
static bool is_small(const w5_source *s)
{
    return s->seekable && s->error.code == W5_OK && s->size > 0 && s->size < W5_PIECES_FROM &&
           s->bytes == 0;
}

/* The first of the sources that was not read yet; SIZE_MAX: one is being read. */
static size_t first_unread(const w5_engine *e)
{
    if (e->source == NO_SOURCE)
        return 0;
    const w5_source *s = w5_sources_at(e->sources, e->source);
    return s->seekable && s->bytes >= s->size ? e->source + 1u : SIZE_MAX;
}

/* Small files from `at` on; those that yield nothing may stand between. */
static size_t list_small(w5_engine *e, size_t at, w5_one_file *file)
{
    size_t n = 0;
    for (; at < w5_sources_count(e->sources); at++) {
        const w5_source *s = w5_sources_at(e->sources, at);
        if (s->done)
            continue;
        if (!is_small(s))
            break;
        file[n++] = (w5_one_file){s, year_of(s)};
    }
    return n;
}

static void skip_files(w5_engine *e, const w5_one_file *file, size_t n, const uint64_t *read)
{
    for (size_t i = 0; i < n; i++) {
        w5_sources_skip(e->sources, file[i].source->index, read[i], NULL);
        e->source = file[i].source->index;
    }
}

/* What the next turns would read one by one. A file that is several logs is left to them. */
static void read_small_files(w5_engine *e)
{
    if (e->options.jobs < 2 || e->several > 2 || e->options.event || e->options.all_fields ||
        !reads_whole_files(e))
        return;
    w5_sources_settle(e->sources);
    size_t at = first_unread(e), all = w5_sources_count(e->sources);
    if (at >= all)
        return;
    w5_one_file *file = w5_xrealloc(NULL, all - at, sizeof(*file));
    uint64_t *read = w5_xrealloc(NULL, all - at, sizeof(*read));
    w5_files files = {.catalogue = e->catalogue,
                      .file = file,
                      .n = list_small(e, at, file),
                      .options = e->stages,
                      .whole = &e->reader,
                      .jobs = e->options.jobs,
                      .progress = piece_done,
                      .context = e};
    if (files.n > 1) {
        if (e->source != NO_SOURCE)
            finish_source(e);
        files.options.first_stream = (uint32_t)w5_records_streams(e->reader.records);
        size_t n = w5_files_read(&files, read);
        e->several += n < files.n;
        skip_files(e, file, n, read);
    }
    free(read);
    free(file);
}

static w5_stream *stream_of(const w5_engine *e, uint32_t source)
{
    for (size_t i = 0; i < w5_records_streams(e->reader.records); i++)
        if (w5_records_stream(e->reader.records, i)->source == source)
            return w5_records_stream(e->reader.records, i);
    return NULL;
}

/* --- how far every file was read -------------------------------------------------------------- */
static places *places_of(w5_engine *e, size_t source)
{
    size_t n = w5_sources_count(e->sources);
    if (e->places_room < n) {
        e->places = w5_xrealloc(e->places, n, sizeof(*e->places));
        memset(e->places + e->places_room, 0, (n - e->places_room) * sizeof(*e->places));
        e->places_room = n;
    }
    if (!e->places[source]) {
        e->places[source] = w5_xmalloc(sizeof(places));
        *e->places[source] = (places){0};
    }
    return e->places[source];
}

static w5_place *place_add(places *p, const w5_identity *file)
{
    if (p->n == W5_PLACES_MAX)
        memmove(p->at, p->at + 1, --p->n * sizeof(*p->at));
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 4;
        p->at = w5_xrealloc(p->at, p->room, sizeof(*p->at));
    }
    p->at[p->n] = (w5_place){.identity = *file, .was = *file, .at = W5_TIME_NONE};
    return &p->at[p->n++];
}

/* The youngest: an inode may hold several texts in turn. */
static w5_place *place_of(places *p, const w5_identity *file)
{
    for (size_t i = p->n; i-- > 0;)
        if (p->at[i].identity.device == file->device && p->at[i].identity.inode == file->inode)
            return &p->at[i];
    return place_add(p, file);
}

static uint64_t count_lines(w5_str bytes)
{
    uint64_t n = 0;
    const char *end = bytes.ptr + bytes.len;
    for (const char *p = bytes.ptr; (p = memchr(p, '\n', (size_t)(end - p))); p++)
        n++;
    return n;
}

static void note_place(w5_engine *e, const w5_block *block)
{
    places *all = places_of(e, block->source);
    if (block->carried > 0 && block->carrier.fingerprinted > 0)
        place_of(all, &block->carrier)->offset += block->carried;
    w5_place *p = place_of(all, block->identity);
    if (block->offset < p->offset) /* it was emptied, and begins anew; the old text has a copy */
        p = place_add(all, block->identity);
    p->identity = *block->identity;
    p->offset = block->offset + block->bytes.len - block->carried;
    p->lines += count_lines(block->bytes);
    p->at = w5_now();
}

void w5_engine_begin_at(w5_engine *e, size_t source, const w5_place *place)
{
    const w5_source *s = w5_sources_at(e->sources, source);
    w5_records_begin(e->reader.records, s->index, s->name, s->format, year_of(s));
    w5_stream *stream = stream_of(e, s->index);
    if (stream)
        stream->lines = place->lines;
    w5_place *own = place_of(places_of(e, source), &place->identity);
    *own = *place;
}

size_t w5_engine_places(w5_engine *e, size_t source, w5_place **all)
{
    places *p = source < e->places_room ? e->places[source] : NULL;
    *all = p ? p->at : NULL;
    return p ? p->n : 0;
}

/* A file that was rotated away a while ago is not written to any more. */
static bool is_finished(const w5_source *s)
{
    return s->log.len && (s->compression.len || s->modified < w5_now() - W5_MINUTE);
}

/* False: nothing is left of it for this run. */
static bool take_whole_lines(w5_engine *e, w5_block *block)
{
    if (!e->options.whole_lines)
        return true;
    if (!block->cut && !is_finished(w5_sources_at(e->sources, block->source))) {
        const char *end = memrchr(block->bytes.ptr, '\n', block->bytes.len);
        block->bytes.len = end ? (size_t)(end - block->bytes.ptr) + 1 : 0;
    }
    if (block->bytes.len > 0)
        note_place(e, block);
    return block->bytes.len > 0;
}

w5_rc w5_engine_turn(w5_engine *e, w5_time patience, w5_err *err)
{
    (void)err;
    w5_block block;
    w5_rc rc = w5_sources_next(e->sources, patience, &block);
    if (rc != W5_OK) {
        if (e->source != NO_SOURCE)
            finish_source(e);
        return rc;
    }
    if (e->source != NO_SOURCE && e->source != block.source)
        finish_source(e);
    change_source(e, block.source);
    if (take_whole_lines(e, &block)) {
        w5_records_put(e->reader.records, block.bytes, block.offset, block.cut);
        e->bytes += block.bytes.len;
        flow(e);
        read_in_pieces(e, &block);
    }
    if (e->options.progress && !e->options.progress(e->options.context, e))
        e->stopped = true;
    return W5_OK;
}

void w5_engine_settle(w5_engine *e)
{
    if (e->source != NO_SOURCE)
        finish_source(e);
}

w5_rc w5_engine_read(w5_engine *e, w5_err *err)
{
    w5_rc rc;
    do {
        read_small_files(e);
        rc = e->stopped ? W5_OK : w5_engine_turn(e, W5_SECOND, err);
    } while ((rc == W5_OK || rc == W5_WAIT) && !e->stopped);
    if (e->source != NO_SOURCE)
        finish_source(e);
    return rc < 0 ? rc : W5_OK;
}

void w5_engine_feed(w5_engine *e, w5_str name, w5_str format, w5_str bytes)
{
    uint32_t index = (uint32_t)w5_sources_count(e->sources) + e->fed++;
    w5_records_begin(e->reader.records, index, w5_arena_str(e->forever, name), format, w5_now());
    e->source = index;
    w5_records_put(e->reader.records, bytes, 0, false);
    e->bytes += bytes.len;
    flow(e);
    finish_source(e);
}

/* --- what an earlier run has read ------------------------------------------------------------- */
static uint32_t source_named(w5_engine *e, w5_str name)
{
    size_t n = w5_sources_count(e->sources);
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(w5_sources_at(e->sources, i)->name, name))
            return (uint32_t)i;
    for (size_t i = 0; i < w5_records_streams(e->reader.records); i++)
        if (w5_str_eq(w5_records_stream(e->reader.records, i)->name, name))
            return w5_records_stream(e->reader.records, i)->source;
    return (uint32_t)n + e->fed++;
}

void w5_engine_recall(w5_engine *e, w5_str name, w5_str format, uint64_t line, w5_str text)
{
    uint32_t index = source_named(e, name);
    w5_records_begin(e->reader.records, index, w5_arena_str(e->forever, name), format, w5_now());
    w5_stream *s = stream_of(e, index);
    if (s && line > 0)
        s->lines = line - 1;
    e->source = index;
    w5_records_put(e->reader.records, text, 0, false);
    finish_source(e);
}

void w5_engine_recalled(w5_engine *e)
{
    e->befores = w5_records_streams(e->reader.records);
    e->before = W5_NEW_N(e->forever, w5_stream, e->befores);
    for (size_t i = 0; i < e->befores; i++)
        e->before[i] = *w5_records_stream(e->reader.records, i);
    const w5_timeline *t = w5_engine_run(e)->timeline;
    e->errors_before = t->upstream_errors;
    e->classes_before = W5_NEW_N(e->forever, uint64_t, t->classes);
    memcpy(e->classes_before, t->by_class, t->classes * sizeof(*t->by_class));
    e->source = NO_SOURCE;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static w5_stream *without_before(w5_engine *e, size_t i, const w5_stream *s)
{
    w5_stream *own = W5_NEW(e->answer, w5_stream);
    *own = *s;
    if (i < e->befores) {
        const w5_stream *b = &e->before[i];
        own->lines = less(s->lines, b->lines);
        own->understood = less(s->understood, b->understood);
        own->not_understood = less(s->not_understood, b->not_understood);
        own->forged = less(s->forged, b->forged);
        own->cut = less(s->cut, b->cut);
        own->records = less(s->records, b->records);
        own->events = less(s->events, b->events);
    }
    return own;
}

/* Incidents are whole, but lines and errors are those of this run, so that runs add up. */
static void count_this_run_alone(w5_engine *e, w5_run *run)
{
    w5_timeline *t = W5_NEW(e->answer, w5_timeline);
    *t = *run->timeline;
    uint64_t *by_class = W5_NEW_N(e->answer, uint64_t, t->classes);
    for (size_t i = 0; i < t->classes; i++)
        by_class[i] = less(t->by_class[i], e->classes_before[i]);
    t->by_class = by_class;
    t->upstream_errors = less(t->upstream_errors, e->errors_before);
    run->timeline = t;
}

static void take_streams(w5_engine *e, w5_run *run)
{
    run->streams = w5_records_streams(e->reader.records);
    w5_stream **stream = W5_NEW_N(e->answer, w5_stream *, run->streams);
    for (size_t i = 0; i < run->streams; i++) {
        stream[i] = w5_records_stream(e->reader.records, i);
        if (e->classes_before)
            stream[i] = without_before(e, i, stream[i]);
        run->lines += stream[i]->told ? 0 : stream[i]->lines;
    }
    run->stream = stream;
}

/* Once it is known what the stamps mean. */
static void count_outside(w5_engine *e, w5_run *run)
{
    for (size_t i = 0; i < run->streams; i++) {
        run->stream[i]->outside = w5_outside_lines(&e->reader.outside, run->stream[i]);
        run->outside_window += run->stream[i]->outside;
    }
}

static void take_troubles(w5_engine *e, w5_run *run)
{
    size_t n = w5_sources_count(e->sources);
    w5_run_source *trouble = W5_NEW_N(e->answer, w5_run_source, n);
    for (size_t i = 0; i < n; i++) {
        const w5_source *s = w5_sources_at(e->sources, i);
        if (s->error.code >= 0 && (s->duplicate_of == UINT32_MAX || s->log.len))
            continue; /* nobody named what was rotated away: its copies are nobody's mistake */
        trouble[run->troubles++] =
            (w5_run_source){.name = s->name,
                            .format = s->format,
                            .error = s->error.code < 0 ? w5_str_of(s->error.text) : W5_NONE,
                            .duplicate_of = s->duplicate_of};
    }
    run->trouble = trouble;
}

static void take_limits(w5_engine *e, w5_run *run)
{
    const w5_pattern *const *patterns;
    size_t n = w5_catalogue_patterns(e->catalogue, &patterns);
    if (w5_classifier_limits(e->reader.classifier) == 0)
        return;
    w5_run_limit *limit = W5_NEW_N(e->answer, w5_run_limit, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t count = w5_classifier_given_up(e->reader.classifier, patterns[i]);
        if (count > 0)
            limit[run->limits++] = (w5_run_limit){patterns[i], count};
    }
    run->limit = limit;
}

/* What was asked for, else what the logs cover. */
static void take_window(const w5_engine *e, w5_run *run)
{
    run->window_start = e->options.since;
    run->window_end = e->options.until;
    for (size_t i = 0; i < run->streams; i++) {
        const w5_stream *s = run->stream[i];
        if (s->first == W5_TIME_NONE)
            continue;
        if (e->options.since == W5_TIME_NONE &&
            (run->window_start == W5_TIME_NONE || s->first + s->shift < run->window_start))
            run->window_start = s->first + s->shift;
        if (e->options.until == W5_TIME_NONE &&
            (run->window_end == W5_TIME_NONE || s->last + s->shift > run->window_end))
            run->window_end = s->last + s->shift;
    }
}

void w5_engine_clock(w5_engine *e, w5_time now)
{
    e->now = now;
}

const w5_run *w5_engine_run(w5_engine *e)
{
    w5_arena_free(e->answer);
    e->answer = w5_arena_new();
    w5_run *run = &e->run;
    *run = (w5_run){.catalogue = e->catalogue,
                    .config = e->config,
                    .ledger = e->reader.ledger,
                    .bytes = e->bytes,
                    .generated_at = w5_now(),
                    .sandbox = w5_str_of(w5_guard_word()),
                    .host = e->options.host};
    take_streams(e, run);
    w5_hosts_conclude(run->stream, run->streams);
    if (!e->host_given)
        run->host = w5_hosts_own(run->stream, run->streams, run->host);
    take_troubles(e, run);
    take_limits(e, run);
    w5_timeline_options how = {.gap = e->options.gap,
                               .lateness = e->options.lateness,
                               .since = e->options.since,
                               .until = e->options.until,
                               .now = e->now,
                               .zone = e->options.zone,
                               .zones = e->options.zones,
                               .zone_rules = e->options.zone_rules,
                               .host = run->host};
    run->timeline =
        w5_timeline_build(e->reader.ledger, run->stream, run->streams, e->config, &how, e->answer);
    count_outside(e, run);
    w5_incidents incidents = w5_incidents_build(run->timeline, e->answer);
    run->findings = w5_diagnose(run->timeline, &incidents, &e->options.machine, e->answer);
    if (e->options.compare != W5_TIME_NONE)
        run->comparison = w5_compare(run->timeline, e->options.compare, e->answer);
    run->totals = w5_ledger_sum(e->reader.ledger);
    run->codes = w5_ledger_codes(e->reader.ledger, &run->code, &run->code_count);
    take_window(e, run);
    if (e->classes_before)
        count_this_run_alone(e, run);
    return run;
}

w5_str w5_engine_host(const w5_engine *e)
{
    return e->options.host;
}

w5_sources *w5_engine_sources(w5_engine *e)
{
    return e->sources;
}

uint64_t w5_engine_bytes(const w5_engine *e)
{
    return e->bytes;
}

uint64_t w5_engine_size(const w5_engine *e)
{
    uint64_t size = 0;
    for (size_t i = 0; i < w5_sources_count(e->sources); i++)
        size += w5_sources_at(e->sources, i)->size;
    return size;
}
