#include "told.h"

#include <stdlib.h>
#include <string.h>

#define WORSE 3 /* times what was last told */

told *told_add(told_list *list)
{
    if (list->n == list->room) {
        list->room = list->room ? 2 * list->room : 16;
        list->at = w5_xrealloc(list->at, list->room, sizeof(*list->at));
    }
    list->at[list->n] = (told){.start = W5_TIME_NONE, .end = W5_TIME_NONE};
    return &list->at[list->n++];
}

void told_copy(told_list *to, const told_list *from)
{
    for (size_t i = 0; i < from->n; i++)
        *told_add(to) = from->at[i];
}

void told_done(told_list *list)
{
    free(list->at);
    *list = (told_list){0};
}

static void keep(char *to, size_t size, w5_str text)
{
    size_t n = text.len < size - 1 ? text.len : size - 1;
    memcpy(to, text.ptr, n);
    to[n] = '\0';
}

static w5_str cause_of(const w5_diagnosis *d)
{
    return d->cause.cause ? d->cause.cause->id : W5_STR("unknown");
}

static uint64_t count_of(const w5_incident *in)
{
    return in->errors > in->requests_failed ? in->errors : in->requests_failed;
}

static told *by_id(told_list *list, const char *id)
{
    for (size_t i = list->n; i > 0; i--)
        if (strcmp(list->at[i - 1].id, id) == 0)
            return &list->at[i - 1];
    return NULL;
}

/* A late line may move the beginning of an incident, and with it the id: it is the same one when
 * it stands where one was that nobody claims any more. */
static told *by_place(told_list *list, const w5_incident *in)
{
    for (size_t i = 0; i < list->n; i++) {
        told *t = &list->at[i];
        if (!t->seen && w5_str_eq(w5_str_of(t->upstream), in->upstream) && t->start <= in->end &&
            in->start <= t->end)
            return t;
    }
    return NULL;
}

static void remember(told *t, const w5_diagnosis *d)
{
    keep(t->id, sizeof(t->id), w5_str_of(d->incident->id));
    keep(t->upstream, sizeof(t->upstream), d->incident->upstream);
    t->start = d->incident->start;
    t->end = d->incident->end;
    t->seen = true;
}

static void remember_words(told *t, const w5_diagnosis *d)
{
    keep(t->cause, sizeof(t->cause), cause_of(d));
    t->confidence = (int)d->cause.confidence;
    t->count = count_of(d->incident);
}

static bool is_clearer(const told *t, const w5_diagnosis *d)
{
    w5_str cause = cause_of(d);
    if (w5_str_eq(cause, W5_STR("unknown")))
        return false;
    return !w5_str_eq(w5_str_of(t->cause), cause) || (int)d->cause.confidence > t->confidence;
}

static void consider(told_list *list, const w5_diagnosis *d, tell_news tell, void *context)
{
    const w5_incident *in = d->incident;
    told *t = by_id(list, in->id);
    const char *what = NULL;
    if (!t)
        t = by_place(list, in);
    if (!t) {
        t = told_add(list);
        what = "opened";
    } else if (is_clearer(t, d)) {
        what = "cause";
    } else if (count_of(in) >= WORSE * t->count && count_of(in) > 0) {
        what = "worse";
    }
    remember(t, d);
    if (what) {
        remember_words(t, d);
        tell(context, what, d);
    }
    if (in->over == W5_OVER_YES && !t->over)
        tell(context, "over", d);
    t->over = in->over == W5_OVER_YES;
}

static int by_start(const void *a, const void *b)
{
    const w5_incident *one = (*(w5_diagnosis *const *)a)->incident;
    const w5_incident *two = (*(w5_diagnosis *const *)b)->incident;
    return one->start != two->start ? (one->start > two->start) - (one->start < two->start)
                                    : strcmp(one->id, two->id);
}

void told_news(told_list *list, const w5_findings *f, tell_news tell, void *context)
{
    w5_diagnosis **order = w5_xmalloc((f->n + 1) * sizeof(*order));
    memcpy(order, f->at, f->n * sizeof(*order));
    qsort(order, f->n, sizeof(*order), by_start);
    for (size_t i = 0; i < list->n; i++)
        list->at[i].seen = false;
    for (size_t i = 0; i < f->n; i++) {
        told *t = by_id(list, order[i]->incident->id);
        if (t)
            t->seen = true;
    }
    for (size_t i = 0; i < f->n; i++)
        consider(list, order[i], tell, context);
    free(order);
}

void told_forget(told_list *list, w5_time before)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].seen || list->at[i].end >= before)
            list->at[kept++] = list->at[i];
    list->n = kept;
}

w5_time told_due(const told_list *list, w5_time gap)
{
    w5_time due = W5_TIME_MAX;
    for (size_t i = 0; i < list->n; i++)
        if (!list->at[i].over && list->at[i].seen && list->at[i].end + gap < due)
            due = list->at[i].end + gap;
    return due;
}
