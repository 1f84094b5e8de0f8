/* diagnose.c -- the door: a timeline and its incidents in, diagnoses out.
 *
 * Two passes: the first looks at every incident just long enough to name its cause, so that
 * incidents can be parted, joined and ordered; the second says everything about the worst
 * W5_INCIDENTS_MAX. */
#include "blind.h"
#include "caseload.h"
#include "evidence.h"
#include "fleet.h"
#include "ladders.h"
#include "pattern.h"
#include "remedies.h"
#include "settle.h"
#include "verdict.h"

/* What has been said about one incident, before its citations are settled. */
typedef struct speech {
    w5_judgement j;
    w5_bench bench;
    w5_drafts drafts;
    w5_open open[W5_TOLD_BYS];
    w5_claim ruled[W5_RULED_OUT_MAX], verdict;
    size_t opens, ruleds;
} speech;

static void speak(speech *s, const w5_known *k, const w5_incident *in, w5_arena *arena,
                  w5_arena *scratch)
{
    s->j = w5_judge(k, in, scratch);
    s->bench = (w5_bench){.k = k, .arena = arena};
    w5_remedies_draft(&s->j, scratch, &s->drafts);
    s->opens = w5_settle_find(&s->j, scratch, s->open);
    s->ruleds = w5_verdict_rule_out(&s->j, scratch, s->ruled);
    s->verdict = w5_verdict_of(&s->j, scratch);
}

static void gather_evidence(speech *s)
{
    w5_bench *b = &s->bench;
    w5_bench_judgement(b, &s->j);
    w5_bench_claim(b, &s->verdict);
    for (size_t i = 0; i < s->ruleds; i++)
        w5_bench_claim(b, &s->ruled[i]);
    for (size_t i = 0; i < s->drafts.n; i++) {
        w5_bench_claim(b, &s->drafts.at[i].why);
        w5_bench_claim(b, &s->drafts.at[i].risk);
    }
    for (size_t i = 0; i < s->opens; i++)
        w5_bench_claim(b, &s->open[i].why);
    w5_bench_seal(b);
}

/* ---- from claims to sentences ---- */

static w5_finding finding_of(const w5_bench *b, const w5_judgement *j, const w5_theory *t)
{
    return (w5_finding){.cause = t->cause,
                        .confidence = t->confidence,
                        .score = t->score,
                        .explains = w5_score_requests(j->c, t->explained),
                        .summary = w5_bench_cite(b, &t->summary),
                        .against = w5_bench_cite(b, &t->against)};
}

static const w5_finding *findings_of(const w5_bench *b, const w5_judgement *j, w5_theory *const *t,
                                     size_t n)
{
    w5_finding *all = W5_NEW_N(b->arena, w5_finding, n);
    for (size_t i = 0; i < n; i++)
        all[i] = finding_of(b, j, t[i]);
    return all;
}

static const w5_change *copy_changes(const w5_advice *a, w5_arena *arena)
{
    w5_change *all = W5_NEW_N(arena, w5_change, a->changes);
    for (size_t i = 0; i < a->changes; i++)
        all[i] = (w5_change){.file = w5_arena_str(arena, a->change[i].file),
                             .line = a->change[i].line,
                             .setting = w5_arena_str(arena, a->change[i].setting),
                             .now = w5_arena_str(arena, a->change[i].now),
                             .to = w5_arena_str(arena, a->change[i].to)};
    return all;
}

static const w5_str *copy_commands(const w5_advice *a, w5_arena *arena)
{
    w5_str *all = W5_NEW_N(arena, w5_str, a->commands);
    for (size_t i = 0; i < a->commands; i++)
        all[i] = w5_arena_str(arena, a->command[i]);
    return all;
}

static w5_advice copy_draft(const w5_bench *b, const w5_draft *d)
{
    w5_advice a = d->advice;
    a.change = copy_changes(&d->advice, b->arena);
    a.command = copy_commands(&d->advice, b->arena);
    a.verify = w5_arena_str(b->arena, a.verify);
    a.undo = w5_arena_str(b->arena, a.undo);
    a.why = w5_bench_cite(b, &d->why);
    a.risk = w5_bench_cite(b, &d->risk);
    return a;
}

