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

/* "%1$s" … "%8$s" and "%%" are all that a sentence may hold; anything else stands for itself. */
static void put_words(w5_out *out, w5_escape how, const char *words, const w5_sentence *s,
                      const w5_view *view)
{
    const char *from = words;
    for (const char *p = words; *p; p++) {
        if (p[0] != '%')
            continue;
        w5_out_text(out, how, (w5_str){from, (size_t)(p - from)});
        if (p[1] >= '1' && p[1] <= '8' && p[2] == '$' && p[3] == 's') {
            w5_show_foreign(out, how, s->arg[p[1] - '1'], view);
            p += 3;
        } else if (p[1] == '%') {
            w5_out_text(out, how, W5_STR("%"));
            p++;
        } else {
            w5_out_text(out, how, W5_STR("%"));
        }
        from = p + 1;
    }
    w5_out_text(out, how, w5_str_of(from));
}

void w5_sentence_put(w5_out *out, w5_escape how, const w5_sentence *s, const w5_view *view)
{
    if (s->words)
        put_words(out, how, w5_words(s->words), s, view);
}

void w5_sentence_json(w5_out *out, const w5_sentence *s, const w5_view *view)
{
    w5_out_lit(out, "\"");
    if (s->words)
        put_words(out, W5_JSON, s->words, s, view);
    w5_out_lit(out, "\"");
}
