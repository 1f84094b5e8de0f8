#include "inspect.h"

#include <why502/base/json.h>
#include <why502/base/words.h>

static const w5_json *parse(w5_arena *arena, w5_str text)
{
    const w5_json *v = NULL;
    size_t used;
    assert_int_equal(w5_json_read(arena, text, &used, &v), W5_OK);
    assert_true(used + 1 >= text.len);
    return v;
}

static void assert_keys(const w5_json *object, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!w5_json_get(object, keys[i]))
            fail_msg("no \"%s\"", keys[i]);
}

/* Every key of spec §6.2. */
static void the_schema_has_all_its_keys(void **state)
{
    static const char *const top[] = {
        "schema",          "version",     "generated_at", "window",    "sandbox",
        "status",          "verdict",     "lines",        "bytes",     "outside_window",
        "upstream_errors", "forged",      "sources",      "classes",   "codes",
        "kinds",           "look_alikes", "background",   "incidents", "incidents_folded",
        "blind_spots"};
    static const char *const source[] = {
        "name",   "format", "lines", "understood", "not_understood", "cut",     "forged",
        "events", "first",  "last",  "timezone",   "timezone_from",  "shift_s", "error"};
    static const char *const incident[] = {
        "id",           "severity",        "start",    "end",         "over",  "over_by",
        "upstream",     "upstreams",       "pattern",  "classes",     "codes", "kinds",
        "statuses",     "requests_failed", "requests", "servers",     "cause", "chain",
        "alternatives", "evidence",        "remedies", "would_settle"};
    static const char *const evidence[] = {"time",  "precision_s", "host", "source", "line",
                                           "count", "kind",        "role", "text"};
    static const char *const remedy[] = {"id",       "rank",   "title", "documents_rank",
                                         "grade",    "state",  "why",   "change",
                                         "commands", "verify", "undo",  "risk"};
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    const w5_json *v = parse(s->arena, scene_write(s, "json", out));
    const w5_json *first = w5_json_at(w5_json_get(v, "incidents"), 0);
    assert_keys(v, top, COUNT(top));
    assert_keys(w5_json_at(w5_json_get(v, "sources"), 0), source, COUNT(source));
    assert_keys(first, incident, COUNT(incident));
    assert_keys(w5_json_at(w5_json_get(first, "evidence"), 0), evidence, COUNT(evidence));
    assert_keys(w5_json_at(w5_json_get(first, "remedies"), 0), remedy, COUNT(remedy));
    assert_str(w5_json_str(w5_json_get(v, "schema")), W5_STR("why502/1"));
    assert_str(w5_json_str(w5_json_get(first, "start")), W5_STR("2026-11-20T17:05:46Z"));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void hostile_bytes_leave_it_strict(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    scene_poison(s, HOSTILE);
    w5_str text = scene_write(s, "json", out);
    parse(s->arena, text);
    assert_tame(text, 0);
    assert_lacks(text, "<");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_zone_is_told_with_where_it_is_from(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_has(scene_write(s, "json", out),
               "\"timezone\":\"+09:00\",\"timezone_from\":\"access-log\",\"shift_s\":32400");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void it_is_english_whatever_the_language(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *english = w5_out_memory(), *japanese = w5_out_memory();
    scene_write(s, "json", english);
    w5_words_language("ja");
    scene_write(s, "json", japanese);
    w5_words_language("en");
    assert_str(w5_out_bytes(japanese), w5_out_bytes(english));
    w5_out_done(english, NULL);
    w5_out_done(japanese, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_has_all_its_keys),
        cmocka_unit_test(hostile_bytes_leave_it_strict),
        cmocka_unit_test(a_zone_is_told_with_where_it_is_from),
        cmocka_unit_test(it_is_english_whatever_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
