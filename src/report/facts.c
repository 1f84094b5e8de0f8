/* facts.c -- what is to be told of an incident, in words, whatever the report. */
#include "facts.h"

w5_str w5_fact_severity(const w5_show *show, w5_severity s)
{
    static const char *const words[] = {N_("ok"), N_("warning"), N_("error")};
    return w5_show_word(show, w5_str_of(words[s]));
}

w5_str w5_fact_where(const w5_show *show, const w5_incident *in)
{
    w5_str text = w5_show_safe(show, in->upstream);
    if (in->upstreams.n > 1)
        text = w5_arena_fmt(show->arena, "%.*s +%zu", W5_ARG(text), in->upstreams.n - 1);
    return text;
}

/* --- what failed ----------------------------------------------------------------------------- */
typedef struct paths { /* of one short code */
    w5_str path[3];
    uint64_t count[3];
    size_t n;
} paths;

static w5_str path_of(const w5_show *show, const w5_cell *cell)
{
    return w5_timeline_str(show->run->timeline, cell->path);
}

static uint64_t count_path(const w5_show *show, const w5_incident *in, w5_id code, w5_id path)
{
    uint64_t count = 0;
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &show->run->timeline->cell[in->cell[i]];
        if (cell->path == path && cell->code == code)
            count += cell->count;
    }
    return count;
}

static bool known_path(const paths *p, w5_str path)
{
    for (size_t i = 0; i < p->n; i++)
        if (w5_str_eq(p->path[i], path))
            return true;
    return false;
}

static void keep_path(paths *p, w5_str path, uint64_t count)
{
    size_t at = p->n < 3 ? p->n : 3;
    while (at > 0 && p->count[at - 1] < count)
        at--;
    if (at == 3)
        return;
    for (size_t i = p->n < 3 ? p->n : 2; i > at; i--) {
        p->path[i] = p->path[i - 1];
        p->count[i] = p->count[i - 1];
    }
    p->path[at] = path;
    p->count[at] = count;
    p->n += p->n < 3;
}

/* Of a code the three paths most hit. An incident has few paths; an attack has many, of which the
 * first hundred cells are asked. */
static paths paths_of(const w5_show *show, const w5_incident *in, w5_id code)
{
    paths p = {.n = 0};
    for (size_t i = 0, asked = 0; i < in->cells && asked < 100; i++) {
        const w5_cell *cell = &show->run->timeline->cell[in->cell[i]];
        w5_str path = path_of(show, cell);
        if (path.len == 0 || cell->code != code || known_path(&p, path))
            continue;
        keep_path(&p, path, count_path(show, in, code, cell->path));
        asked++;
    }
    return p;
}

static w5_str code_title(const w5_show *show, const w5_incident *in, w5_id code)
{
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &show->run->timeline->cell[in->cell[i]];
        const w5_class *klass = cell->code == code ? w5_show_class(show->run, cell) : NULL;
        if (klass)
            return w5_show_word(show, klass->title);
    }
    return W5_NONE;
}

w5_str w5_fact_code(const w5_show *show, const w5_incident *in, w5_str code)
{
    w5_id id = w5_intern_find(show->run->timeline->intern, code);
    paths p = paths_of(show, in, id);
    w5_str list = W5_NONE;
    for (size_t i = 0; i < p.n; i++) {
        w5_str path = w5_show_middle(show, w5_show_safe(show, p.path[i]), 32);
        list = w5_show_join(show, list, ", ",
                            w5_show_join(show, path, " ", w5_show_count(show, p.count[i])));
    }
    return w5_show_join(show, code_title(show, in, id), ": ", list);
}

w5_str w5_fact_kind(const w5_show *show, w5_str kind)
{
    const w5_class *klass = w5_catalogue_class(show->run->catalogue, kind);
    return klass ? w5_show_word(show, klass->title) : W5_NONE;
}

