#include "inspect.h"
#include "report/lanes.h"

static void every_error_stands_in_a_column(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    for (size_t columns = 1; columns < 80; columns += 7) {
        const w5_lanes *l = w5_lanes_of(&show, &s->diagnosis, columns);
        uint64_t sum = 0;
        assert_true(l->columns <= columns);
        for (size_t i = 0; i < l->columns; i++)
            sum += l->failed[i];
        assert_int_equal(sum, 106);
        assert_int_equal(l->failed_sum, 106);
    }
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void answers_and_life_events_have_lanes_of_their_own(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    const w5_lanes *l = w5_lanes_of(&show, &s->diagnosis, 40);
    assert_true(l->traffic);
    assert_int_equal(l->answered_sum, 7);
    assert_int_equal(l->last_answer, SCENE_START);
    assert_str(l->track[W5_TRACK_APP].name, W5_STR("gunicorn"));
    assert_int_equal(l->track[W5_TRACK_APP].marks, 2);
    assert_int_equal(l->track[W5_TRACK_DB].marks, 0);
    assert_string_equal(l->track[W5_TRACK_APP].sign[0]->kind,
                        "worker-timeout"); /* weightier than an exit */
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void what_lasted_is_spread_over_its_columns(void **state)
{
    uint64_t columns[10] = {0};
    w5_lanes l = {.from = 0, .span = W5_SECOND, .columns = 10};
    w5_lanes_spread(&l, columns, 2 * W5_SECOND, 4 * W5_SECOND, 10);
    assert_int_equal(columns[2], 4);
    assert_int_equal(columns[3], 3);
    assert_int_equal(columns[4], 3);
    w5_lanes_spread(&l, columns, 8 * W5_SECOND, 99 * W5_SECOND, 2); /* goes on beyond the window */
    assert_int_equal(columns[8] + columns[9], 2);
    w5_lanes_spread(&l, columns, -5 * W5_SECOND, -W5_SECOND, 7); /* lies outside */
    assert_int_equal(columns[0], 0);
    (void)state;
}

static void a_query_is_drawn_from_its_start_to_its_end(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    w5_cell *query = scene_cell(s, 2, 20, 8, "slow-query", "select sleep(5)");
    query->query_start = SCENE_START + 3 * W5_SECOND;
    query->query_end = SCENE_START + 8 * W5_SECOND;
    s->timeline.cells = s->cells;
    const w5_lanes *l = w5_lanes_of(&show, &s->diagnosis, 40);
    for (size_t i = 0; i < l->columns; i++)
        assert_int_equal(l->track[W5_TRACK_DB].sign[i] != NULL, i >= 3 && i <= 8);
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void every_sign_belongs_to_a_kind_of_the_catalogue(void **state)
{
    const w5_class *const *all;
    scene *s = scene_new(W5_STR("/ok"));
    size_t n = w5_catalogue_classes(s->catalogue, &all);
    for (size_t i = 0; i < n; i++) {
        w5_track track;
        if (all[i]->trouble && all[i]->family == W5_LIFE && !w5_sign_of(all[i]->id, &track))
            fail_msg("%.*s has no sign", W5_ARG(all[i]->id));
    }
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_stands_in_a_column),
        cmocka_unit_test(answers_and_life_events_have_lanes_of_their_own),
        cmocka_unit_test(what_lasted_is_spread_over_its_columns),
        cmocka_unit_test(a_query_is_drawn_from_its_start_to_its_end),
        cmocka_unit_test(every_sign_belongs_to_a_kind_of_the_catalogue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
