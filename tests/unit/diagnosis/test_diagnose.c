/* test_diagnose.c -- tests diagnose.c evidence.c sentence.c verdict.c settle.c
 * and tests blind.c ladders.c words.c */
#include "scene.h"

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

static const char *const cascade[] = {
    "gunicorn 0 master-start pid=10|version=20.1.0",
    "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",
    "gunicorn 0 worker-boot pid=11|subject=11",
    "gunicorn 0 worker-boot pid=12|subject=12",
    "gunicorn 46 worker-timeout pid=10|subject=11",
    "gunicorn 46 worker-exit pid=11|subject=11",
    "gunicorn 46 worker-boot pid=13|subject=13",
    "gunicorn 46 worker-exit pid=12|subject=12",
    "gunicorn 46 worker-exit pid=13|subject=13",
    "error 46 premature-close/HU-EOF " APP "|method=GET|path=/report",
    "error 47x104@0.1 connection-refused/CK-111 " APP "|method=GET|path=/ok",
    "access 30x20@0.5 access status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|"
    "method=GET|path=/ok|request_time=0.016",
    "access 46 access status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|method=GET|"
    "path=/report|request_time=30.3",
    "access 47x104@0.1 access status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|"
    "method=GET|path=/ok|request_time=0.000",
    NULL};

static void cites_exist(const w5_sentence *s, const w5_diagnosis *d)
{
    for (size_t i = 0; i < s->cites; i++)
        assert_true(s->cite[i] < d->evidences);
}

static void every_sentence_cites_evidence_that_is_shown(void **state)
{
    const w5_diagnosis *d = scene_only(*state, cascade);
    assert_true(d->cause.summary.cites > 0);
    assert_true(d->verdict.cites > 0);
    cites_exist(&d->verdict, d);
    cites_exist(&d->cause.summary, d);
    for (size_t i = 0; i < d->chains; i++)
        cites_exist(&d->chain[i].summary, d);
    for (size_t i = 0; i < d->alternatives; i++)
        cites_exist(&d->alternative[i].against, d);
    for (size_t i = 0; i < d->ruled_outs; i++) {
        assert_true(d->ruled_out[i].cites > 0);
        cites_exist(&d->ruled_out[i], d);
    }
    for (size_t i = 0; i < d->advices; i++) {
        assert_true(d->advice[i].why.cites > 0);
        cites_exist(&d->advice[i].why, d);
    }
    for (size_t i = 0; i < d->settles; i++)
        cites_exist(&d->settle[i].why, d);
}

static void evidence_stands_in_time_order_and_counts_runs(void **state)
{
    const w5_diagnosis *d = scene_only(*state, cascade);
    bool run = false;
    for (size_t i = 0; i < d->evidences; i++) {
        const w5_evidence *e = &d->evidence[i];
        if (i)
            assert_true(e->cell->at >= d->evidence[i - 1].cell->at);
        run = run || (e->count == 104 && e->last_line == 105);
    }
    assert_true(run);
}

static void the_verdict_can_be_read_aloud(void **state)
{
    const w5_diagnosis *d = scene_only(*state, cascade);
    assert_string_equal(scene_text(&d->verdict),
                        "502s since 12:00:46: 105 of 105 requests failed. Proven cause: Nothing "
                        "listens any more where nginx connects. NOT over: the logs end while "
                        "requests still fail.");
    assert_string_equal(scene_text(&((scene *)*state)->findings->verdict), scene_text(&d->verdict));
}

/* One is one, of one moment, and "s" is the plural of our words, not part of the value. */
static void a_lone_failure_is_told_in_the_singular(void **state)
{
    static const char *const lone[] = {
        "error 46 premature-close/HU-EOF " APP "|method=GET|path=/report", NULL};
    const w5_diagnosis *d = scene_only(*state, lone);
    const char *text = scene_text(&d->verdict);
    assert_ptr_equal(strstr(text, "A 502 at 12:00:46: 1 request failed. "), text);
    assert_str(d->verdict.arg[0], W5_STR("502"));
    assert_true(d->ruled_outs > 0);
    assert_string_equal(scene_text(&d->ruled_out[0]), "nginx's own timers: 0 of 1 line.");
}

static void requests_are_explained_once(void **state)
{
    const w5_diagnosis *d = scene_only(*state, cascade);
    assert_int_equal(d->cause.explains + d->chain[0].explains, d->incident->requests_failed);
}

static void what_is_missing_is_told(void **state)
{
    scene *s = *state;
    scene_only(s, cascade);
    bool kernel = false, app = false;
    for (size_t i = 0; i < s->findings->blinds; i++) {
        kernel = kernel || strstr(scene_text(&s->findings->blind[i]), "kernel log");
        app = app || strstr(scene_text(&s->findings->blind[i]), "application");
    }
    assert_true(kernel);
    assert_false(app);
}