w5_str w5_fact_tallies(const w5_show *show, w5_tallies t, size_t top)
{
    w5_str text = W5_NONE;
    for (size_t i = 0; i < t.n && i < top; i++)
        text = w5_show_join(show, text, ", ",
                            W5_TELL(show, "%1$s x %2$s", w5_show_count(show, t.at[i].count),
                                    w5_show_safe(show, t.at[i].name)));
    return text;
}

w5_str w5_fact_requests(const w5_show *show, const w5_incident *in)
{
    w5_str text = W5_TELL_N(show, in->requests_failed, "%1$s request failed",
                            "%1$s requests failed", w5_show_count(show, in->requests_failed));
    if (in->statuses.n == 0)
        return text;
    return W5_TELL(show, "%1$s; clients saw %2$s", text, w5_fact_tallies(show, in->statuses, 8));
}

w5_str w5_fact_ending(const w5_show *show, const w5_incident *in)
{
    switch (in->over) {
    case W5_OVER_NO:
        return W5_TELL(show, "NOT over");
    case W5_OVER_YES:
        return W5_TELL(show, "over after %1$s", w5_show_span(show, in->end - in->start));
    default:
        return W5_TELL(show, "over or not: unknown");
    }
}

/* --- why ------------------------------------------------------------------------------------- */
w5_str w5_fact_stop(w5_str *text)
{
    static const w5_str stops[] = {W5_LIT("."), W5_LIT("\xe3\x80\x82")}; /* Japan's is a circle */
    for (size_t i = 0; i < 2; i++)
        if (w5_str_ends(*text, stops[i])) {
            text->len -= stops[i].len;
            return stops[i];
        }
    return W5_NONE;
}

w5_str w5_fact_sentence(const w5_show *show, const w5_diagnosis *d, const w5_sentence *s)
{
    w5_str text = w5_show_sentence(show, s);
    w5_str cites = text.len ? w5_show_cites(show, d, s) : W5_NONE;
    if (cites.len == 0)
        return text;
    w5_str stop = w5_fact_stop(&text);
    return w5_arena_fmt(show->arena, "%.*s%.*s%.*s", W5_ARG(text), W5_ARG(cites), W5_ARG(stop));
}

w5_str w5_fact_sentences(const w5_show *show, const w5_diagnosis *d, const w5_sentence *s, size_t n)
{
    w5_str text = W5_NONE, last = W5_NONE;
    for (size_t i = 0; i < n; i++) {
        w5_str cites = w5_show_cites(show, d, &s[i]);
        bool same = cites.len > 0 && w5_str_eq(cites, last);
        w5_str said = same ? w5_show_sentence(show, &s[i]) : w5_fact_sentence(show, d, &s[i]);
        if (i + 1 < n)
            w5_fact_stop(&said);
        text = w5_show_join(show, text, "; ", said);
        last = cites;
    }
    return text;
}

w5_str w5_fact_finding(const w5_show *show, const w5_diagnosis *d, const w5_finding *f)
{
    if (!f->cause || w5_str_eq(f->cause->id, W5_STR("unknown")))
        return w5_show_confidence(show, W5_UNKNOWN);
    return W5_TELL(show, "%1$s, explains %2$s of %3$s", w5_show_verdict(show, f),
                   w5_show_count(show, f->explains),
                   w5_show_count(show, d->incident->requests_failed));
}

w5_str w5_fact_evidence(const w5_show *show, const w5_evidence *ev)
{
    const w5_timeline *t = show->run->timeline;
    const w5_cell *cell = ev->cell;
    w5_str code = w5_timeline_str(t, cell->code);
    w5_str text = w5_show_line(show, cell);
    if (code.len) {
        w5_str path = w5_show_safe(show, w5_timeline_str(t, cell->path));
        w5_str method = w5_show_safe(show, w5_timeline_str(t, cell->method));
        text = w5_show_join(show, method, " ", path);
        text = w5_show_join(show, code, " ", text);
    }
    if (ev->count > 1)
        text = W5_TELL(show, "%1$s, %2$s times to line %3$s", text, w5_show_count(show, ev->count),
                       w5_arena_fmt(show->arena, "%ju", (uintmax_t)ev->last_line));
    if (ev->role == W5_AGAINST)
        text = W5_TELL(show, "AGAINST: %1$s", text);
    return text;
}

