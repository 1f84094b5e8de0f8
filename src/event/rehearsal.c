/* rehearsal.c -- what every pattern makes of a log (`why502 catalogue test`). */
#include <why502/event.h>

#include <stdlib.h>

enum {
    STRANGERS = 5,
    LINE_MAX_BYTES = 1 << 20
};

typedef struct stranger { /* understood by a format, known to no pattern */
    w5_str format, text;
    uint64_t count;
} stranger;

struct w5_rehearsal {
    const w5_catalogue *catalogue;
    w5_classifier *classifier;
    w5_records *records;
    w5_arena *arena;
    uint64_t *count;   /* by w5_pattern.index */
    w5_time *duration; /* likewise: of the look-ups that ended there */
    uint64_t access, unmatched, seen;
    w5_time spent; /* in classification, of the monotonic clock */
    stranger stranger[STRANGERS];
    size_t strangers;
    char *held; /* the beginning of a line whose end has not come */
    size_t held_len;
    uint64_t offset;
};

w5_rehearsal *w5_rehearsal_new(const w5_catalogue *c)
{
    const w5_pattern *const *patterns;
    w5_arena *arena = w5_arena_new();
    w5_rehearsal *t = W5_NEW(arena, w5_rehearsal);
    w5_record_options options = {.all_fields = true};
    w5_err err;
    if (w5_declared_read(c, arena, &options.declared, &options.declared_n, &err) < 0)
        options.declared_n = 0;
    t->catalogue = c;
    t->arena = arena;
    t->classifier = w5_classifier_new(c);
    t->records = w5_records_new(&options);
    size_t n = w5_catalogue_patterns(c, &patterns);
    t->count = W5_NEW_N(arena, uint64_t, n + 1);
    t->duration = W5_NEW_N(arena, w5_time, n + 1);
    w5_records_begin(t->records, 0, W5_STR("-"), W5_STR(""), W5_TIME_NONE);
    return t;
}

void w5_rehearsal_free(w5_rehearsal *t)
{
    if (t == NULL)
        return;
    w5_classifier_free(t->classifier);
    w5_records_free(t->records);
    free(t->held);
    w5_arena_free(t->arena);
}

static void note_stranger(w5_rehearsal *t, const w5_record *r)
{
    w5_str text = w5_str_head(r->text, 200);
    for (size_t i = 0; i < t->strangers; i++)
        if (w5_str_eq(t->stranger[i].format, r->format->id)) {
            t->stranger[i].count++;
            return;
        }
    if (t->strangers < STRANGERS)
        t->stranger[t->strangers++] = (stranger){r->format->id, w5_arena_str(t->arena, text), 1};
}

static void count(w5_rehearsal *t, const w5_event *event, w5_time duration)
{
    t->seen++;
    t->spent += duration;
    if (event->pattern != NULL && event->pattern->stanza != NULL) {
        t->count[event->pattern->index]++;
        t->duration[event->pattern->index] += duration;
    } else if (event->klass != NULL) {
        t->access++;
    } else {
        t->unmatched++;
        note_stranger(t, event->record);
    }
}

static void drain(w5_rehearsal *t)
{
    w5_record record;
    w5_event event;
    while (w5_records_take(t->records, &record) == W5_OK) {
        w5_time from = w5_monotonic();
        w5_event_classify(t->classifier, &record, &event);
        count(t, &event, w5_monotonic() - from);
    }
}

static void put_block(w5_rehearsal *t, w5_str bytes)
{
    w5_records_put(t->records, bytes, t->offset, false);
    t->offset += bytes.len;
    drain(t);
}

static void hold(w5_rehearsal *t, w5_str bytes)
{
    t->held = w5_xrealloc(t->held, t->held_len + bytes.len + 1, 1);
    if (bytes.len > 0)
        memcpy(t->held + t->held_len, bytes.ptr, bytes.len);
    t->held_len += bytes.len;
}

