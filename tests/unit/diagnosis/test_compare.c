#include "scene.h"

enum {
    DAY = 100000, /* seconds from noon to the change */
};

static int begin(void **state)
{
    scene *s = scene_new();
    w5_ledger_split(s->ledger, &(w5_split){.at = NOON + DAY * W5_SECOND,
                                           .since = W5_TIME_NONE,
                                           .until = W5_TIME_NONE,
                                           .zone = {.fixed = true}});
    *state = s;
    return 0;
}

static int end(void **state)
{
    scene_free(*state);
    return 0;
}

static const w5_comparison *compare(scene *s, const char *const *story)
{
    scene_tell(s, story);
    scene_diagnose(s);
    return w5_compare(s->timeline, NOON + DAY * W5_SECOND, s->arena);
}

#define VISIT(when, status)                                                                        \
    "access " when " access status=" status                                                        \
    "|upstream_addr=127.0.0.1:8000|upstream_status=" status "|method=GET|path=/report"             \
    "|request_time=0.01"

/* The rule of three: of 1000 requests 10 failed; 300 without a failure settle it, 299 might not. */
static void enough_requests_without_a_failure_are_a_cure(void **state)
{
    static const char *const story[] = {VISIT("0x990@10", "200"), VISIT("5x10@900", "502"),
                                        VISIT("100001x350@10", "200"), NULL};
    const w5_comparison *c = compare(*state, story);
    assert_int_equal(c->outcome, W5_CURED);
    assert_int_equal(c->needed, 0);
    assert_true(c->chance > 0.049 && c->chance < 0.05); /* (1000/1350)^10 = 0.0497 */
    assert_int_equal(c->path[0].outcome, W5_CURED);
}

static void too_few_requests_prove_nothing_yet(void **state)
{
    static const char *const story[] = {VISIT("0x990@10", "200"), VISIT("5x10@900", "502"),
                                        VISIT("100001x100@10", "200"), NULL};
    const w5_comparison *c = compare(*state, story);
    assert_int_equal(c->outcome, W5_NOT_YET);
    assert_int_equal(c->needed, 250); /* 1000 * (0.05^(-1/10) - 1) = 349.3, 100 are there */
}

/* Two hundred failures of one outage are one occasion: that there was no second one in a tenth of
 * the time shows nothing. */
static void failures_of_one_moment_count_once(void **state)
{
    static const char *const story[] = {VISIT("0x800@100", "200"), VISIT("500x200@0", "502"),
                                        VISIT("100001x100@10", "200"), NULL};
    const w5_comparison *c = compare(*state, story);
    assert_int_equal(c->halves->before.failed, 200);
    assert_int_equal(c->halves->before.clusters, 1);
    assert_int_equal(c->outcome, W5_NOT_YET);
    assert_int_equal(c->needed, 18900);
}

static void a_longer_patience_turns_502_into_504(void **state)
{
    static const char *const story[] = {VISIT("0x900@10", "200"), VISIT("5x30@900", "502"),
                                        VISIT("100001x900@10", "200"),
                                        VISIT("100005x30@900", "504"), NULL};
    const w5_comparison *c = compare(*state, story);
    assert_int_equal(c->outcome, W5_MOVED);
    assert_str(c->from, W5_STR("502"));
    assert_str(c->to, W5_STR("504"));
}

static void what_still_fails_is_better_worse_or_neither(void **state)
{
    static const struct {
        const char *after;
        w5_outcome outcome;
    } cases[] = {
        {VISIT("100005x3@900",  "502"), W5_BETTER   },
        {VISIT("100005x25@900", "502"), W5_UNCHANGED},
        {VISIT("100005x80@900", "502"), W5_WORSE    },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        void *s;
        begin(&s);
        const char *const story[] = {VISIT("0x900@10", "200"), VISIT("5x30@900", "502"),
                                     VISIT("100001x900@10", "200"), cases[i].after, NULL};
        assert_int_equal(compare(s, story)->outcome, cases[i].outcome);
        end(&s);
    }
}

static void where_nothing_failed_there_is_nothing_to_compare(void **state)
{
    static const char *const story[] = {VISIT("0x900@10", "200"), VISIT("100001x9@10", "502"),
                                        NULL};
    const w5_comparison *c = compare(*state, story);
    assert_int_equal(c->outcome, W5_NOTHING_BEFORE);
    assert_int_equal(c->halves->elsewhere, 9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(enough_requests_without_a_failure_are_a_cure),
        TEST(too_few_requests_prove_nothing_yet),
        TEST(failures_of_one_moment_count_once),
        TEST(a_longer_patience_turns_502_into_504),
        TEST(what_still_fails_is_better_worse_or_neither),
        TEST(where_nothing_failed_there_is_nothing_to_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
