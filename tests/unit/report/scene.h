/* scene.h -- a finished run made by hand: an application that died, and a worker time-out before
 * it.
 *
 * What stands here is what the stretches above the reports would hand over; figures are those of a
 * real run. `name` of the request is the test's to choose, so that hostile bytes can stand
 * everywhere. */
#ifndef W5_TESTS_REPORT_SCENE_H
#define W5_TESTS_REPORT_SCENE_H

#include "check.h"

#include <why502/report.h>

typedef struct scene {
    w5_arena *arena;
    w5_catalogue *catalogue;
    w5_intern *words;
    w5_cell *cell;
    size_t cells;
    w5_stream *stream[4];
    w5_traffic *traffic;
    w5_timeline timeline;
    w5_incident incident;
    w5_diagnosis diagnosis;
    w5_diagnosis *list[2];
    w5_findings findings;
    w5_run run;
    w5_view view;
    w5_str path, host; /* of the requests; of the machine */
} scene;

#define SCENE_START w5_civil(2026, 11, 20, 17, 5, 46, 0) /* 02:05:46 +09:00 */

static inline w5_cell *scene_cell(scene *s, uint32_t stream, uint64_t line, int second,
                                  const char *kind, const char *text)
{
    const w5_class *k = w5_catalogue_class(s->catalogue, w5_str_of(kind));
    w5_cell *cell = &s->cell[s->cells++];
    *cell = (w5_cell){.at = SCENE_START + second * W5_SECOND,
                      .until = SCENE_START + second * W5_SECOND,
                      .line = line,
                      .last_line = line,
                      .count = 1,
                      .duration = -1,
                      .lock = -1,
                      .rows_examined = -1,
                      .rows_sent = -1,
                      .query_start = W5_TIME_NONE,
                      .query_end = W5_TIME_NONE,
                      .number = -1,
                      .stream = stream,
                      .klass = k ? k->index : 0,
                      .text = w5_intern_put(s->words, w5_str_of(text))};
    return cell;
}

static inline void scene_error(scene *s, uint64_t line, int second, const char *kind,
                               const char *code, w5_str path, uint64_t count)
{
    w5_cell *cell =
        scene_cell(s, 0, line, second, kind,
                   "2026/11/21 02:05:46 [error] 7#7: *1 connect() failed (111: Connection "
                   "refused) while connecting to upstream");
    cell->count = cell->failed = count;
    cell->last_line = line + count - 1;
    cell->code = w5_intern_put(s->words, w5_str_of(code));
    cell->upstream = w5_intern_put(s->words, W5_STR("127.0.0.1:8000"));
    cell->method = w5_intern_put(s->words, W5_STR("GET"));
    cell->path = w5_intern_put(s->words, path);
}

static inline w5_stream *scene_stream(scene *s, uint32_t index, const char *name,
                                      const char *format, uint64_t lines, bool zoned)
{
    w5_stream *stream = W5_NEW(s->arena, w5_stream);
    w5_time first = SCENE_START - 10 * W5_SECOND, last = SCENE_START + 12 * W5_SECOND;
    int offset = 9 * 3600;
    *stream = (w5_stream){
        .index = index,
        .name = w5_str_of(name),
        .format = w5_format_find(w5_str_of(format)),
        .lines = lines,
        .understood = lines,
        .zoned = zoned,
        .zone = {.fixed = true, .offset = offset},
        .zone_from = zoned ? W5_ZONE_STAMP : W5_ZONE_ACCESS_LOG,
        .shift = zoned ? 0 : -offset * W5_SECOND
    };
    stream->first = first - stream->shift;
    stream->last = last - stream->shift;
    s->stream[index] = stream;
    return stream;
}

