#include "read.h"

static void drain(w5_classifier *k, w5_records *records, w5_read_seen seen, void *ctx)
{
    w5_record record;
    w5_event event;
    while (w5_records_take(records, &record) == W5_OK) {
        w5_event_classify(k, &record, &event);
        seen(ctx, &event);
    }
}

void w5_read_text(w5_classifier *k, w5_str text, w5_str forced, w5_read_seen seen, void *ctx)
{
    w5_arena *scratch = w5_arena_new();
    w5_record_options options = {.all_fields = true};
    w5_err err;
    if (w5_declared_read(w5_classifier_catalogue(k), scratch, &options.declared, &options.declared_n,
                         &err) < 0)
        options.declared_n = 0;
    w5_records *records = w5_records_new(&options);
    bool ended = text.len > 0 && text.ptr[text.len - 1] == '\n';
    w5_records_begin(records, 0, W5_STR("-"), forced, W5_TIME_NONE);
    w5_records_put(records, ended ? text : w5_arena_fmt(scratch, "%.*s\n", W5_ARG(text)), 0, false);
    drain(k, records, seen, ctx);
    w5_records_tick(records);
    drain(k, records, seen, ctx);
    w5_records_free(records);
    w5_arena_free(scratch);
}
