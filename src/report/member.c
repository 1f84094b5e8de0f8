/* member.c -- the building blocks of JSON output. */
#include "common.h"

#include <stdio.h>

void w5_member_key(w5_out *out, bool *first, const char *key)
{
    w5_out_lit(out, *first ? "\"" : ",\"");
    w5_out_lit(out, key);
    w5_out_lit(out, "\":");
    *first = false;
}

void w5_member_str(w5_out *out, bool *first, const char *key, w5_str value, const w5_view *view)
{
    w5_member_key(out, first, key);
    w5_out_lit(out, "\"");
    w5_show_foreign(out, W5_JSON, value, view);
    w5_out_lit(out, "\"");
}

void w5_member_own(w5_out *out, bool *first, const char *key, w5_str value)
{
    w5_member_key(out, first, key);
    w5_out_lit(out, "\"");
    w5_out_text(out, W5_JSON, value);
    w5_out_lit(out, "\"");
}

/* Events are written by the million: no printf for a number. */
void w5_member_num(w5_out *out, bool *first, const char *key, uint64_t value)
{
    char text[24];
    size_t at = sizeof(text) - 1;
    text[at] = '\0';
    do
        text[--at] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    w5_member_key(out, first, key);
    w5_out_lit(out, text + at);
}

void w5_member_time(w5_out *out, bool *first, const char *key, w5_time at, unsigned digits)
{
    char text[48];
    if (at == W5_TIME_NONE || at == W5_TIME_MAX) {
        w5_member_null(out, first, key);
        return;
    }
    w5_time_rfc3339(text, at, digits);
    w5_member_own(out, first, key, w5_str_of(text));
}

void w5_member_precision(w5_out *out, bool *first, unsigned digits)
{
    static const char *const seconds[] = {"1",      "0.1",     "0.01",    "0.001",
                                          "0.0001", "0.00001", "0.000001"};
    w5_member_key(out, first, "precision_s");
    w5_out_lit(out, seconds[digits > 6 ? 6 : digits]);
}

void w5_member_bool(w5_out *out, bool *first, const char *key, bool value)
{
    w5_member_key(out, first, key);
    w5_out_lit(out, value ? "true" : "false");
}

void w5_member_null(w5_out *out, bool *first, const char *key)
{
    w5_member_key(out, first, key);
    w5_out_lit(out, "null");
}

void w5_member_sentence(w5_out *out, bool *first, const char *key, const w5_sentence *s,
                        const w5_view *view)
{
    w5_member_key(out, first, key);
    w5_sentence_json(out, s, view);
}

void w5_member_tallies(w5_out *out, bool *first, const char *key, w5_tallies t, const w5_view *view)
{
    w5_member_key(out, first, key);
    w5_out_lit(out, "{");
    for (size_t i = 0; i < t.n; i++) {
        w5_out_lit(out, i ? ",\"" : "\"");
        w5_show_foreign(out, W5_JSON, t.at[i].name, view);
        w5_out_fmt(out, "\":%ju", (uintmax_t)t.at[i].count);
    }
    w5_out_lit(out, "}");
}