static const w5_advice *advice_of(const w5_bench *b, const w5_drafts *drafts)
{
    w5_advice *all = W5_NEW_N(b->arena, w5_advice, drafts->n);
    for (size_t i = 0; i < drafts->n; i++)
        all[i] = copy_draft(b, &drafts->at[i]);
    return all;
}

static const w5_sentence *ruled_of(const speech *s)
{
    w5_sentence *all = W5_NEW_N(s->bench.arena, w5_sentence, s->ruleds);
    for (size_t i = 0; i < s->ruleds; i++)
        all[i] = w5_bench_cite(&s->bench, &s->ruled[i]);
    return all;
}

static const w5_settle *settles_of(const speech *s)
{
    w5_settle *all = W5_NEW_N(s->bench.arena, w5_settle, s->opens);
    for (size_t i = 0; i < s->opens; i++) {
        all[i] = s->open[i].settle;
        all[i].command = w5_arena_str(s->bench.arena, all[i].command);
        all[i].why = w5_bench_cite(&s->bench, &s->open[i].why);
    }
    return all;
}

static void write_down(w5_diagnosis *d, const speech *s)
{
    const w5_bench *b = &s->bench;
    d->cause = finding_of(b, &s->j, s->j.chosen);
    d->chain = findings_of(b, &s->j, s->j.chain, s->j.chains);
    d->chains = s->j.chains;
    d->alternative = findings_of(b, &s->j, s->j.alternative, s->j.alternatives);
    d->alternatives = s->j.alternatives;
    d->evidence = w5_bench_evidence(b, &d->evidences);
    d->ruled_out = ruled_of(s);
    d->ruled_outs = s->ruleds;
    d->advice = advice_of(b, &s->drafts);
    d->advices = s->drafts.n;
    d->settle = settles_of(s);
    d->settles = s->opens;
    d->verdict = w5_bench_cite(b, &s->verdict);
}

/* Which machines it was on is said behind the verdict. */
static void say_machines(const w5_known *k, w5_views *views, const w5_file *file, w5_diagnosis *d,
                         w5_arena *arena)
{
    w5_sentence *said = W5_NEW(arena, w5_sentence);
    d->fleet = w5_fleet_of(k, file, views);
    *said = w5_fleet_say(k, file, d->fleet, views, arena);
    if (said->words)
        d->verdict.then = said;
}

static w5_diagnosis *in_full(const w5_known *k, w5_views *views, const w5_file *file, speech *s,
                             w5_arena *arena, w5_arena *scratch)
{
    w5_mark mark = w5_arena_mark(scratch);
    w5_diagnosis *d = W5_NEW(arena, w5_diagnosis);
    d->incident = file->incident;
    d->severity = file->severity;
    speak(s, w5_views_of(views, file->incident), file->incident, arena, scratch);
    gather_evidence(s);
    write_down(d, s);
    say_machines(k, views, file, d, arena);
    d->pattern = w5_pattern_of(&s->j);
    d->over_by = w5_verdict_over_by(&s->j, arena);
    w5_arena_rewind(scratch, mark);
    return d;
}

static w5_diagnosis *in_brief(const w5_file *file, w5_arena *arena)
{
    w5_diagnosis *d = W5_NEW(arena, w5_diagnosis);
    d->incident = file->incident;
    d->severity = file->severity;
    d->cause = (w5_finding){.cause = file->cause,
                            .confidence = file->confidence,
                            .score = file->score,
                            .explains = file->explains};
    return d;
}

/* ---- background ---- */

typedef struct w5_background_finding background;

static background background_of(w5_views *views, const w5_known *k, const w5_background *what,
                                speech *s, w5_arena *arena, w5_arena *scratch)
{
    w5_mark mark = w5_arena_mark(scratch);
    w5_incident *in = w5_incident_make(k->t, what->cell, what->cells, scratch);
    speak(s, w5_views_of(views, in), in, arena, scratch);
    w5_bench_seal(&s->bench); /* empty: a background shows no lines, so its sentences cite none */
    background b = {.what = what,
                    .cause = finding_of(&s->bench, &s->j, s->j.chosen),
                    .advice = advice_of(&s->bench, &s->drafts),
                    .advices = s->drafts.n};
    w5_arena_rewind(scratch, mark);
    return b;
}

static bool muted(const w5_known *k, const w5_background *b)
{
    for (size_t i = 0; i < b->cells; i++)
        if (!w5_is_ignored(k, &k->t->cell[b->cell[i]]))
            return false;
    return b->cells > 0;
}