static void a_log_that_begins_too_late_is_a_blind_spot(void **state)
{
    static const char *const story[] = {"error 10x3@1 premature-close/HU-EOF " APP
                                        "|method=GET|path=/a",
                                        "gunicorn 200 worker-recycle pid=5|subject=5", NULL};
    scene *s = *state;
    scene_only(s, story);
    bool told = false;
    for (size_t i = 0; i < s->findings->blinds; i++)
        told = told || strstr(scene_text(&s->findings->blind[i]), "gunicorn begins at");
    assert_true(told);
}

static void a_wrong_rung_is_marked(void **state)
{
    scene *s = *state;
    scene_config(s, "/etc/nginx/nginx.conf",
                 "http { upstream app { server 127.0.0.1:8000; keepalive 8; } server { location / "
                 "{ proxy_pass http://app; proxy_read_timeout 20s; } } }");
    scene_config(s, "/etc/systemd/system/shop.service",
                 "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --workers 9 "
                 "--timeout 30 --threads 20 --keep-alive 2 a:b\n");
    s->options.cores = 2;
    scene_only(s, cascade);
    const w5_findings *f = s->findings;
    assert_true(f->timeout_rungs >= 3);
    assert_str(f->timeouts[1].name, W5_STR("nginx proxy_read_timeout"));
    assert_true(f->timeouts[1].wrong);   /* 20 s < 30 s */
    assert_true(f->keepalives[0].wrong); /* 2 s < 60 s */
    assert_int_equal(f->setups, 1);
    assert_string_equal(scene_text(&f->setup[0]),
                        "9 workers on 2 cores: the documents' rule is (cores × 2) + 1 = 5.");
}

static void nothing_is_said_of_what_is_not_set(void **state)
{
    scene *s = *state;
    scene_only(s, cascade);
    assert_int_equal(s->findings->timeout_rungs, 0);
    assert_int_equal(s->findings->keepalive_rungs, 0);
}

static void the_same_story_gives_the_same_answer(void **state)
{
    scene *s = *state;
    scene_only(s, cascade);
    const w5_findings *again = w5_diagnose(s->timeline, &s->incidents, &s->options, s->arena);
    assert_int_equal(again->n, s->findings->n);
    assert_int_equal(again->at[0]->evidences, s->findings->at[0]->evidences);
    assert_true(again->at[0]->cause.score == s->findings->at[0]->cause.score);
    assert_str(again->at[0]->cause.cause->id, s->findings->at[0]->cause.cause->id);
}

static void beyond_the_worst_two_hundred_little_is_said(void **state)
{
    scene *s = *state;
    for (unsigned i = 0; i < W5_INCIDENTS_MAX + 30; i++) {
        char line[200];
        snprintf(line, sizeof(line), "error %u header-too-big/HU-BIG " APP "|path=/a", i * 100);
        scene_say(s, line);
        snprintf(line, sizeof(line), "error %u header-too-big/HU-BIG " APP "|path=/b", i * 100 + 1);
        scene_say(s, line);
        snprintf(line, sizeof(line), "error %u header-too-big/HU-BIG " APP "|path=/b", i * 100 + 2);
        scene_say(s, line);
    }
    scene_diagnose(s);
    assert_int_equal(s->findings->n, W5_INCIDENTS_MAX + 30);
    assert_int_equal(s->findings->folded, 30);
    const w5_diagnosis *last = s->findings->at[s->findings->n - 1];
    assert_str(last->cause.cause->id, W5_STR("header-too-big"));
    assert_int_equal(last->evidences, 0);
    assert_int_equal(last->advices, 0);
}

static void nothing_at_all_is_fine(void **state)
{
    scene *s = *state;
    scene_say(s, "error 10 - text=start");
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 0);
    assert_int_equal(s->findings->status, W5_SEVERITY_OK);
}

static void words_are_those_of_the_contract(void **state)
{
    (void)state;
    assert_str(w5_confidence_word[W5_PROVEN], W5_STR("proven"));
    assert_str(w5_severity_word[W5_SEVERITY_WARNING], W5_STR("warning"));
    assert_str(w5_role_word[W5_AGAINST], W5_STR("against"));
    assert_str(w5_advice_word[W5_NO_HELP], W5_STR("no-help"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(every_sentence_cites_evidence_that_is_shown),
        T(evidence_stands_in_time_order_and_counts_runs),
        T(the_verdict_can_be_read_aloud),
        T(a_lone_failure_is_told_in_the_singular),
        T(requests_are_explained_once),
        T(what_is_missing_is_told),
        T(a_log_that_begins_too_late_is_a_blind_spot),
        T(a_wrong_rung_is_marked),
        T(nothing_is_said_of_what_is_not_set),
        T(the_same_story_gives_the_same_answer),
        T(beyond_the_worst_two_hundred_little_is_said),
        T(nothing_at_all_is_fine),
        cmocka_unit_test(words_are_those_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
