/* report_json.c -- schema why502/1 (spec §6.2): new fields may be added, none removed or changed.
 */
#include "common.h"
#include "compare.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned digits_of(w5_time at)
{
    return at % W5_SECOND ? 6 : 0;
}

static const char *over_word(w5_over over)
{
    return over == W5_OVER_UNKNOWN ? "null" : over == W5_OVER_YES ? "true" : "false";
}

static w5_str line_source(const w5_run *run, const w5_cell *cell)
{
    return cell->stream < run->streams ? run->stream[cell->stream]->name : W5_NONE;
}

static void put_cause(w5_out *out, const w5_finding *f, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "id", f->cause ? f->cause->id : W5_STR("unknown"));
    w5_member_own(out, &first, "title", f->cause ? f->cause->title : W5_NONE);
    w5_member_own(out, &first, "confidence", w5_confidence_word[f->confidence]);
    w5_member_key(out, &first, "score");
    w5_out_fmt(out, "%.2f", f->score);
    w5_member_num(out, &first, "explains", f->explains);
    w5_member_sentence(out, &first, "summary", &f->summary, view);
    if (f->against.words)
        w5_member_sentence(out, &first, "against", &f->against, view);
    w5_out_lit(out, "}");
}

static void put_alternative(w5_out *out, const w5_finding *f, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "id", f->cause->id);
    w5_member_own(out, &first, "confidence", w5_confidence_word[f->confidence]);
    w5_member_key(out, &first, "score");
    w5_out_fmt(out, "%.2f", f->score);
    w5_member_sentence(out, &first, "against", &f->against, view);
    w5_out_lit(out, "}");
}

static void put_link(w5_out *out, const w5_finding *f)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "id", f->cause->id);
    w5_member_own(out, &first, "confidence", w5_confidence_word[f->confidence]);
    w5_member_num(out, &first, "explains", f->explains);
    w5_out_lit(out, "}");
}

static void put_evidence(w5_out *out, const w5_evidence *ev, const w5_run *run, const w5_view *view)
{
    const w5_cell *cell = ev->cell;
    const w5_intern *words = run->timeline->intern;
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(run->catalogue, &all);
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_time(out, &first, "time", cell->at, cell->digits);
    w5_member_precision(out, &first, cell->digits);
    w5_str host = w5_cell_host(run->timeline, cell);
    w5_member_str(out, &first, "host", host.len ? host : run->host, view);
    w5_member_str(out, &first, "source", line_source(run, cell), view);
    w5_member_num(out, &first, "line", cell->line);
    w5_member_num(out, &first, "last_line", ev->last_line);
    w5_member_num(out, &first, "count", ev->count);
    w5_str kind = W5_STR("other");
    for (size_t i = 0; i < n; i++)
        if (all[i]->index == cell->klass)
            kind = all[i]->id;
    w5_member_own(out, &first, "kind", kind);
    w5_member_own(out, &first, "code", w5_intern_str(words, cell->code));
    w5_member_own(out, &first, "role", w5_role_word[ev->role]);
    w5_member_str(out, &first, "text", w5_intern_str(words, cell->text), view);
    if (ev->note.words)
        w5_member_sentence(out, &first, "note", &ev->note, view);
    w5_out_lit(out, "}");
}

static void put_change(w5_out *out, const w5_change *c, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_str(out, &first, "file", c->file, view);
    if (c->line)
        w5_member_num(out, &first, "line", c->line);
    else
        w5_member_null(out, &first, "line");
    w5_member_str(out, &first, "setting", c->setting, view);
    if (c->now.len)
        w5_member_str(out, &first, "now", c->now, view);
    else
        w5_member_null(out, &first, "now");
    w5_member_str(out, &first, "to", c->to, view);
    w5_out_lit(out, "}");
}

static void own_or_null(w5_out *out, bool *first, const char *key, w5_str value)
{
    if (value.len)
        w5_member_own(out, first, key, value);
    else
        w5_member_null(out, first, key);
}

