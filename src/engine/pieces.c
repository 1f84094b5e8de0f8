/* pieces.c -- one large file, read by several threads.
 *
 * Pieces lie at multiples of their size, which is the smaller the more threads there are, for each
 * holds a ledger in memory. Each is read by a stage of its own into a ledger of its own;
 * this thread adds them in order to the whole. Before it does, it compares: the stage of the piece
 * must have begun exactly where, and in the state in which, the stage of the piece before ended
 * (w5_records_state). If it did not, the whole takes over from there and reads on alone. So the
 * result is that of one reader, whatever the number of threads. */
#include "pieces.h"

#include <pthread.h>
#include <stdlib.h>
#include <why502/base/arena.h>

enum {
    SLOTS_MAX = W5_JOBS_MAX + 1,
    AT_ONCE = 1 << 20,     /* bytes that all threads together work on */
    SMALLEST = 128 << 10,
    BEHIND = 8 << 10
};

typedef enum stage {
    FREE,
    WORKING,
    READY
} stage;

typedef struct piece {
    stage stage;
    bool last, failed;
    uint64_t from, left;               /* offsets of its first line and behind its last */
    uint64_t begins_in, ends_in;       /* states */
    uint64_t bytes;
    w5_reader reader;
} piece;

typedef struct work {
    const w5_pieces *p;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    piece slot[SLOTS_MAX];
    size_t slots;
    uint64_t size;     /* of a piece */
    uint64_t start;    /* where the first one begins */
    uint64_t first, next, end; /* numbers of pieces: [first, end); the next to be taken */
    w5_ledger_detail detail;
    bool stop;
} work;

/* --- a piece -------------------------------------------------------------------------------- */
static uint64_t begin_of(const work *w, uint64_t number)
{
    return number == w->first ? w->start : number * w->size;
}

/* Reads blocks until the stage stands at `stop`, or the file ends; `tell` is false in front of the
 * piece. The answer: false when the file ended. */
typedef struct tape {
    const w5_source *source;
    char *buffer;
    size_t size;  /* of the buffer */
    uint64_t at;  /* of the next block */
    uint64_t end; /* little behind it will be asked for */
} tape;

/* A line is judged by what follows it, so some more is read than is told. */
static size_t next_size(const tape *t)
{
    uint64_t left = t->end + BEHIND > t->at + BEHIND ? t->end + BEHIND - t->at : BEHIND;
    return t->end == UINT64_MAX || left > t->size ? t->size : (size_t)left;
}

static bool play(tape *t, w5_reader *r, uint64_t stop, bool tell)
{
    w5_err err;
    w5_records_stop_at(r->records, stop);
    for (;;) {
        if (tell)
            w5_reader_flow(r, NULL, false, NULL);
        else
            w5_reader_drop(r);
        if (w5_records_offset(r->records) >= stop)
            return true;
        size_t n = w5_source_pread(t->source, t->at, t->buffer, next_size(t), &err);
        if (n == 0)
            return false;
        w5_records_put(r->records, (w5_str){t->buffer, n}, t->at, false);
        t->at += n;
    }
}

/* A line's beginning at or behind an offset, for a reader who looks at the bytes before it. */
static uint64_t line_at(const tape *t, uint64_t offset)
{
    w5_err err;
    if (offset == 0)
        return 0;
    size_t n = w5_source_pread(t->source, offset - 1, t->buffer, W5_LEAD, &err);
    const char *newline = n > 0 ? memchr(t->buffer, '\n', n) : NULL;
    return newline ? offset + (uint64_t)(newline - t->buffer) : offset;
}

static w5_records *new_stage(const w5_pieces *p)
{
    w5_records *r = w5_records_new(&p->options);
    w5_records_begin(r, p->source->index, p->source->name, p->source->format, p->year_hint);
    return r;
}

static uint64_t before(uint64_t offset, uint64_t by)
{
    return offset > by ? offset - by : 0;
}

static size_t buffer_size(const work *w)
{
    uint64_t whole = w->size + W5_LEAD + BEHIND;
    return whole < W5_BLOCK_MAX ? (size_t)whole : W5_BLOCK_MAX;
}

static void read_piece(const work *w, piece *one, uint64_t number, char *buffer)
{
    uint64_t begin = begin_of(w, number);
    tape t = {.source = w->p->source, .buffer = buffer, .size = buffer_size(w)};
    t.end = number + 1 == w->end ? UINT64_MAX : (number + 1) * w->size;
    w5_reader *r = &one->reader;
    r->records = new_stage(w->p);
    t.at = line_at(&t, before(begin, W5_LEAD));
    one->last = number + 1 == w->end;
    one->failed = !play(&t, r, begin, false);
    if (one->failed)
        return;
    one->from = w5_records_offset(r->records);
    one->begins_in = w5_records_state(r->records);
    w5_records_arrive(r->records, NULL);
    bool whole = play(&t, r, one->last ? UINT64_MAX : (number + 1) * w->size, true);
    one->failed = !whole && !one->last;
    one->left = one->last ? t.at : w5_records_offset(r->records);
    one->ends_in = one->last ? 0 : w5_records_state(r->records);
    if (one->last) {
        w5_records_tick(r->records);
        w5_reader_flow(r, NULL, false, NULL);
    }
}

