#include "inspect.h"

#include <stdio.h>

static size_t count_series(w5_str text)
{
    size_t n = 0;
    w5_str line;
    while (w5_str_cut(text, '\n', &line, &text))
        n += line.len > 0 && line.ptr[0] != '#';
    return n;
}

static void the_families_of_the_contract_are_there(void **state)
{
    static const char *const told[] = {
        "why502_upstream_errors_total{class=\"connection-refused\",upstream=\"127.0.0.1:8000\"} "
        "104\n",
        "why502_incidents{cause=\"app-down\",severity=\"error\"} 1\n",
        "why502_incident_open{cause=\"app-down\",upstream=\"127.0.0.1:8000\"} 1\n",
        "why502_requests_failed_total{upstream=\"127.0.0.1:8000\"} 106\n",
        "why502_lines_total{format=\"nginx-error\"} 106\n",
        "why502_lines_not_understood_total{format=\"gunicorn\"} 0\n",
        "why502_last_run_timestamp_seconds 1795197946\n",
        "why502_source_last_line_timestamp_seconds{source=\"gunicorn.log\"} 1795194358\n",
        "# TYPE why502_upstream_errors counter\n",
    };
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = scene_write(s, "metrics", out);
    for (size_t i = 0; i < COUNT(told); i++)
        assert_has(text, told[i]);
    assert_true(w5_str_ends(text, W5_STR("# EOF\n")));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void counters_of_all_runs_stand_in_for_those_of_one(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    size_t n;
    const w5_counter *own = w5_report_counters(&s->run, s->arena, &n);
    w5_counter *all = W5_NEW_N(s->arena, w5_counter, n + 1);
    memcpy(all, own, n * sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i].value += 1000;
    all[n] = (w5_counter){.family = W5_STR("upstream_errors"),
                          .label = {W5_STR("read-timeout"), W5_STR("old:80")},
                          .value = 5};
    s->run.counter = all;
    s->run.counters = n + 1;
    w5_str text = scene_write(s, "metrics", out);
    assert_has(text, "{class=\"connection-refused\",upstream=\"127.0.0.1:8000\"} 1104\n");
    assert_has(text, "{class=\"read-timeout\",upstream=\"old:80\"} 5\n");
    assert_has(text, "why502_lines_total{format=\"nginx-error\"} 1106\n");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void there_are_never_more_than_a_thousand_series(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_cell *many = W5_NEW_N(s->arena, w5_cell, 900);
    w5_stream **streams = W5_NEW_N(s->arena, w5_stream *, 900);
    for (size_t i = 0; i < 900; i++) {
        char name[32];
        snprintf(name, sizeof name, "10.0.%zu.%zu:80", i / 250, i % 250);
        many[i] = s->cell[2];
        many[i].upstream = w5_intern_put(s->words, w5_str_of(name));
        streams[i] = W5_NEW(s->arena, w5_stream);
        *streams[i] = *s->stream[0];
        streams[i]->name = w5_arena_str(s->arena, w5_str_of(name));
    }
    s->timeline.cell = many;
    s->timeline.cells = 900;
    s->run.stream = streams;
    s->run.streams = 900;
    w5_str text = scene_write(s, "metrics", out);
    assert_true(count_series(text) <= 1000);
    assert_has(text, "{class=\"other\",upstream=\"other\"} 501\n"); /* nothing is lost */
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void hostile_labels_stay_labels(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    scene_poison(s, W5_STR("a\"} 1\nevil_total{x=\"\\\x1b"));
    w5_str text = scene_write(s, "metrics", out), line;
    while (w5_str_cut(text, '\n', &line, &text))
        assert_true(w5_str_starts(line, W5_STR("why502_")) || w5_str_starts(line, W5_STR("# ")));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_families_of_the_contract_are_there),
        cmocka_unit_test(counters_of_all_runs_stand_in_for_those_of_one),
        cmocka_unit_test(there_are_never_more_than_a_thousand_series),
        cmocka_unit_test(hostile_labels_stay_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