void w5_rehearsal_put(w5_rehearsal *t, w5_str bytes)
{
    size_t end;
    if (!w5_str_rfind_char(bytes, '\n', &end)) {
        if (t->held_len < LINE_MAX_BYTES) /* what is longer is lost: no line of interest is */
            hold(t, bytes);
        return;
    }
    hold(t, w5_str_head(bytes, end + 1));
    put_block(t, (w5_str){t->held, t->held_len});
    t->held_len = 0;
    hold(t, w5_str_skip(bytes, end + 1));
}

static void finish(w5_rehearsal *t)
{
    if (t->held_len > 0) {
        hold(t, W5_STR("\n"));
        put_block(t, (w5_str){t->held, t->held_len});
        t->held_len = 0;
    }
    w5_records_tick(t->records);
    drain(t);
}

static void put_place(w5_out *out, const w5_stanza *s)
{
    w5_out_lit(out, "  ");
    w5_out_text(out, W5_TTY, s->file);
    w5_out_fmt(out, ":%u", s->line);
}

static void write_counts(const w5_rehearsal *t, w5_out *out)
{
    const w5_pattern *const *patterns;
    size_t n = w5_catalogue_patterns(t->catalogue, &patterns);
    for (size_t i = 0; i < n; i++) {
        const w5_pattern *p = patterns[i];
        bool own = !w5_catalogue_is_builtin(t->catalogue, p->stanza);
        if (t->count[i] == 0 && !own)
            continue;
        w5_str what = p->klass == NULL ? W5_STR("-") : p->klass->id;
        w5_out_fmt(out, "%10llu  %-36.*s %-24.*s", (unsigned long long)t->count[i], W5_ARG(p->id),
                   W5_ARG(what));
        if (t->count[i] > 0)
            w5_out_fmt(out, " %7.0f ns", 1000.0 * (double)t->duration[i] / (double)t->count[i]);
        if (own)
            put_place(out, p->stanza);
        w5_out_lit(out, "\n");
    }
    if (t->access > 0)
        w5_out_fmt(out, "%10llu  %-36s access\n", (unsigned long long)t->access, "(access log)");
}

static void write_strangers(const w5_rehearsal *t, w5_out *out)
{
    uint64_t unknown = 0;
    for (size_t i = 0; i < w5_records_streams(t->records); i++)
        unknown += w5_records_stream(t->records, i)->not_understood;
    w5_out_fmt(out, "%10llu  records known to no pattern\n", (unsigned long long)t->unmatched);
    for (size_t i = 0; i < t->strangers; i++) {
        w5_out_fmt(out, "%10llu  of %.*s, the first: ", (unsigned long long)t->stranger[i].count,
                   W5_ARG(t->stranger[i].format));
        w5_out_text(out, W5_TTY, t->stranger[i].text);
        w5_out_lit(out, "\n");
    }
    w5_out_fmt(out, "%10llu  lines of no known format\n", (unsigned long long)unknown);
}

static void write_limits(const w5_rehearsal *t, w5_out *out)
{
    const w5_pattern *const *patterns;
    size_t n = w5_catalogue_patterns(t->catalogue, &patterns);
    w5_out_fmt(out, "%10llu  expressions given up at their limits\n",
               (unsigned long long)w5_classifier_limits(t->classifier));
    for (size_t i = 0; i < n; i++) {
        uint64_t times = w5_classifier_given_up(t->classifier, patterns[i]);
        if (times == 0)
            continue;
        w5_out_fmt(out, "%10llu  of %.*s", (unsigned long long)times, W5_ARG(patterns[i]->id));
        put_place(out, patterns[i]->stanza);
        w5_out_lit(out, "\n");
    }
}

void w5_rehearsal_write(w5_rehearsal *t, w5_out *out)
{
    finish(t);
    write_counts(t, out);
    write_strangers(t, out);
    write_limits(t, out);
    if (t->seen > 0)
        w5_out_fmt(out, "%10.0f  nanoseconds a record\n",
                   1000.0 * (double)t->spent / (double)t->seen);
}