/* --- threads ---------------------------------------------------------------------------------- */
/* The next piece that nobody reads yet, once there is a slot for it; NULL: there is none. */
static piece *take_piece(work *w, uint64_t *number)
{
    piece *one = NULL;
    pthread_mutex_lock(&w->lock);
    while (!w->stop && w->next < w->end) {
        piece *slot = &w->slot[w->next % w->slots];
        if (slot->stage == FREE) {
            one = slot;
            one->stage = WORKING;
            *number = w->next++;
            w5_ledger_begin(one->reader.ledger, w->detail);
            break;
        }
        pthread_cond_wait(&w->changed, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return one;
}

static void set_stage(work *w, piece *one, stage now)
{
    pthread_mutex_lock(&w->lock);
    one->stage = now;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static void *run(void *context)
{
    work *w = context;
    uint64_t number;
    char *buffer = w5_xmalloc(buffer_size(w));
    for (piece *one; (one = take_piece(w, &number)) != NULL; set_stage(w, one, READY))
        read_piece(w, one, number, buffer);
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
static piece *await_piece(work *w, uint64_t number)
{
    piece *one = &w->slot[number % w->slots];
    pthread_mutex_lock(&w->lock);
    while (one->stage != READY)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return one;
}

static void take_over(work *w, piece *one)
{
    w5_reader *whole = w->p->whole;
    w5_ledger_renumber(one->reader.ledger, w5_records_absorb(whole->records, one->reader.records));
    w5_ledger_merge(whole->ledger, one->reader.ledger);
    w5_outside_merge(&whole->outside, &one->reader.outside);
}

static void clear(work *w, piece *one)
{
    w5_ledger_detail detail = w5_ledger_detail_of(w->p->whole->ledger);
    w5_records_free(one->reader.records);
    one->reader.records = NULL;
    w5_ledger_reset(one->reader.ledger);
    pthread_mutex_lock(&w->lock);
    w->detail = detail;
    pthread_mutex_unlock(&w->lock);
    set_stage(w, one, FREE);
}

/* Brings the whole to where the pieces ended, in the state in which they did: more and more is read
 * again, without telling it, at last everything. */
static void catch_up(const work *w, uint64_t at, uint64_t state)
{
    w5_reader *whole = w->p->whole;
    w5_stream *s = w5_records_stream(whole->records, w->p->options.first_stream);
    w5_stream accounts = *s;
    tape t = {.source = w->p->source,
              .buffer = w5_xmalloc(W5_BLOCK_MAX),
              .size = W5_BLOCK_MAX,
              .end = at};
    for (uint64_t by = W5_LEAD;; by *= 16) {
        t.at = line_at(&t, before(at, by));
        w5_records_arrive(whole->records, &accounts);
        play(&t, whole, at, false);
        bool same = w5_records_state(whole->records) == state;
        w5_records_arrive(whole->records, &accounts);
        if (same || by >= at)
            break;
    }
    w5_records_stop_at(whole->records, UINT64_MAX);
    free(t.buffer);
}

static bool fits(const piece *one, uint64_t at, uint64_t state)
{
    return !one->failed && one->from == at && one->begins_in == state && state != 0;
}

/* Adds the pieces in order as long as they fit. True: all did. */
static bool gather(work *w, uint64_t *at, uint64_t *state)
{
    for (uint64_t n = w->first; n < w->end; n++) {
        piece *one = await_piece(w, n);
        if (!fits(one, *at, *state) ||
            !w5_ledger_goes_on(w->p->whole->ledger, one->reader.ledger))
            return false;
        bool last = one->last;
        uint64_t bytes = one->left - one->from;
        *at = one->left;
        *state = one->ends_in;
        take_over(w, one);
        clear(w, one);
        if (w->p->progress && !w->p->progress(w->p->context, bytes) && !last)
            return false;
    }
    return true;
}

static void init(work *w, const w5_pieces *p)
{
    *w = (work){.p = p, .slots = p->jobs + 1};
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    w->start = w5_records_offset(p->whole->records);
    w->size = AT_ONCE / p->jobs > SMALLEST ? AT_ONCE / p->jobs : SMALLEST;
    w->first = w->next = w->start / w->size;
    w->end = p->source->size / w->size; /* the last takes the rest, too */
    w->detail = w5_ledger_detail_of(p->whole->ledger);
    for (size_t i = 0; i < w->slots; i++)
        w5_reader_like(&w->slot[i].reader, p->whole, p->catalogue);
}

static void done(work *w)
{
    for (size_t i = 0; i < w->slots; i++)
        w5_reader_end(&w->slot[i].reader, w->p->whole);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
}

w5_rc w5_pieces_read(const w5_pieces *p, uint64_t *at)
{
    work w;
    pthread_t thread[W5_JOBS_MAX];
    unsigned threads = 0;
    uint64_t state = w5_records_state(p->whole->records);
    *at = w5_records_offset(p->whole->records);
    if (state == 0 || *at == 0)
        return W5_MISS;
    init(&w, p);
    while (threads < p->jobs && pthread_create(&thread[threads], NULL, run, &w) == 0)
        threads++;
    uint64_t began = *at;
    bool all = threads > 0 && gather(&w, at, &state);
    stop_all(&w);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    if (!all && *at != began)
        catch_up(&w, *at, state);
    done(&w);
    return *at != began ? W5_OK : W5_MISS;
}
