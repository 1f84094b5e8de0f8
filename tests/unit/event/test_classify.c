#include "check.h"

#include <why502/event.h>

#include <stdlib.h>

static const w5_format nginx = {.id = W5_LIT("n")}, gunicorn = {.id = W5_LIT("g")},
                       access_log = {.id = W5_LIT("nginx-access")};

static const char knowledge[] =
    "-- class premature-close\ntitle: t\nfamily: upstream\ncodes: HU-EOF SU-EOF\n"
    "-- class upstream-other\ntitle: t\nfamily: upstream\ncodes: HK-110\n"
    "-- class upstream-5xx\ntitle: t\nfamily: upstream\ncodes: HU-500\n"
    "-- class access\ntitle: t\nfamily: life\n"
    "-- class traceback\ntitle: t\nfamily: life\n"
    "-- class worker-timeout\ntitle: t\nfamily: life\n"
    "-- pattern eof\nformat: n\nclass: premature-close\ncode: {P}U-EOF\n"
    "starts: upstream prematurely closed connection\nends: yes\n"
    "-- pattern other\nformat: n\nclass: upstream-other\ncode: {P}K-{errno}\nstarts: recv() "
    "failed\n"
    "-- pattern noise\nformat: n\nstarts: reopening logs\n"
    "-- pattern timeout\nformat: g\nkind: worker-timeout\n"
    "match: ^WORKER TIMEOUT \\(pid:(?<subject>\\d+)\\)(?<bogus>.)?(?<reason>x)?\n"
    "set: signal=6\nset: bogus=1\nset: limit=a=b\n";

typedef struct scene {
    w5_arena *arena;
    w5_catalogue *catalogue;
    w5_classifier *classifier;
} scene;

static int setup(void **state)
{
    scene *s = calloc(1, sizeof(*s));
    w5_err err;
    s->arena = w5_arena_new();
    s->catalogue = w5_catalogue_new(s->arena);
    if (w5_catalogue_load(s->catalogue, W5_STR("t"), w5_str_of(knowledge), &err) < 0 ||
        w5_catalogue_seal(s->catalogue, &err) < 0)
        fail_msg("%s", err.text);
    s->classifier = w5_classifier_new(s->catalogue);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    w5_classifier_free(s->classifier);
    w5_catalogue_free(s->catalogue);
    w5_arena_free(s->arena);
    free(s);
    return 0;
}

static w5_record nginx_record(const char *message, const char *phase, const char *number)
{
    w5_record r = {.format = &nginx, .message = w5_str_of(message), .count = 1};
    if (phase != NULL)
        w5_record_set(&r, W5_F_phase, w5_str_of(phase));
    if (number != NULL)
        w5_record_set(&r, W5_F_errno, w5_str_of(number));
    return r;
}

static void upstream_errors_get_class_and_code(void **state)
{
    static const struct {
        const char *message, *phase, *number, *klass, *code;
    } rows[] = {
        {"upstream prematurely closed connection", "reading response header from upstream", NULL,
         "premature-close",                                                                                                  "HU-EOF"  },
        {"upstream prematurely closed connection", "sending request to upstream",           NULL,
         "premature-close",                                                                                                  "SU-EOF"  },
        {"recv() failed",                          "reading response header from upstream", "110",         "upstream-other",
         "HK-110"                                                                                                                      },
        {"recv() failed",                          "reading upstream",                      "113",         "upstream-other", "BK-113"  },
        {"recv() failed",                          "reading upstream",                      "99999999999", "upstream-other", "BK-OTHER"},
        {"recv() failed",                          "reading upstream",                      "x",           "upstream-other", "BK-OTHER"},
    };
    scene *s = *state;
    for (int twice = 0; twice < 2; twice++)
        for (size_t i = 0; i < COUNT(rows); i++) {
            w5_record r = nginx_record(rows[i].message, rows[i].phase, rows[i].number);
            w5_event event;
            assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_OK);
            assert_str(event.klass->id, w5_str_of(rows[i].klass));
            assert_str(event.code, w5_str_of(rows[i].code));
            assert_ptr_equal(event.record, &r);
        }
}