static void put_advice(w5_out *out, const w5_advice *a, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "id", a->remedy->id);
    w5_member_num(out, &first, "rank", a->rank);
    w5_member_own(out, &first, "title", a->remedy->title);
    own_or_null(out, &first, "documents_rank", a->remedy->rank);
    own_or_null(out, &first, "grade", a->remedy->grade);
    w5_member_own(out, &first, "state", w5_advice_word[a->state]);
    w5_member_sentence(out, &first, "why", &a->why, view);
    w5_member_key(out, &first, "change");
    w5_out_lit(out, "[");
    for (size_t i = 0; i < a->changes; i++) {
        w5_out_lit(out, i ? "," : "");
        put_change(out, &a->change[i], view);
    }
    w5_out_lit(out, "]");
    w5_member_key(out, &first, "commands");
    w5_out_lit(out, "[");
    for (size_t i = 0; i < a->commands; i++) {
        w5_out_lit(out, i ? ",\"" : "\"");
        w5_show_foreign(out, W5_JSON, a->command[i], view);
        w5_out_lit(out, "\"");
    }
    w5_out_lit(out, "]");
    w5_member_str(out, &first, "verify", a->verify, view);
    w5_member_str(out, &first, "undo", a->undo, view);
    w5_member_sentence(out, &first, "risk", &a->risk, view);
    w5_out_lit(out, "}");
}

static void put_settle(w5_out *out, const w5_settle *s, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "source", s->source);
    w5_member_sentence(out, &first, "why", &s->why, view);
    w5_member_str(out, &first, "command", s->command, view);
    w5_out_lit(out, "}");
}

/* A list "key":[…] of n things, each put by a line of code. */
#define JSON_LIST(out, first, key, n, put)                                                         \
    do {                                                                                           \
        w5_member_key(out, first, key);                                                            \
        w5_out_lit(out, "[");                                                                      \
        for (size_t i = 0; i < (n); i++) {                                                         \
            w5_out_lit(out, i ? "," : "");                                                         \
            put;                                                                                   \
        }                                                                                          \
        w5_out_lit(out, "]");                                                                      \
    } while (0)

static void put_note(w5_out *out, const w5_note *note, const w5_view *view)
{
    w5_sentence said = w5_show_note(note);
    w5_sentence_json(out, &said, view);
}

static void put_name(w5_out *out, w5_str name, const w5_view *view)
{
    w5_out_lit(out, "\"");
    w5_show_foreign(out, W5_JSON, name, view);
    w5_out_lit(out, "\"");
}

static void put_request(w5_out *out, const w5_request_tally *r, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_str(out, &first, "method", r->method, view);
    w5_member_str(out, &first, "path", r->path, view);
    w5_member_num(out, &first, "count", r->count);
    w5_out_lit(out, "}");
}

static void put_head(w5_out *out, bool *first, const w5_diagnosis *d, const w5_view *view)
{
    const w5_incident *in = d->incident;
    w5_member_own(out, first, "id", w5_str_of(in->id));
    w5_member_own(out, first, "severity", w5_severity_word[d->severity]);
    w5_member_time(out, first, "start", in->start, digits_of(in->start));
    w5_member_time(out, first, "end", in->end, digits_of(in->end));
    w5_member_key(out, first, "over");
    w5_out_lit(out, over_word(in->over));
    own_or_null(out, first, "over_by", d->over_by);
    if (in->upstream.len)
        w5_member_str(out, first, "upstream", in->upstream, view);
    else
        w5_member_null(out, first, "upstream");
}