static inline void scene_fill(scene *s)
{
    static const unsigned refused[] = {3, 8, 13, 8, 9, 13, 9, 13, 10, 13, 3, 2};
    uint64_t line = 3;
    scene_cell(
        s, 2, 2, -7, "listening",
        "[2026-11-21 02:05:39 +0900] [10210] [INFO] Listening at: http://127.0.0.1:8000 (10210)");
    scene_cell(s, 2, 6, 0, "worker-timeout",
               "[2026-11-21 02:05:46 +0900] [10210] [CRITICAL] WORKER TIMEOUT (pid:10227)");
    scene_error(s, 1, 0, "premature-close", "HU-EOF", W5_STR("/report"), 1);
    scene_cell(
        s, 2, 9, 0, "worker-exit",
        "[2026-11-21 02:05:46 +0900] [10224] [INFO] Parent changed, shutting down: <Worker 10224>");
    scene_error(s, 2, 1, "premature-close", "HU-EOF", W5_STR("/checkout"), 1);
    for (int i = 0; i < (int)(sizeof refused / sizeof *refused); i++) {
        scene_error(s, line, 1 + i, "connection-refused", "CK-111", s->path, refused[i]);
        line += refused[i];
    }
}

static inline w5_tallies scene_tallies(scene *s, w5_str a, uint64_t n, w5_str b, uint64_t m)
{
    w5_tally *t = W5_NEW_N(s->arena, w5_tally, 2);
    t[0] = (w5_tally){a, n};
    t[1] = (w5_tally){b, m};
    return (w5_tallies){t, b.len ? 2 : 1};
}

static inline void scene_incident(scene *s)
{
    uint32_t *cell = W5_NEW_N(s->arena, uint32_t, s->cells);
    w5_incident *in = &s->incident;
    w5_request_tally *request = W5_NEW_N(s->arena, w5_request_tally, 2);
    request[0] = (w5_request_tally){W5_STR("GET"), s->path, 104};
    request[1] = (w5_request_tally){W5_STR("GET"), W5_STR("/report"), 1};
    *in = (w5_incident){.id = "0123456789abcdef",
                        .upstream = W5_STR("127.0.0.1:8000"),
                        .start = SCENE_START,
                        .end = SCENE_START + 12 * W5_SECOND,
                        .cell = cell,
                        .errors = 106,
                        .requests_failed = 106,
                        .answered = 7,
                        .last_answer = SCENE_START,
                        .request = request,
                        .requests = 2,
                        .over = W5_OVER_NO,
                        .over_at = W5_TIME_NONE};
    for (uint32_t i = 0; i < s->cells; i++)
        if (s->cell[i].code)
            cell[in->cells++] = i;
    in->upstreams = scene_tallies(s, in->upstream, 106, W5_NONE, 0);
    in->classes = scene_tallies(s, W5_STR("connection-refused"), 104, W5_STR("premature-close"), 2);
    in->codes = scene_tallies(s, W5_STR("CK-111"), 104, W5_STR("HU-EOF"), 2);
    in->kinds = scene_tallies(s, W5_STR("worker-timeout"), 1, W5_STR("worker-exit"), 1);
    in->statuses = scene_tallies(s, W5_STR("502"), 106, W5_STR("200"), 7);
    in->servers = scene_tallies(s, W5_STR("shop.example.com"), 106, W5_NONE, 0);
}

/* The last 64 sentences keep their arguments. */
static inline w5_sentence scene_say(const char *words, w5_str a, w5_str b)
{
    static w5_str kept[64][2];
    static size_t said;
    w5_str *arg = kept[said++ % 64];
    arg[0] = a;
    arg[1] = b;
    return (w5_sentence){.words = words, .arg = arg, .args = 2};
}