static void the_rest_is_understood_and_of_no_interest(void **state)
{
    scene *s = *state;
    w5_event event;
    w5_record noise = nginx_record("reopening logs", NULL, NULL);
    assert_int_equal(w5_event_classify(s->classifier, &noise, &event), W5_MISS);
    assert_str(event.pattern->id, W5_STR("noise"));
    assert_null(event.klass);
    w5_record unknown = nginx_record("never heard of", NULL, NULL);
    assert_int_equal(w5_event_classify(s->classifier, &unknown, &event), W5_MISS);
    assert_null(event.pattern);
    assert_str(event.code, W5_STR(""));
}

static void groups_and_pairs_become_fields(void **state)
{
    scene *s = *state;
    w5_event event;
    w5_record r = {.format = &gunicorn, .message = W5_STR("WORKER TIMEOUT (pid:19)")};
    w5_record_set(&r, W5_F_pid, W5_STR("7"));
    assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_OK);
    assert_str(w5_record_get(&r, W5_F_subject), W5_STR("19"));
    assert_str(w5_record_get(&r, W5_F_pid), W5_STR("7"));
    assert_str(w5_record_get(&r, W5_F_signal), W5_STR("6"));
    assert_str(w5_record_get(&r, W5_F_limit), W5_STR("a=b"));
    assert_false(r.have >> W5_F_reason & 1);
}

static void access_lines_are_judged_by_their_fields(void **state)
{
    scene *s = *state;
    w5_event event;
    w5_record r = {.format = &access_log, .message = W5_STR("recv() failed")};
    w5_record_set(&r, W5_F_status, W5_STR("500"));
    w5_record_set(&r, W5_F_upstream_status, W5_STR("500"));
    w5_record_set(&r, W5_F_upstream_header_time, W5_STR("0.1"));
    assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_OK);
    assert_str(event.klass->id, W5_STR("upstream-5xx"));
    assert_str(event.code, W5_STR("HU-500"));
    w5_record_set(&r, W5_F_upstream_header_time, W5_STR("-"));
    assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_OK);
    assert_str(event.klass->id, W5_STR("access"));
    assert_str(event.code, W5_STR(""));
}

static void an_unknown_line_with_a_stack_below_is_an_exception(void **state)
{
    scene *s = *state;
    w5_event event;
    w5_record r = {.format = &gunicorn, .message = W5_STR("charge failed, attempt 1")};
    w5_record_set(&r, W5_F_exception, W5_STR("TimeoutError: timed out"));
    assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_OK);
    assert_str(event.klass->id, W5_STR("traceback"));
    w5_record noise = nginx_record("reopening logs", NULL, NULL);
    w5_record_set(&noise, W5_F_exception, W5_STR("TimeoutError: timed out"));
    assert_int_equal(w5_event_classify(s->classifier, &noise, &event), W5_MISS);
}

/* Events read back carry what another run had found. */
static void our_own_events_keep_their_class(void **state)
{
    scene *s = *state;
    w5_event event;
    w5_pattern told = {.id = W5_STR("premature-close"), .code = W5_STR("HU-EOF")};
    w5_record r = {.format = &nginx, .message = W5_STR("x"), .pattern = &told};
    assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_OK);
    assert_str(event.klass->id, W5_STR("premature-close"));
    assert_str(event.code, W5_STR("HU-EOF"));
    told.id = W5_STR("of-a-later-version");
    assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_MISS);
}

/* A log may hold any number as errno: what is remembered of it is bounded. */
static void hostile_errnos_do_not_grow_memory(void **state)
{
    scene *s = *state;
    for (int i = 0; i < 5000; i++) {
        w5_event event;
        w5_arena *arena = w5_arena_new();
        w5_record r =
            nginx_record("recv() failed", "reading upstream", w5_arena_fmt(arena, "%d", i).ptr);
        assert_int_equal(w5_event_classify(s->classifier, &r, &event), W5_OK);
        w5_arena_free(arena);
        if (i > 64)
            assert_str(event.code, W5_STR("BK-OTHER"));
    }
    assert_int_equal(w5_classifier_limits(s->classifier), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(upstream_errors_get_class_and_code, setup, teardown),
        cmocka_unit_test_setup_teardown(the_rest_is_understood_and_of_no_interest, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_and_pairs_become_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(access_lines_are_judged_by_their_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_line_with_a_stack_below_is_an_exception, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(our_own_events_keep_their_class, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_errnos_do_not_grow_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