/* `host`: whose logs they are when no line tells. */
static void put_counts(w5_out *out, bool *first, const w5_diagnosis *d, w5_str host,
                       const w5_view *view)
{
    const w5_incident *in = d->incident;
    JSON_LIST(out, first, "upstreams", in->upstreams.n,
              put_name(out, in->upstreams.at[i].name, view));
    own_or_null(out, first, "pattern", d->pattern);
    w5_member_tallies(out, first, "classes", in->classes, view);
    w5_member_tallies(out, first, "codes", in->codes, view);
    w5_member_tallies(out, first, "kinds", in->kinds, view);
    w5_member_tallies(out, first, "statuses", in->statuses, view);
    w5_member_num(out, first, "errors", in->errors);
    w5_member_num(out, first, "requests_failed", in->requests_failed);
    JSON_LIST(out, first, "requests", in->requests, put_request(out, &in->request[i], view));
    JSON_LIST(out, first, "servers", in->servers.n, put_name(out, in->servers.at[i].name, view));
    JSON_LIST(out, first, "hosts", in->hosts ? in->hosts : 1,
              put_name(out, in->hosts ? in->host[i] : host, view));
    own_or_null(out, first, "fleet", w5_fleet_word[d->fleet]);
}

static void put_judgement(w5_out *out, bool *first, const w5_diagnosis *d, const w5_run *run,
                          const w5_view *view)
{
    w5_member_sentence(out, first, "verdict", &d->verdict, view);
    JSON_LIST(out, first, "chain", d->chains, put_link(out, &d->chain[i]));
    JSON_LIST(out, first, "alternatives", d->alternatives,
              put_alternative(out, &d->alternative[i], view));
    JSON_LIST(out, first, "evidence", d->evidences, put_evidence(out, &d->evidence[i], run, view));
    JSON_LIST(out, first, "ruled_out", d->ruled_outs,
              w5_sentence_json(out, &d->ruled_out[i], view));
    JSON_LIST(out, first, "remedies", d->advices, put_advice(out, &d->advice[i], view));
    JSON_LIST(out, first, "would_settle", d->settles, put_settle(out, &d->settle[i], view));
}

void w5_json_incident(w5_out *out, const w5_diagnosis *d, const w5_run *run, const w5_view *view,
                      const char *change, bool brief)
{
    bool first = true;
    w5_out_lit(out, "{");
    put_head(out, &first, d, view);
    if (brief)
        w5_member_tallies(out, &first, "classes", d->incident->classes, view);
    else
        put_counts(out, &first, d, run->host, view);
    w5_member_key(out, &first, "cause");
    put_cause(out, &d->cause, view);
    if (!brief)
        put_judgement(out, &first, d, run, view);
    if (change)
        w5_member_own(out, &first, "change", w5_str_of(change));
    w5_out_lit(out, "}");
}

/* The zone that stamps without one were read in; stamps that carry theirs need none. */
static void put_zone(w5_out *out, bool *first, const w5_stream *s)
{
    char zone[16];
    int offset = s->zoned ? 0 : w5_zone_offset(&s->zone, w5_stream_utc(s, s->last));
    snprintf(zone, sizeof(zone), "%c%02d:%02d", offset < 0 ? '-' : '+', abs(offset) / 3600,
             abs(offset) / 60 % 60);
    w5_member_own(out, first, "timezone", w5_str_of(zone));
    w5_member_own(out, first, "timezone_from", w5_zone_from_word[s->zone_from]);
    w5_member_key(out, first, "shift_s");
    w5_out_fmt(out, "%d", offset);
}

static void put_source(w5_out *out, const w5_stream *s, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_str(out, &first, "name", s->name, view);
    own_or_null(out, &first, "format", s->format ? s->format->id : W5_NONE);
    w5_member_num(out, &first, "lines", s->lines);
    w5_member_num(out, &first, "understood", s->understood);
    w5_member_num(out, &first, "not_understood", s->not_understood);
    w5_member_num(out, &first, "cut", s->cut);
    w5_member_num(out, &first, "forged", s->forged);
    w5_member_num(out, &first, "events", s->events);
    w5_member_time(out, &first, "first", w5_stream_utc(s, s->first), digits_of(s->first));
    w5_member_time(out, &first, "last", w5_stream_utc(s, s->last), digits_of(s->last));
    put_zone(out, &first, s);
    w5_member_null(out, &first, "error");
    w5_out_lit(out, "}");
}

