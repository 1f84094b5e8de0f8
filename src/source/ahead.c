#include "ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <why502/base/arena.h>

enum {
    PARTS = 3,
    SIZE = 128 << 10
};

typedef struct part {
    char *bytes;
    size_t len, given;
    uint64_t where;
    w5_rc rc; /* behind the bytes; W5_OK: another part follows */
    w5_err err;
} part;

struct w5_ahead {
    w5_read read;
    void *from;
    const uint64_t *where;
    uint64_t seen;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    part part[PARTS]; /* a ring: the thread's beyond `filled`, the caller's from `taken` to there */
    uint64_t filled, taken;
    bool stop;
};

/* --- the thread ------------------------------------------------------------------------------ */
static void fill(const w5_ahead *a, part *p)
{
    p->len = p->given = 0;
    do {
        size_t got = 0;
        p->rc = a->read(a->from, p->bytes + p->len, SIZE - p->len, &got, &p->err);
        p->len += p->rc == W5_OK ? got : 0;
    } while (p->rc == W5_OK && p->len < SIZE);
    p->where = *a->where;
}

/* NULL: nobody wants more. */
static part *free_part(w5_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->stop && a->filled - a->taken == PARTS)
        pthread_cond_wait(&a->changed, &a->lock);
    part *p = a->stop ? NULL : &a->part[a->filled % PARTS];
    pthread_mutex_unlock(&a->lock);
    return p;
}

static void advance(w5_ahead *a, uint64_t *counter)
{
    pthread_mutex_lock(&a->lock);
    ++*counter;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

static void *run(void *context)
{
    w5_ahead *a = context;
    w5_rc rc = W5_OK;
    for (part *p; rc == W5_OK && (p = free_part(a)) != NULL;) {
        fill(a, p);
        rc = p->rc;
        advance(a, &a->filled);
    }
    return NULL;
}

/* --- the caller ------------------------------------------------------------------------------ */
static part *filled_part(w5_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (a->filled == a->taken)
        pthread_cond_wait(&a->changed, &a->lock);
    pthread_mutex_unlock(&a->lock);
    return &a->part[a->taken % PARTS];
}

w5_rc w5_ahead_read(void *ahead, char *out, size_t room, size_t *got, w5_err *err)
{
    w5_ahead *a = ahead;
    part *p = filled_part(a);
    while (p->given == p->len && p->rc == W5_OK) {
        advance(a, &a->taken);
        p = filled_part(a);
    }
    a->seen = p->where;
    if (p->given == p->len) {
        if (p->rc < 0 && err)
            *err = p->err;
        return p->rc;
    }
    *got = p->len - p->given < room ? p->len - p->given : room;
    memcpy(out, p->bytes + p->given, *got);
    p->given += *got;
    return W5_OK;
}

uint64_t w5_ahead_where(const w5_ahead *a)
{
    return a->seen;
}

static void release(w5_ahead *a)
{
    for (size_t i = 0; i < PARTS; i++)
        free(a->part[i].bytes);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

w5_ahead *w5_ahead_new(w5_read read, void *from, const uint64_t *where)
{
    w5_ahead *a = w5_xmalloc(sizeof(*a));
    *a = (w5_ahead){.read = read, .from = from, .where = where, .seen = *where};
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    for (size_t i = 0; i < PARTS; i++)
        a->part[i].bytes = w5_xmalloc(SIZE);
    if (pthread_create(&a->thread, NULL, run, a) == 0)
        return a;
    release(a);
    return NULL;
}

void w5_ahead_free(w5_ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    release(a);
}