static inline w5_advice *scene_advice(scene *s)
{
    static const struct {
        const char *id;
        w5_advice_state state;
        const char *why;
        const char *command;
    } given[] = {
        {"restart-service",  W5_ADVISED, "Brings back %1$s of %2$s.",
         "sudo systemctl restart gunicorn"                                                              },
        {"check-logs",       W5_ADVISED, "What killed the master is in none of the files given.",
         "journalctl -o short-iso -S '2026-11-21 02:05:36' -U '2026-11-21 02:06:08' -u "
         "gunicorn.service"                                                                             },
        {"gunicorn-timeout", W5_ADVISED, "Saves 1 of %2$s, and only together with nginx-timeouts.",
         NULL                                                                                           },
        {"nginx-timeouts",   W5_NO_HELP, "0 of %2$s were nginx timeouts.",                          NULL},
        {"gunicorn-workers", W5_NO_HELP, "nobody queued",                                           NULL},
        {"instance-upgrade", W5_HARMFUL, "costs money and changes nothing",                         NULL},
    };
    size_t n = sizeof given / sizeof *given;
    w5_advice *all = W5_NEW_N(s->arena, w5_advice, n);
    for (size_t i = 0; i < n; i++) {
        w5_advice *a = &all[i];
        a->remedy = w5_catalogue_remedy(s->catalogue, w5_str_of(given[i].id));
        a->rank = (unsigned)i + 1;
        a->state = given[i].state;
        a->why = scene_say(given[i].why, W5_STR("105"), W5_STR("106"));
        a->verify = a->remedy->verify;
        a->undo = a->remedy->undo;
        if (given[i].command) {
            w5_str *command = W5_NEW(s->arena, w5_str);
            *command = w5_str_of(given[i].command);
            a->command = command;
            a->commands = 1;
        }
    }
    w5_change *change = W5_NEW(s->arena, w5_change);
    *change = (w5_change){W5_STR("/etc/systemd/system/gunicorn.service"), 9, W5_STR("--timeout"),
                          W5_STR("3"), W5_STR("300")};
    all[2].change = change;
    all[2].changes = 1;
    s->diagnosis.advices = n;
    return all;
}

static inline void scene_judge(scene *s)
{
    static const uint32_t shown[] = {0, 1, 2, 3, 4, 5};
    w5_diagnosis *d = &s->diagnosis;
    size_t n = sizeof shown / sizeof *shown;
    w5_evidence *evidence = W5_NEW_N(s->arena, w5_evidence, n);
    for (size_t i = 0; i < n; i++)
        evidence[i] = (w5_evidence){.cell = &s->cell[shown[i]],
                                    .last_line = s->cell[shown[i]].line,
                                    .count = 1,
                                    .role = i == 0 ? W5_CONTEXT : W5_FOR};
    evidence[5].count = 104;
    evidence[5].last_line = 106;
    evidence[5].note = scene_say("gunicorn is silent", W5_NONE, W5_NONE);
    w5_finding *chain = W5_NEW(s->arena, w5_finding);
    w5_finding *rival = W5_NEW(s->arena, w5_finding);
    w5_sentence *out = W5_NEW_N(s->arena, w5_sentence, 2);
    w5_settle *settle = W5_NEW(s->arena, w5_settle);
    out[0] = scene_say("nginx's timers: 0 of %2$s lines", W5_NONE, W5_STR("106"));
    out[1] = scene_say("deploy: no TERM, no HUP", W5_NONE, W5_NONE);
    *chain = (w5_finding){
        .cause = w5_catalogue_cause(s->catalogue, W5_STR("gunicorn-worker-timeout")),
        .confidence = W5_PROVEN,
        .score = 0.9,
        .explains = 1,
        .summary = scene_say("First in time, not the cause of the rest: a master outlives "
                             "its workers.",
                             W5_NONE, W5_NONE)};
    chain->summary.cite[0] = 1;
    chain->summary.cites = 1;
    *rival =
        (w5_finding){.cause = w5_catalogue_cause(s->catalogue, W5_STR("worker-oom-kill")),
                     .confidence = W5_POSSIBLE,
                     .score = 0.2,
                     .against = scene_say("the kernel's log is not at hand", W5_NONE, W5_NONE)};
    *settle = (w5_settle){
        W5_STR("kernel"),
        scene_say("Out of memory, kill -9 or a crash of the master.", W5_NONE, W5_NONE),
        W5_STR("journalctl -k -o short-iso -S '2026-11-21 02:05:36' -U '2026-11-21 02:06:08'")};
    w5_advice *advice = scene_advice(s);
    *d = (w5_diagnosis){
        .incident = &s->incident,
        .severity = W5_SEVERITY_ERROR,
        .pattern = W5_STR("cascade"),
        .verdict = scene_say("502s since 02:05:46 +09:00: %1$s of %2$s requests. gunicorn's master "
                             "died and nothing restarted it. NOT over: the logs end while "
                             "every request still fails.",
                             W5_STR("106"), W5_STR("161")),
        .cause = {.cause = w5_catalogue_cause(s->catalogue, W5_STR("app-down")),
                  .confidence = W5_PROVEN,
                  .score = 0.97,
                  .explains = 105,
                  .summary = scene_say("Master %1$s owned 127.0.0.1:8000 and vanished with no "
                                       "\"Handling signal\", no \"Shutting down\": killed or "
                                       "crashed, not stopped.", W5_STR("10210"), W5_NONE)},
        .chain = chain,
        .chains = 1,
        .alternative = rival,
        .alternatives = 1,
        .evidence = evidence,
        .evidences = n,
        .ruled_out = out,
        .ruled_outs = 2,
        .advice = advice,
        .advices = s->diagnosis.advices,
        .settle = settle,
        .settles = 1
    };
    d->cause.summary.cite[0] = 0;
    d->cause.summary.cite[1] = 3;
    d->cause.summary.cites = 2;
}