static void find_backgrounds(const w5_known *k, w5_views *views, w5_findings *f, speech *s,
                             w5_arena *arena, w5_arena *scratch)
{
    const w5_incidents *in = k->incidents;
    background *all = W5_NEW_N(arena, background, in->backgrounds);
    for (size_t i = 0; i < in->backgrounds; i++) {
        if (muted(k, &in->background[i]))
            f->ignored += in->background[i].count;
        else
            all[f->backgrounds++] = background_of(views, k, &in->background[i], s, arena, scratch);
    }
    f->background = all;
}

/* ---- the whole run ---- */

/* "No upstream errors" is an answer only where something was read. */
static const char *say_nothing(const w5_timeline *t)
{
    uint64_t lines = 0, strange = 0;
    for (size_t i = 0; i < t->streams; i++) {
        lines += t->stream[i]->lines;
        strange += t->stream[i]->not_understood;
    }
    if (lines == 0)
        return N_("No line was read.");
    return lines == strange ? N_("No line was understood.") : N_("No upstream errors.");
}

static w5_sentence overall(const w5_findings *f, const w5_timeline *t, w5_arena *arena)
{
    uint64_t scattered = 0;
    if (f->n && f->at[0]->verdict.words)
        return f->at[0]->verdict;
    for (size_t i = 0; i < f->backgrounds; i++)
        scattered += f->background[i].what->count;
    w5_claim claim = W5_SAY(say_nothing(t));
    if (scattered)
        claim = W5_SAY_COUNT(scattered,
                             W5_FORMS("No incident; %1$s scattered error in the background.",
                                      "No incident; %1$s scattered errors in the background."),
                             w5_say_number(arena, scattered));
    return w5_claim_keep(&claim, arena);
}

static w5_severity worst(const w5_findings *f)
{
    w5_severity status = f->backgrounds ? W5_SEVERITY_WARNING : W5_SEVERITY_OK;
    for (size_t i = 0; i < f->n; i++)
        if (f->at[i]->severity > status)
            status = f->at[i]->severity;
    return status;
}

static const w5_known *get_to_know(const w5_timeline *t, const w5_incidents *incidents,
                                   const w5_diagnose_options *options, w5_arena *arena)
{
    w5_known *k = w5_known_new(t, incidents, options, arena);
    k->lives = w5_lives_new(k);
    k->databases = w5_db_lives_new(k);
    return k;
}

static void tell_all(const w5_known *k, w5_views *views, const w5_caseload *load, w5_findings *f,
                     w5_arena *arena, w5_arena *scratch)
{
    speech *s = W5_NEW(scratch, speech);
    f->at = W5_NEW_N(arena, w5_diagnosis *, load->n);
    for (; f->n < load->n; f->n++)
        f->at[f->n] = f->n < W5_INCIDENTS_MAX ? in_full(k, views, &load->file[f->n], s, arena, scratch)
                                              : in_brief(&load->file[f->n], arena);
    f->folded = load->n > W5_INCIDENTS_MAX ? load->n - W5_INCIDENTS_MAX : 0;
    f->ignored = load->ignored;
    find_backgrounds(k, views, f, s, arena, scratch);
}

w5_findings *w5_diagnose(const w5_timeline *t, const w5_incidents *incidents,
                         const w5_diagnose_options *options, w5_arena *arena)
{
    static const w5_diagnose_options nothing;
    w5_findings *f = W5_NEW(arena, w5_findings);
    const w5_known *k = get_to_know(t, incidents, options ? options : &nothing, arena);
    w5_arena *scratch = w5_arena_new();
    w5_views *views = w5_views_new(k);
    w5_caseload load = w5_caseload_new(k, views, arena, scratch);
    tell_all(k, views, &load, f, arena, scratch);
    w5_views_free(views);
    w5_arena_free(scratch);
    f->timeouts = w5_ladder_timeouts(k, &f->timeout_rungs);
    f->keepalives = w5_ladder_keepalives(k, &f->keepalive_rungs);
    f->blind = w5_blind_spots(k, &f->blinds);
    f->setup = w5_setup_remarks(k, &f->setups);
    f->status = worst(f);
    f->verdict = overall(f, t, arena);
    return f;
}