static bool cited(const w5_diagnosis *d, size_t i)
{
    for (size_t c = 0; c < d->cause.summary.cites; c++)
        if (d->cause.summary.cite[c] == i)
            return true;
    return false;
}

/* What to show when there is not room for all: what the cause's own sentence cites, then what
 * speaks for it, then the rest. */
static int weight(const w5_diagnosis *d, size_t i)
{
    if (cited(d, i))
        return 3;
    return d->evidence[i].role == W5_FOR ? 2 : d->evidence[i].role == W5_AGAINST ? 1 : 0;
}

size_t w5_fact_choose(const w5_diagnosis *d, size_t most, bool *chosen)
{
    size_t n = 0;
    for (int w = 3; w >= 0; w--)
        for (size_t i = 0; i < d->evidences && n < most; i++)
            if (weight(d, i) == w) {
                chosen[i] = true;
                n++;
            }
    return n;
}

/* Stamps carry their date where the lines are not all of one day. */
bool w5_fact_one_day(const w5_show *show, const w5_diagnosis *d, const bool *chosen)
{
    w5_str day = w5_show_date(show, d->incident->start);
    for (size_t i = 0; i < d->evidences; i++)
        if (chosen[i] && !w5_str_eq(day, w5_show_date(show, d->evidence[i].cell->at)))
            return false;
    return true;
}

w5_str w5_fact_background(const w5_show *show, const struct w5_background_finding *b)
{
    return W5_TELL_N(show, b->what->count, "%1$s x %2$s on %3$s, %4$s: %5$s.",
                     "%1$s x %2$s on %3$s, never many at once, %4$s: %5$s.",
                     w5_show_count(show, b->what->count), b->what->klass,
                     w5_show_safe(show, b->what->upstream),
                     w5_show_between(show, b->what->first, b->what->last),
                     w5_show_verdict(show, &b->cause));
}

w5_str w5_fact_rung_place(const w5_show *show, const w5_rung *r)
{
    w5_str place = w5_show_safe(show, r->file);
    return place.len && r->line ? w5_arena_fmt(show->arena, "%.*s:%u", W5_ARG(place), r->line)
                                : place;
}

w5_str w5_fact_rung(const w5_show *show, const w5_rung *r)
{
    bool known = r->value != W5_TIME_NONE;
    w5_str value = known ? w5_show_seconds(show, r->value) : W5_TELL(show, "not known");
    return w5_show_join(show, value, "  ", w5_fact_rung_place(show, r));
}

/* --- what to do first ------------------------------------------------------------------------ */
static const w5_advice *first_advised(const w5_diagnosis *d)
{
    for (size_t i = 0; i < d->advices; i++)
        if (d->advice[i].state == W5_ADVISED)
            return &d->advice[i];
    return NULL;
}

/* A headline has room for one setting, not for a programme. */
static bool fits(const w5_advice *a)
{
    const w5_change *c = a->change;
    return a->changes == 1 && w5_out_width(c->setting) + w5_out_width(c->now) + w5_out_width(c->to) <= 40;
}

w5_str w5_fact_first(const w5_show *show, const w5_diagnosis *d)
{
    const w5_advice *a = first_advised(d);
    if (!a)
        return W5_NONE;
    w5_str title = w5_show_word(show, a->remedy->title);
    if (!fits(a))
        return W5_TELL(show, "Do first: %1$s.", title);
    w5_change setting = a->change[0];
    setting.file = W5_NONE;
    setting.line = 0;
    return W5_TELL(show, "Do first: %1$s (%2$s).", title,
                   w5_str_trim(w5_show_change(show, a->remedy, &setting, 0)));
}