static inline void scene_run(scene *s)
{
    uint64_t *by_class = W5_NEW_N(s->arena, uint64_t, 512);
    w5_sentence *blind = W5_NEW(s->arena, w5_sentence);
    w5_rung *rung = W5_NEW_N(s->arena, w5_rung, 3);
    *blind = scene_say("Not covered: %1$s.", W5_STR("kernel, systemd, MySQL"), W5_NONE);
    rung[0] = (w5_rung){W5_STR("nginx proxy_read_timeout"), 10 * W5_SECOND, W5_STR("nginx.conf"),
                        22, true};
    rung[1] = (w5_rung){W5_STR("gunicorn --timeout"), 30 * W5_SECOND, W5_STR("gunicorn.service"), 9,
                        false};
    rung[2] = (w5_rung){W5_STR("slowest request"), W5_TIME_NONE, W5_NONE, 0, false};
    for (size_t i = 0; i < s->cells; i++)
        by_class[s->cell[i].klass] += s->cell[i].count;
    s->traffic = W5_NEW(s->arena, w5_traffic);
    *s->traffic = (w5_traffic){.at = SCENE_START,
                               .span = 1,

                               .status = 200,
                               .count = 7,
                               .upstream = w5_intern_find(s->words, W5_STR("127.0.0.1:8000")),
                               .longest = 16000};
    s->timeline = (w5_timeline){.catalogue = s->catalogue,
                                .intern = s->words,
                                .stream = s->stream,
                                .streams = 3,
                                .cell = s->cell,
                                .cells = s->cells,
                                .traffic = s->traffic,
                                .traffics = 1,
                                .now = W5_TIME_NONE,
                                .gap = 60 * W5_SECOND,
                                .host = s->host,
                                .by_class = by_class,
                                .classes = 512,
                                .upstream_errors = 106,
                                .codes = s->incident.codes};
    s->list[0] = &s->diagnosis;
    s->findings = (w5_findings){.at = s->list,
                                .n = 1,
                                .timeouts = rung,
                                .timeout_rungs = 3,
                                .blind = blind,
                                .blinds = 1,
                                .status = W5_SEVERITY_ERROR,
                                .verdict = s->diagnosis.verdict};
    s->run = (w5_run){
        .catalogue = s->catalogue,
        .timeline = &s->timeline,
        .findings = &s->findings,
        .totals = {.upstream_errors = 106, .by_class = by_class, .classes = 512},
        .stream = s->stream,
        .streams = 3,
        .lines = 277,
        .bytes = 41231,
        .window_start = SCENE_START - 10 * W5_SECOND,
        .window_end = SCENE_START + 12 * W5_SECOND,
        .generated_at = SCENE_START + 3600 * W5_SECOND,
        .sandbox = W5_STR("none: test"),
        .host = s->host
    };
}

