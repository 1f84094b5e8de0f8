/* explain.c -- what is this line? For a person who pasted it. */
#include <why502/event.h>

#include "read.h"

typedef struct keeping {
    w5_arena *arena;
    w5_event *best;
    bool found;
} keeping;

/* The records borrow from the stage that read them: everything a page may show is copied. */
static w5_record *copy_record(const w5_record *from, w5_arena *arena)
{
    w5_record *r = W5_NEW(arena, w5_record);
    *r = *from;
    r->stream = NULL;
    r->text = w5_arena_str(arena, from->text);
    r->message = w5_arena_str(arena, from->message);
    r->host = w5_arena_str(arena, from->host);
    for (int f = 0; f < W5_FIELDS; f++)
        if (from->have >> f & 1)
            r->field[f] = w5_arena_str(arena, from->field[f]);
    return r;
}

/* Of several records the first with a class counts, else the first. */
static void keep(void *ctx, const w5_event *event)
{
    keeping *k = ctx;
    if (k->found && (k->best->klass != NULL || event->klass == NULL))
        return;
    k->found = true;
    *k->best = *event;
    k->best->record = copy_record(event->record, k->arena);
    k->best->code = w5_arena_str(k->arena, event->code);
}

w5_rc w5_event_explain_line(const w5_catalogue *c, w5_str line, w5_arena *arena, w5_event *event)
{
    w5_event best;
    keeping k = {.arena = arena, .best = &best};
    w5_classifier *classifier = w5_classifier_new(c);
    w5_read_text(classifier, line, W5_STR(""), keep, &k);
    w5_classifier_free(classifier);
    if (!k.found)
        return W5_MISS;
    *event = best;
    return W5_OK;
}
