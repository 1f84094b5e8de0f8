/* report.c -- the registry of reports (made from the folder's listing) and what they share. */
#include "common.h"

#define X(name) extern const w5_report w5_report_##name;
#include "report/report.inc"
#undef X

static const w5_report *const reports[] = {
#define X(name) &w5_report_##name,
#include "report/report.inc"
#undef X
};

const w5_report *w5_report_find(w5_str name)
{
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
        if (w5_str_eq(name, w5_str_of(reports[i]->name)))
            return reports[i];
    return NULL;
}

size_t w5_reports(const w5_report *const **all)
{
    *all = reports;
    return sizeof(reports) / sizeof(reports[0]);
}

void w5_show_foreign(w5_out *out, w5_escape how, w5_str text, const w5_view *view)
{
    if (view->redact == W5_REDACT_NONE || text.len == 0) {
        w5_out_text(out, how, text);
        return;
    }
    w5_arena *scratch = w5_arena_new();
    w5_out_text(out, how, w5_redact(scratch, text, view->redact));
    w5_arena_free(scratch);
}

void w5_sentence_put(w5_out *out, w5_escape how, const w5_sentence *s, const w5_view *view)
{
    w5_show show = w5_show_begin(NULL, view);
    w5_out_text(out, how, w5_show_sentence(&show, s));
    w5_show_end(&show);
}

void w5_sentence_json(w5_out *out, const w5_sentence *s, const w5_view *view)
{
    w5_show show = w5_show_begin(NULL, view);
    w5_out_lit(out, "\"");
    w5_out_text(out, W5_JSON, w5_show_english(&show, s));
    w5_out_lit(out, "\"");
    w5_show_end(&show);
}