static inline scene *scene_new(w5_str path)
{
    w5_arena *arena = w5_arena_new();
    w5_err err = {0};
    scene *s = W5_NEW(arena, scene);
    s->arena = arena;
    s->path = path;
    s->host = W5_STR("web1");
    s->catalogue = w5_catalogue_new(arena);
    if (w5_catalogue_load_builtin(s->catalogue, &err) < 0 ||
        w5_catalogue_seal(s->catalogue, &err) < 0)
        fail_msg("%s", err.text);
    s->words = w5_intern_new(1000, 1000000);
    s->cell = W5_NEW_N(arena, w5_cell, 64);
    scene_stream(s, 0, "/var/log/nginx/error.log", "nginx-error", 106, false);
    scene_stream(s, 1, "/var/log/nginx/access.log", "nginx-access", 161, true);
    scene_stream(s, 2, "gunicorn.log", "gunicorn", 10, true);
    scene_fill(s);
    scene_incident(s);
    scene_judge(s);
    scene_run(s);
    s->view = (w5_view){.width = 80, .top = 10, .redact = W5_REDACT_SECRETS};
    return s;
}

/* The same bytes wherever a log, a file name or a configuration could put them. */
static inline void scene_poison(scene *s, w5_str bytes)
{
    w5_id id = w5_intern_put(s->words, bytes);
    w5_str *command = W5_NEW(s->arena, w5_str);
    w5_note *note = W5_NEW(s->arena, w5_note);
    w5_run_source *trouble = W5_NEW(s->arena, w5_run_source);
    w5_change *change = W5_NEW(s->arena, w5_change);
    for (size_t i = 0; i < s->cells; i++) {
        w5_cell *cell = &s->cell[i];
        cell->text = cell->host = id;
        cell->method = cell->path = cell->upstream = cell->code ? id : 0;
    }
    for (size_t i = 0; i < 3; i++)
        s->stream[i]->name = bytes;
    s->stream[0]->unknown[0].line = 7;
    s->stream[0]->unknown[0].text = bytes;
    s->run.host = s->timeline.host = s->incident.upstream = bytes;
    s->incident.upstreams.at[0].name = s->incident.servers.at[0].name = bytes;
    w5_request_tally *request = W5_NEW(s->arena, w5_request_tally);
    *request = (w5_request_tally){bytes, bytes, 104};
    s->incident.request = request;
    s->incident.requests = 1;
    w5_str *arg = W5_NEW_N(s->arena, w5_str, 8);
    for (size_t i = 0; i < 8; i++)
        arg[i] = bytes;
    s->diagnosis.cause.summary.arg = s->diagnosis.verdict.arg = arg;
    s->diagnosis.cause.summary.args = s->diagnosis.verdict.args = 8;
    s->findings.verdict = s->diagnosis.verdict;
    *command = bytes;
    *change = (w5_change){bytes, 3, bytes, bytes, bytes};
    for (size_t i = 0; i < s->diagnosis.advices; i++) {
        w5_advice *a = &((w5_advice *)(void *)(uintptr_t)s->diagnosis.advice)[i];
        a->command = command;
        a->change = change;
        a->commands = a->changes = 1;
        a->verify = a->undo = bytes;
    }
    *note = (w5_note){.words = "%1$s", .arg = {bytes}, .args = 1};
    *trouble = (w5_run_source){bytes, W5_NONE, bytes, UINT32_MAX};
    s->timeline.notes = note;
    s->timeline.note_count = 1;
    s->run.trouble = trouble;
    s->run.troubles = 1;
    s->view.mail_to = s->view.mail_from = s->view.message_id = s->view.in_reply_to = bytes;
    s->view.redact = W5_REDACT_NONE;
}

static inline void scene_free(scene *s)
{
    w5_catalogue_free(s->catalogue);
    w5_intern_free(s->words);
    w5_arena_free(s->arena);
}

/* What a report says of it; valid until the next call with this `out`. */
static inline w5_str scene_write(const scene *s, const char *report, w5_out *out)
{
    w5_out_reset(out);
    w5_report_find(w5_str_of(report))->write(&s->run, &s->view, out);
    return w5_out_bytes(out);
}

#endif