static void put_trouble(w5_out *out, const w5_run_source *s, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_str(out, &first, "name", s->name, view);
    own_or_null(out, &first, "format", s->format);
    w5_member_num(out, &first, "lines", 0);
    w5_member_num(out, &first, "understood", 0);
    w5_member_num(out, &first, "not_understood", 0);
    w5_member_num(out, &first, "cut", 0);
    w5_member_num(out, &first, "forged", 0);
    w5_member_num(out, &first, "events", 0);
    w5_member_null(out, &first, "first");
    w5_member_null(out, &first, "last");
    w5_member_null(out, &first, "timezone");
    w5_member_null(out, &first, "timezone_from");
    w5_member_num(out, &first, "shift_s", 0);
    w5_member_str(out, &first, "error",
                  s->error.len ? s->error : W5_STR("the same log as another source"), view);
    w5_out_lit(out, "}");
}

static bool has_stream(const w5_run *run, w5_str name)
{
    for (size_t i = 0; i < run->streams; i++)
        if (w5_str_eq(run->stream[i]->name, name))
            return true;
    return false;
}

static void put_sources(w5_out *out, bool *first, const w5_run *run, const w5_view *view)
{
    w5_member_key(out, first, "sources");
    w5_out_lit(out, "[");
    for (size_t i = 0; i < run->streams; i++) {
        w5_out_lit(out, i ? "," : "");
        put_source(out, run->stream[i], view);
    }
    bool comma = run->streams > 0;
    for (size_t i = 0; i < run->troubles; i++) {
        if (has_stream(run, run->trouble[i].name))
            continue;
        w5_out_lit(out, comma ? "," : "");
        put_trouble(out, &run->trouble[i], view);
        comma = true;
    }
    w5_out_lit(out, "]");
}

/* Lines by class of one family, over the whole run. */
static void put_family(w5_out *out, bool *first, const char *key, w5_family family,
                       const w5_run *run)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(run->catalogue, &all);
    bool none = true;
    w5_member_key(out, first, key);
    w5_out_lit(out, "{");
    for (size_t i = 0; i < n; i++) {
        const w5_timeline *t = run->timeline;
        uint64_t count = all[i]->index < t->classes ? t->by_class[all[i]->index] : 0;
        if (all[i]->family != family || !count)
            continue;
        w5_out_fmt(out, "%s\"%.*s\":%ju", none ? "" : ",", W5_ARG(all[i]->id), (uintmax_t)count);
        none = false;
    }
    w5_out_lit(out, "}");
}

static void put_background(w5_out *out, const struct w5_background_finding *b, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "class", b->what->klass);
    w5_member_str(out, &first, "upstream", b->what->upstream, view);
    w5_member_num(out, &first, "count", b->what->count);
    w5_member_time(out, &first, "first", b->what->first, digits_of(b->what->first));
    w5_member_time(out, &first, "last", b->what->last, digits_of(b->what->last));
    w5_member_key(out, &first, "cause");
    put_cause(out, &b->cause, view);
    JSON_LIST(out, &first, "remedies", b->advices, put_advice(out, &b->advice[i], view));
    w5_out_lit(out, "}");
}

static void put_rung(w5_out *out, const w5_rung *r, const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "name", r->name);
    if (r->value == W5_TIME_NONE) {
        w5_member_null(out, &first, "seconds");
    } else {
        w5_member_key(out, &first, "seconds");
        w5_out_fmt(out, "%.3f", (double)r->value / (double)W5_SECOND);
    }
    w5_member_str(out, &first, "file", r->file, view);
    w5_member_num(out, &first, "line", r->line);
    w5_member_bool(out, &first, "wrong", r->wrong);
    w5_out_lit(out, "}");
}

