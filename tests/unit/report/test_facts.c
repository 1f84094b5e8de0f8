#include "inspect.h"
#include "report/facts.h"

typedef struct bench {
    scene *s;
    w5_show show;
} bench;

static bench open_bench(void)
{
    bench b = {.s = scene_new(W5_STR("/ok"))};
    b.show = w5_show_begin(&b.s->run, &b.s->view);
    return b;
}

static void close_bench(bench *b)
{
    w5_show_end(&b->show);
    scene_free(b->s);
}

static void a_code_is_told_with_the_pages_it_hit(void **state)
{
    bench b = open_bench();
    w5_str text = w5_fact_code(&b.show, &b.s->incident, W5_STR("HU-EOF"));
    assert_true(w5_str_ends(text, W5_STR(": /report 1, /checkout 1")));
    assert_true(
        w5_str_ends(w5_fact_code(&b.show, &b.s->incident, W5_STR("CK-111")), W5_STR(": /ok 104")));
    assert_int_equal(w5_fact_code(&b.show, &b.s->incident, W5_STR("no-such-code")).len, 0);
    close_bench(&b);
    (void)state;
}

static void the_three_pages_most_hit_come_first(void **state)
{
    static const char *const paths[] = {"/a", "/b", "/c", "/d", "/b", "/d", "/d", "/c", "/b", "/d"};
    bench b = open_bench();
    for (size_t i = 0; i < COUNT(paths); i++)
        b.s->cell[b.s->incident.cell[2 + i]].count = 1;
    for (size_t i = 0; i < COUNT(paths); i++)
        b.s->cell[b.s->incident.cell[2 + i]].path = w5_intern_put(b.s->words, w5_str_of(paths[i]));
    b.s->incident.cells = 12;
    assert_true(w5_str_ends(w5_fact_code(&b.show, &b.s->incident, W5_STR("CK-111")),
                            W5_STR(": /d 4, /b 3, /c 2")));
    close_bench(&b);
    (void)state;
}

static void requests_are_told_with_what_clients_saw(void **state)
{
    bench b = open_bench();
    assert_str(w5_fact_requests(&b.show, &b.s->incident),
               W5_STR("106 requests failed; clients saw 106 x 502, 7 x 200"));
    b.s->incident.statuses.n = 0;
    b.s->incident.requests_failed = 1;
    assert_str(w5_fact_requests(&b.show, &b.s->incident), W5_STR("1 request failed"));
    close_bench(&b);
    (void)state;
}

static void places_stand_before_the_full_stop(void **state)
{
    bench b = open_bench();
    w5_sentence s = {.words = "It died.", .cite = {1}, .cites = 1};
    assert_str(w5_fact_sentence(&b.show, &b.s->diagnosis, &s), W5_STR("It died (gunicorn.log:6)."));
    s.words = "it died";
    assert_str(w5_fact_sentence(&b.show, &b.s->diagnosis, &s), W5_STR("it died (gunicorn.log:6)"));
    close_bench(&b);
    (void)state;
}

static void sentences_on_the_same_line_name_it_once(void **state)
{
    bench b = open_bench();
    w5_sentence s[] = {
        {.words = "One.", .cite = {1}, .cites = 1},
        {.words = "Two.", .cite = {1}, .cites = 1}
    };
    assert_str(w5_fact_sentences(&b.show, &b.s->diagnosis, s, 2),
               W5_STR("One (gunicorn.log:6); Two."));
    close_bench(&b);
    (void)state;
}

static void what_the_cause_cites_is_shown_before_all_else(void **state)
{
    bench b = open_bench();
    bool chosen[6] = {false};
    assert_int_equal(w5_fact_choose(&b.s->diagnosis, 2, chosen), 2);
    assert_true(chosen[0] && chosen[3]);
    assert_int_equal(w5_fact_choose(&b.s->diagnosis, 99, chosen), 6);
    close_bench(&b);
    (void)state;
}

static void lines_of_another_day_ask_for_dates(void **state)
{
    bench b = open_bench();
    bool chosen[6] = {true, true};
    assert_true(w5_fact_one_day(&b.show, &b.s->diagnosis, chosen));
    b.s->cell[0].at -= 12 * W5_HOUR;
    assert_false(w5_fact_one_day(&b.show, &b.s->diagnosis, chosen));
    close_bench(&b);
    (void)state;
}

static void an_end_is_told_only_where_it_is_known(void **state)
{
    bench b = open_bench();
    assert_str(w5_fact_ending(&b.show, &b.s->incident), W5_STR("NOT over"));
    b.s->incident.over = W5_OVER_YES;
    assert_str(w5_fact_ending(&b.show, &b.s->incident), W5_STR("over after 12s"));
    b.s->incident.over = W5_OVER_UNKNOWN;
    assert_str(w5_fact_ending(&b.show, &b.s->incident), W5_STR("over or not: unknown"));
    close_bench(&b);
    (void)state;
}

static void what_to_do_first_is_one_setting_at_most(void **state)
{
    bench b = open_bench();
    w5_advice *a = (w5_advice *)(void *)(uintptr_t)b.s->diagnosis.advice;
    w5_change change[] = {{.setting = W5_STR("--timeout"),
                           .now = W5_STR("30"),
                           .to = W5_STR("300"),
                           .file = W5_STR("gunicorn.service"),
                           .line = 9},
                          {.setting = W5_STR("--workers"), .to = W5_STR("5")}};
    static const struct {
        size_t changes;
        const char *to, *told;
    } cases[] = {
        {0, "300",                                        ""                         },
        {1, "300",                                        " (--timeout 30 \u2192 300)"},
        {2, "300",                                        ""                         },
        {1, "as long as the slowest of all the pages is", ""                         },
    };
    a->change = change;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char wanted[256];
        a->changes = cases[i].changes;
        change[0].to = w5_str_of(cases[i].to);
        snprintf(wanted, sizeof(wanted), "Do first: %.*s%s.", W5_ARG(a->remedy->title),
                 cases[i].told);
        assert_str(w5_fact_first(&b.show, &b.s->diagnosis), w5_str_of(wanted));
    }
    close_bench(&b);
    (void)state;
}

static void what_is_not_advised_is_not_done_first(void **state)
{
    bench b = open_bench();
    w5_advice *all = (w5_advice *)(void *)(uintptr_t)b.s->diagnosis.advice;
    for (size_t i = 0; i < b.s->diagnosis.advices; i++)
        all[i].state = W5_HARMFUL;
    assert_int_equal(w5_fact_first(&b.show, &b.s->diagnosis).len, 0);
    close_bench(&b);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_told_with_the_pages_it_hit),
        cmocka_unit_test(the_three_pages_most_hit_come_first),
        cmocka_unit_test(requests_are_told_with_what_clients_saw),
        cmocka_unit_test(places_stand_before_the_full_stop),
        cmocka_unit_test(sentences_on_the_same_line_name_it_once),
        cmocka_unit_test(what_the_cause_cites_is_shown_before_all_else),
        cmocka_unit_test(lines_of_another_day_ask_for_dates),
        cmocka_unit_test(an_end_is_told_only_where_it_is_known),
        cmocka_unit_test(what_to_do_first_is_one_setting_at_most),
        cmocka_unit_test(what_is_not_advised_is_not_done_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
