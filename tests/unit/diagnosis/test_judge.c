/* test_judge.c -- tests judge.c case.c caseload.c deaths.c timers.c pattern.c */
#include "scene.h"

#include "diagnosis/judge.h"

static int begin(void **state)
{
    *state = scene_new();
    return 0;
}

static int end(void **state)
{
    scene_free(*state);
    return 0;
}

#define GUNICORN                                                                                   \
    "gunicorn 0 master-start pid=10|version=20.1.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11", "gunicorn 0 worker-boot pid=12|subject=12"
#define TIMED_OUT(second, pid, next)                                                               \
    "gunicorn " second " worker-timeout pid=10|subject=" pid,                                      \
        "gunicorn " second " worker-exit pid=" pid "|subject=" pid,                                \
        "gunicorn " second " worker-boot pid=" next "|subject=" next
#define CLOSED(when)  "error " when " premature-close/HU-EOF " APP "|method=GET|path=/report"
#define REFUSED(when) "error " when " connection-refused/CK-111 " APP "|method=GET|path=/items"

static void what_can_lead_to_what(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool linked;
    } cases[] = {
        {"app-down",                "gunicorn-worker-timeout", true },
        {"gunicorn-worker-timeout", "app-down",                true },
        {"deploy-restart",          "gunicorn-worker-timeout", false},
        {"deploy-restart",          "graceful-timeout-cut",    true },
        {"backlog-full",            "nginx-read-timeout",      true },
        {"header-too-big",          "nginx-read-timeout",      false},
        {"no-live-upstreams",       "header-too-big",          true },
        {"db-down",                 "app-error-500",           true },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (w5_causes_linked(w5_str_of(cases[i].a), w5_str_of(cases[i].b)) != cases[i].linked)
            fail_msg("%s, %s", cases[i].a, cases[i].b);
}

static void every_c_test_belongs_to_a_cause_of_the_catalogue(void **state)
{
    scene *s = *state;
    const w5_trial *const lists[] = {
        w5_trials_lines, w5_trials_workers,     w5_trials_outages, w5_trials_database,
        w5_trials_load,  w5_trials_application, w5_trials_host,
    };
    for (size_t i = 0; i < COUNT(lists); i++)
        for (const w5_trial *t = lists[i]; t->name; t++)
            if (!w5_catalogue_cause(s->catalogue, w5_str_of(t->name)))
                fail_msg("no cause %s", t->name);
}

static void every_cause_of_the_catalogue_has_a_test_or_clues(void **state)
{
    scene *s = *state;
    const w5_cause *const *all;
    size_t n = w5_catalogue_causes(s->catalogue, &all);
    for (size_t i = 0; i < n; i++) {
        bool aside = w5_str_eq(all[i]->id, W5_STR("unknown")) ||
                     w5_str_eq(all[i]->id, W5_STR("client-abort"));
        if (!aside && !w5_trial_find(all[i]->id) && !all[i]->clues)
            fail_msg("nothing finds %.*s", W5_ARG(all[i]->id));
    }
}

static void a_small_part_is_not_the_whole(void **state)
{
    static const char *const story[] = {GUNICORN,         TIMED_OUT("20", "11", "13"), CLOSED("20"),
                                        CLOSED("30x9@1"), "gunicorn 60 - text=late",   NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 2);
    for (size_t i = 0; i < 2; i++) {
        bool whole = s->findings->at[i]->incident->errors == 9;
        assert_cause(s->findings->at[i], whole ? "unknown" : "gunicorn-worker-timeout",
                     whole ? "unknown" : "proven");
    }
}

static void a_header_too_big_never_made_another_error(void **state)
{
    static const char *const story[] = {
        "error 20x5@1 header-too-big/HU-BIG " APP "|method=GET|path=/login",
        "error 30x4@1 connection-refused/CK-111 " APP "|method=GET|path=/items", NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 2);
    for (size_t i = 0; i < 2; i++) {
        bool header = s->findings->at[i]->incident->errors == 5;
        assert_cause(s->findings->at[i], header ? "header-too-big" : "unknown",
                     header ? "proven" : "unknown");
    }
}

static void half_of_the_time_outs_explain_half(void **state)
{
    static const char *const story[] = {GUNICORN,
                                        TIMED_OUT("20", "11", "13"),
                                        TIMED_OUT("22", "12", "14"),
                                        CLOSED("20"),
                                        CLOSED("22"),
                                        CLOSED("26"),
                                        "gunicorn 60 - text=late",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "likely");
    assert_int_equal(d->cause.explains, 2);
}

