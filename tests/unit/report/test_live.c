#include "inspect.h"

#include <why502/base/json.h>

static w5_str live(scene *s, w5_out *out, const char *what, bool json)
{
    w5_out_reset(out);
    w5_report_live(out, what, strcmp(what, "summary") ? &s->diagnosis : NULL, &s->run, &s->view,
                   json);
    return w5_out_bytes(out);
}

static void each_turn_is_one_line(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_str(live(s, out, "opened", false),
               W5_STR("02:05:46 OPEN  #1 127.0.0.1:8000 106 x CK-111 /ok: app-down, proven\n"));
    assert_true(w5_str_starts(live(s, out, "cause", false), W5_STR("02:05:58 CAUSE #1 ")));
    s->incident.over_at = SCENE_START + 204 * W5_SECOND;
    assert_str(live(s, out, "over", false),
               W5_STR("02:09:10 OVER  #1 after 12s, 106 x CK-111, app-down, proven\n"));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void machines_get_an_object_a_line(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    static const char *const whats[] = {"opened", "worse", "cause", "over", "summary"};
    for (size_t i = 0; i < COUNT(whats); i++) {
        const w5_json *v;
        size_t used;
        w5_str text = live(s, out, whats[i], true);
        assert_int_equal(w5_json_read(s->arena, text, &used, &v), W5_OK);
        assert_str(w5_json_str(w5_json_get(v, "schema")), W5_STR("why502/follow/1"));
        assert_str(w5_json_str(w5_json_get(v, "event")), w5_str_of(whats[i]));
        assert_non_null(w5_json_get(v, i == 4 ? "report" : "incident"));
        assert_non_null(w5_json_get(v, "upstream_errors"));
    }
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void hostile_bytes_stay_on_the_line(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    scene_poison(s, HOSTILE);
    s->diagnosis.over_by = HOSTILE;
    assert_tame(live(s, out, "opened", false), 80);
    assert_tame(live(s, out, "over", false), 80);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_number_stays_when_a_worse_incident_joins(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_incident later = s->incident;
    w5_diagnosis worse = s->diagnosis;
    later.start += W5_MINUTE;
    worse.incident = &later;
    s->list[0] = &worse;
    s->list[1] = &s->diagnosis;
    s->findings.n = 2;
    assert_has(live(s, out, "worse", false), " #1 ");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_turn_is_one_line),
        cmocka_unit_test(machines_get_an_object_a_line),
        cmocka_unit_test(hostile_bytes_stay_on_the_line),
        cmocka_unit_test(a_number_stays_when_a_worse_incident_joins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