static void put_run_head(w5_out *out, bool *first, const w5_run *run, const w5_view *view)
{
    w5_member_own(out, first, "schema", W5_STR("why502/1"));
    w5_member_own(out, first, "version", W5_STR(W5_VERSION));
    w5_member_time(out, first, "generated_at", run->generated_at - run->generated_at % W5_SECOND,
                   0);
    w5_member_key(out, first, "window");
    bool inner = true;
    w5_out_lit(out, "{");
    w5_member_time(out, &inner, "start", run->window_start, digits_of(run->window_start));
    w5_member_time(out, &inner, "end", run->window_end, digits_of(run->window_end));
    w5_out_lit(out, "}");
    w5_member_own(out, first, "sandbox", run->sandbox);
    w5_member_str(out, first, "host", run->host, view);
    w5_member_own(out, first, "status", w5_severity_word[run->findings->status]);
    w5_member_sentence(out, first, "verdict", &run->findings->verdict, view);
    w5_member_num(out, first, "lines", run->lines);
    w5_member_num(out, first, "bytes", run->bytes);
    w5_member_num(out, first, "outside_window", run->outside_window);
    w5_member_num(out, first, "upstream_errors", run->timeline->upstream_errors);
    w5_member_num(out, first, "forged", run->totals.forged);
}

static void put_incidents(w5_out *out, bool *first, const w5_run *run, const w5_view *view)
{
    const w5_findings *f = run->findings;
    w5_member_key(out, first, "incidents");
    w5_out_lit(out, "[");
    for (size_t i = 0; i < f->n; i++) {
        w5_out_lit(out, i ? "," : "");
        w5_json_incident(out, f->at[i], run, view, run->change ? run->change[i] : NULL,
                         i >= W5_INCIDENTS_MAX);
    }
    w5_out_lit(out, "]");
    w5_member_num(out, first, "incidents_folded", f->folded);
}

static void put_trend(w5_out *out, bool *first, const w5_trend *t)
{
    bool inner = true;
    if (t->days == 0)
        return;
    w5_member_key(out, first, "trend");
    w5_out_lit(out, "{");
    w5_member_num(out, &inner, "today", t->today);
    w5_member_num(out, &inner, "days", t->days);
    w5_member_num(out, &inner, "before", t->before);
    w5_out_lit(out, "}");
}

void w5_json_run(w5_out *out, const w5_run *run, const w5_view *view)
{
    const w5_findings *f = run->findings;
    bool first = true;
    w5_out_lit(out, "{");
    put_run_head(out, &first, run, view);
    put_trend(out, &first, &run->trend);
    put_sources(out, &first, run, view);
    put_family(out, &first, "classes", W5_UPSTREAM, run);
    w5_member_tallies(out, &first, "codes", run->timeline->codes, view);
    put_family(out, &first, "kinds", W5_LIFE, run);
    put_family(out, &first, "look_alikes", W5_LOOK_ALIKE, run);
    JSON_LIST(out, &first, "background", f->backgrounds,
              put_background(out, &f->background[i], view));
    put_incidents(out, &first, run, view);
    w5_json_compare(out, &first, run, view);
    JSON_LIST(out, &first, "timeout_ladder", f->timeout_rungs,
              put_rung(out, &f->timeouts[i], view));
    JSON_LIST(out, &first, "keepalive_ladder", f->keepalive_rungs,
              put_rung(out, &f->keepalives[i], view));
    JSON_LIST(out, &first, "blind_spots", f->blinds, w5_sentence_json(out, &f->blind[i], view));
    JSON_LIST(out, &first, "notes", run->timeline->note_count,
              put_note(out, &run->timeline->notes[i], view));
    w5_member_num(out, &first, "ignored", f->ignored);
    w5_out_lit(out, "}");
}

static void write_json(const w5_run *run, const w5_view *view, w5_out *out)
{
    w5_json_run(out, run, view);
    w5_out_lit(out, "\n");
}

const w5_report w5_report_json = {"json", "one JSON object, schema why502/1", write_json};
