/* fuzz_events.c -- a log as events: each line is strict JSON, and there are no fewer upstream
 * errors among them as the run counts, folded or not. */
#include <jansson.h>

#include "river.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const size_t replay_prefixes;
const size_t replay_prefixes = 6;

static void put(void *log, const w5_event *event)
{
    w5_event_log_put(log, event);
}

static json_t *object(w5_str line)
{
    json_error_t error;
    json_t *value = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!json_is_object(value))
        fprintf(stderr, "%.*s\n%s\n", W5_ARG(line), error.text);
    DEMAND(json_is_object(value));
    return value;
}

/* What nginx says of the upstream alone: what an access log tells of it is not counted twice. */
static bool is_upstream_error(const json_t *event)
{
    const char *id = json_string_value(json_object_get(event, "class"));
    const w5_class *k = id ? w5_catalogue_class(river_catalogue(), w5_str_of(id)) : NULL;
    return k && k->family == W5_UPSTREAM && strcmp(id, "upstream-5xx") != 0 &&
           !json_is_true(json_object_get(event, "forged"));
}

/* Of a ledger's rows each tells of lines, and the totals once more. */
static bool is_total(const json_t *event)
{
    const char *row = json_string_value(json_object_get(event, "folded"));
    return row && strcmp(row, "cell") != 0;
}

static uint64_t errors_in(w5_str text)
{
    uint64_t errors = 0;
    w5_str line;
    while (w5_str_cut(text, '\n', &line, &text)) {
        json_t *event = object(line);
        if (is_upstream_error(event) && !is_total(event))
            errors += (uint64_t)json_integer_value(json_object_get(event, "count"));
        json_decref(event);
    }
    DEMAND(text.len == 0);
    return errors;
}

static void tell(w5_str log, bool fold, w5_redaction redact)
{
    w5_view view = {.width = 80, .top = 10, .redact = redact};
    w5_out *out = w5_out_memory();
    w5_event_log *events = w5_event_log_new(out, &view, W5_STR("host"), fold);
    w5_engine *e = river_begin(
        (w5_engine_options){.all_fields = !fold, .event = fold ? NULL : put, .context = events});
    w5_engine_feed(e, W5_STR("x.log"), W5_STR(""), log);
    const w5_run *run = w5_engine_run(e);
    w5_event_log_end(events, run);
    uint64_t told = errors_in(w5_out_bytes(out)), counted = run->timeline->upstream_errors;
    if (told < counted)
        fprintf(stderr, "%ju told, %ju counted:\n%.*s\n", (uintmax_t)told, (uintmax_t)counted,
                W5_ARG(w5_out_bytes(out)));
    DEMAND(told >= counted); /* the same line in two logs is one error */
    w5_event_log_free(events);
    w5_engine_free(e);
    w5_out_done(out, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    tell((w5_str){(const char *)data + 1, size - 1}, data[0] & 1,
         data[0] & 2 ? W5_REDACT_ALL : W5_REDACT_NONE);
    return 0;
}
