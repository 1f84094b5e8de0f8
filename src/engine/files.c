/* files.c -- many small files, one thread a file.
 *
 * A file is a log of its own: no request and no exit is told in two of them, so what one file tells does
 * not depend on the files before it (w5_ledger_turn), but for the number of its stream. That is foretold:
 * most files are one stream. Each file is read by a stage of its own into a ledger of its own, and this
 * thread adds them in their order; a file that turns out to be several streams ends that, and the whole
 * reads on from there as if nobody had tried. */
#include "files.h"

#include <pthread.h>
#include <stdlib.h>
#include <why502/base/arena.h>

#include "pieces.h"

enum {
    SLOTS_MAX = W5_JOBS_MAX + 1,
    AT_ONCE = 1 << 20 /* bytes of the files that are read or wait, if there is more than one */
};

typedef enum stage {
    FREE,
    WORKING,
    READY
} stage;

typedef struct slot {
    stage stage;
    uint64_t bytes;
    w5_reader reader;
} slot;

typedef struct work {
    const w5_files *f;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    slot slot[SLOTS_MAX];
    size_t slots, next; /* file that nobody reads yet */
    uint64_t held;      /* bytes of the files in slots */
    w5_ledger_detail detail;
    bool stop;
} work;

/* --- a file ------------------------------------------------------------------------------------- */
static void read_file(const work *w, slot *one, size_t number, char *buffer)
{
    const w5_one_file *file = &w->f->file[number];
    const w5_source *s = file->source;
    w5_reader *r = &one->reader;
    w5_record_options options = w->f->options;
    w5_err err;
    options.first_stream += (uint32_t)number;
    r->records = w5_records_new(&options);
    w5_records_begin(r->records, s->index, s->name, s->format, file->year_hint);
    w5_records_arrive(r->records, NULL);
    one->bytes = 0;
    for (size_t n; (n = w5_source_pread(s, one->bytes, buffer, W5_BLOCK_MAX, &err)) > 0;) {
        w5_records_put(r->records, (w5_str){buffer, n}, one->bytes, false);
        w5_reader_flow(r, NULL, false, NULL);
        one->bytes += n;
    }
    w5_records_tick(r->records);
    w5_reader_flow(r, NULL, false, NULL);
}

/* --- threads ------------------------------------------------------------------------------------ */
static bool has_room(const work *w)
{
    return w->held == 0 || w->held + w->f->file[w->next].source->size <= AT_ONCE;
}

/* The next file, once there are a slot and room for it; NULL: there is none. */
static slot *take_file(work *w, size_t *number)
{
    slot *one = NULL;
    pthread_mutex_lock(&w->lock);
    while (!w->stop && w->next < w->f->n) {
        slot *free_slot = &w->slot[w->next % w->slots];
        if (free_slot->stage == FREE && has_room(w)) {
            one = free_slot;
            one->stage = WORKING;
            *number = w->next++;
            w->held += w->f->file[*number].source->size;
            w5_ledger_begin(one->reader.ledger, w->detail);
            break;
        }
        pthread_cond_wait(&w->changed, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return one;
}

static void set_stage(work *w, slot *one, stage now)
{
    pthread_mutex_lock(&w->lock);
    one->stage = now;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static void *run(void *context)
{
    work *w = context;
    size_t number;
    char *buffer = w5_xmalloc(W5_BLOCK_MAX);
    for (slot *one; (one = take_file(w, &number)) != NULL; set_stage(w, one, READY))
        read_file(w, one, number, buffer);
    free(buffer);
    return NULL;
}

static void stop_all(work *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* --- the whole ---------------------------------------------------------------------------------- */
static slot *await_file(work *w, size_t number)
{
    slot *one = &w->slot[number % w->slots];
    pthread_mutex_lock(&w->lock);
    while (one->stage != READY)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return one;
}

static bool is_one_log(const work *w, const slot *one, size_t number)
{
    w5_records *r = one->reader.records;
    return w5_records_streams(r) == 1 && !w5_records_stream(r, 0)->told &&
           w5_records_stream(r, 0)->index == w5_records_streams(w->f->whole->records) &&
           one->bytes >= w->f->file[number].source->size;
}

static void take_over(const work *w, slot *one, size_t number)
{
    const w5_one_file *file = &w->f->file[number];
    const w5_source *s = file->source;
    w5_reader *whole = w->f->whole;
    w5_ledger_turn(whole->ledger);
    w5_records_begin(whole->records, s->index, s->name, s->format, file->year_hint);
    w5_ledger_renumber(one->reader.ledger, w5_records_absorb(whole->records, one->reader.records));
    w5_ledger_merge(whole->ledger, one->reader.ledger);
    w5_outside_merge(&whole->outside, &one->reader.outside);
}

static void clear(work *w, slot *one, size_t number)
{
    w5_ledger_detail detail = w5_ledger_detail_of(w->f->whole->ledger);
    w5_records_free(one->reader.records);
    one->reader.records = NULL;
    w5_ledger_reset(one->reader.ledger);
    pthread_mutex_lock(&w->lock);
    w->detail = detail;
    w->held -= w->f->file[number].source->size;
    pthread_mutex_unlock(&w->lock);
    set_stage(w, one, FREE);
}

static size_t gather(work *w, uint64_t *read)
{
    for (size_t n = 0; n < w->f->n; n++) {
        slot *one = await_file(w, n);
        if (!is_one_log(w, one, n))
            return n;
        read[n] = one->bytes;
        take_over(w, one, n);
        clear(w, one, n);
        if (w->f->progress && !w->f->progress(w->f->context, read[n]))
            return n + 1;
    }
    return w->f->n;
}

static void init(work *w, const w5_files *f)
{
    *w = (work){.f = f, .slots = f->jobs + 1};
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    w->detail = w5_ledger_detail_of(f->whole->ledger);
    for (size_t i = 0; i < w->slots; i++)
        w5_reader_like(&w->slot[i].reader, f->whole, f->catalogue);
}

static void done(work *w)
{
    for (size_t i = 0; i < w->slots; i++)
        w5_reader_end(&w->slot[i].reader, w->f->whole);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
}

size_t w5_files_read(const w5_files *f, uint64_t *read)
{
    work w;
    pthread_t thread[W5_JOBS_MAX];
    unsigned threads = 0;
    init(&w, f);
    while (threads < f->jobs && pthread_create(&thread[threads], NULL, run, &w) == 0)
        threads++;
    size_t files = threads > 0 ? gather(&w, read) : 0;
    stop_all(&w);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    done(&w);
    return files;
}
