/* json.c -- the building blocks of JSON output. */
#include "common.h"

#include <stdio.h>

void json_key(w5_out *out, bool *first, const char *key)
{
    w5_out_fmt(out, "%s\"%s\":", *first ? "" : ",", key);
    *first = false;
}

void json_str(w5_out *out, bool *first, const char *key, w5_str value, const w5_view *view)
{
    json_key(out, first, key);
    w5_out_lit(out, "\"");
    report_foreign(out, W5_JSON, value, view);
    w5_out_lit(out, "\"");
}

void json_own(w5_out *out, bool *first, const char *key, w5_str value)
{
    json_key(out, first, key);
    w5_out_lit(out, "\"");
    w5_out_text(out, W5_JSON, value);
    w5_out_lit(out, "\"");
}

void json_num(w5_out *out, bool *first, const char *key, uint64_t value)
{
    json_key(out, first, key);
    w5_out_fmt(out, "%ju", (uintmax_t)value);
}

void json_time(w5_out *out, bool *first, const char *key, w5_time at, unsigned digits)
{
    char text[48];
    if (at == W5_TIME_NONE || at == W5_TIME_MAX) {
        json_null(out, first, key);
        return;
    }
    w5_time_rfc3339(text, at, digits);
    json_own(out, first, key, w5_str_of(text));
}

void json_bool(w5_out *out, bool *first, const char *key, bool value)
{
    json_key(out, first, key);
    w5_out_lit(out, value ? "true" : "false");
}

void json_null(w5_out *out, bool *first, const char *key)
{
    json_key(out, first, key);
    w5_out_lit(out, "null");
}

void json_sentence(w5_out *out, bool *first, const char *key, const w5_sentence *s, const w5_view *view)
{
    json_key(out, first, key);
    w5_sentence_json(out, s, view);
}

void json_tallies(w5_out *out, bool *first, const char *key, w5_tallies t, const w5_view *view)
{
    json_key(out, first, key);
    w5_out_lit(out, "{");
    for (size_t i = 0; i < t.n; i++) {
        w5_out_lit(out, i ? ",\"" : "\"");
        report_foreign(out, W5_JSON, t.at[i].name, view);
        w5_out_fmt(out, "\":%ju", (uintmax_t)t.at[i].count);
    }
    w5_out_lit(out, "}");
}