static void a_beginning_of_a_cascade_stays_with_it(void **state)
{
    static const char *const story[] = {GUNICORN,
                                        TIMED_OUT("20", "11", "13"),
                                        CLOSED("20"),
                                        REFUSED("50x9@1"),
                                        "gunicorn 21 worker-recycle pid=12|subject=12",
                                        "gunicorn 90 worker-recycle pid=12|subject=12",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_not_cause(d, "gunicorn-worker-timeout");
    assert_non_null(scene_link(d, "gunicorn-worker-timeout"));
    assert_str(d->pattern, W5_STR("cascade"));
}

static void who_cannot_be_told_apart_is_only_possible(void **state)
{
    static const char *const story[] = {GUNICORN,
                                        "gunicorn 20 worker-killed pid=10|subject=11|signal=9",
                                        "gunicorn 20 worker-killed pid=10|subject=12|signal=11",
                                        CLOSED("20"),
                                        "kernel 0 - text=x",
                                        "kernel 90 - text=x",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_int_equal(d->cause.confidence, W5_POSSIBLE);
    assert_true(d->alternatives >= 1);
    assert_int_equal(d->alternative[0].confidence, W5_POSSIBLE);
}

/* What the picture in nginx's log is, by the documents' words. */
static void the_documents_patterns_are_seen(void **state)
{
    (void)state;
    static const struct {
        const char *story[3], *pattern;
    } cases[] = {
        {{CLOSED("10"), REFUSED("12x9@1")},                                       "cascade"           },
        {{CLOSED("10"), REFUSED("12x5@1")},                                       "cascade"           },
        {{CLOSED("10"), REFUSED("12x4@1")},                                       "connection-refused"},
        {{REFUSED("8"), CLOSED("10"), REFUSED("12x9@1")},                         "connection-refused"},
        {{"error 10 connection-reset/HU-104 " APP "|path=/a", REFUSED("13x9@1")}, "cascade"           },
        {{"error 10 connection-reset/HU-104 " APP "|path=/a", REFUSED("10x9@1")},
         "connection-refused"                                                                         },
        {{CLOSED("10x3@1")},                                                      "premature-close"   },
        {{"error 10 read-timeout/HN-110 " APP "|path=/a"},                        ""                  },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        scene *s = scene_new();
        for (size_t l = 0; l < 3 && cases[i].story[l]; l++)
            scene_say(s, cases[i].story[l]);
        scene_diagnose(s);
        assert_int_equal(s->findings->n, 1);
        assert_str(s->findings->at[0]->pattern, w5_str_of(cases[i].pattern));
        scene_free(s);
    }
}

static void a_status_alone_can_be_explained_but_not_proven(void **state)
{
    static const char *const story[] = {
        GUNICORN, TIMED_OUT("40", "11", "13"),
        "access 40 access status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|method=GET|"
        "path=/report|request_time=30.4",
        "access 1x60@1 access status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|"
        "method=GET|path=/items|request_time=0.01",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "likely");
    assert_true(scene_asks_for(d, "nginx-error"));
}

static void the_timer_is_seen_in_the_durations(void **state)
{
    static const char *const story[] = {
        GUNICORN, TIMED_OUT("40", "11", "13"), CLOSED("40"),
        "access 40 access status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|method=GET|"
        "path=/report|request_time=12.3",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "proven");
    assert_non_null(strstr(scene_text(&d->cause.summary), "12 s"));
}

static void a_time_out_without_nginxs_log_opens_an_incident(void **state)
{
    static const char *const story[] = {GUNICORN, TIMED_OUT("40", "11", "13"), NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_str(d->cause.cause->id, W5_STR("gunicorn-worker-timeout"));
    assert_int_equal(d->severity, W5_SEVERITY_ERROR);
}

static void a_healthy_log_is_no_incident(void **state)
{
    static const char *const story[] = {
        GUNICORN,
        "gunicorn 20 worker-recycle pid=11|subject=11",
        "gunicorn 20 worker-exit pid=11|subject=11",
        "gunicorn 20 worker-boot pid=13|subject=13",
        "gunicorn 30 master-reload pid=10",
        "error 20 client-abort " APP "|path=/slow",
        "mysql 20 db-aborted-connection thread=7",
        "access 1x60@1 access status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|"
        "method=GET|path=/items|request_time=0.01",
        NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 0);
    assert_int_equal(s->findings->status, W5_SEVERITY_OK);
    assert_string_equal(scene_text(&s->findings->verdict), "No upstream errors.");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_lead_to_what),
        T(every_c_test_belongs_to_a_cause_of_the_catalogue),
        T(every_cause_of_the_catalogue_has_a_test_or_clues),
        T(a_small_part_is_not_the_whole),
        T(a_header_too_big_never_made_another_error),
        T(half_of_the_time_outs_explain_half),
        T(a_beginning_of_a_cascade_stays_with_it),
        T(who_cannot_be_told_apart_is_only_possible),
        cmocka_unit_test(the_documents_patterns_are_seen),
        T(a_status_alone_can_be_explained_but_not_proven),
        T(the_timer_is_seen_in_the_durations),
        T(a_time_out_without_nginxs_log_opens_an_incident),
        T(a_healthy_log_is_no_incident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
