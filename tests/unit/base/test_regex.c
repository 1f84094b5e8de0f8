#include "check.h"

#include <why502/base/regex.h>

static w5_regex *regex_of(const char *pattern)
{
    w5_regex *re = NULL;
    w5_err err;
    if (w5_regex_new(w5_str_of(pattern), &re, &err) != W5_OK)
        fail_msg("%s", err.text);
    return re;
}

static void groups_are_slices_of_the_subject(void **state)
{
    (void)state;
    w5_regex *re = regex_of("^WORKER TIMEOUT \\(pid:(?<pid>\\d+)\\)(?<rest>!)?(x)?");
    w5_str groups[6];
    assert_int_equal(w5_regex_groups(re), 3);
    assert_str(w5_regex_group_name(re, 1), W5_STR("pid"));
    assert_str(w5_regex_group_name(re, 2), W5_STR("rest"));
    assert_str(w5_regex_group_name(re, 3), W5_STR(""));
    assert_str(w5_regex_group_name(re, 99), W5_STR(""));
    w5_str line = W5_STR("WORKER TIMEOUT (pid:19)x");
    assert_int_equal(w5_regex_match(re, line, groups, COUNT(groups)), W5_OK);
    assert_str(groups[0], line);
    assert_ptr_equal(groups[1].ptr, line.ptr + 20);
    assert_str(groups[1], W5_STR("19"));
    assert_null(groups[2].ptr);
    assert_str(groups[3], W5_STR("x"));
    assert_null(groups[4].ptr);
    assert_int_equal(w5_regex_match(re, line, groups, 1), W5_OK); /* fewer are enough */
    assert_int_equal(w5_regex_match(re, line, NULL, 0), W5_OK);
    assert_int_equal(w5_regex_match(re, W5_STR("Worker exiting"), groups, 1), W5_MISS);
    assert_int_equal(w5_regex_match(re, W5_NONE, groups, 1), W5_MISS);
    w5_regex_free(re);
    w5_regex_free(NULL);
}

static void subjects_may_hold_any_bytes(void **state)
{
    (void)state;
    w5_regex *re = regex_of("b(.)c");
    w5_str groups[2];
    assert_int_equal(w5_regex_match(re,
                                    W5_STR("a\0b\xff"
                                           "c"),
                                    groups, 2),
                     W5_OK);
    assert_str(groups[1], W5_STR("\xff"));
    assert_int_equal(w5_regex_match(re, W5_STR("a\0b\0c"), groups, 2), W5_OK);
    assert_str(groups[1], W5_STR("\0"));
    w5_regex_free(re);
}

static void mistakes_are_told_with_their_column(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *column;
    } cases[] = {
        {"ab(c",           "column 5: "},
        {"a[b",            "column 4: "},
        {"*a",             "column 1: "},
        {"(?<n>a)(?<n>b)", "column "   },
        {"(*UTF)a",        "column "   },
        {"a\\Cb",          "column "   },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_regex *re = NULL;
        w5_err err;
        assert_int_equal(w5_regex_new(w5_str_of(cases[i].pattern), &re, &err), W5_ESYNTAX);
        assert_ptr_equal(strstr(err.text, cases[i].column), err.text);
        assert_true(strlen(err.text) > strlen(cases[i].column) + 5);
        assert_null(re);
    }
}

/* The classic that needs 2^n steps. */
static void a_hostile_line_hits_the_limit_and_returns(void **state)
{
    (void)state;
    w5_regex *re = regex_of("^(a+)+$");
    w5_str groups[1];
    w5_str line = W5_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
    assert_int_equal(w5_regex_match(re, line, groups, 1), W5_ELIMIT);
    assert_int_equal(w5_regex_match(re, W5_STR("aaa"), groups, 1), W5_OK); /* and still works */
    w5_regex_limits(re, 1000000000, 1000, 4096);
    assert_int_equal(w5_regex_match(re, W5_STR("aaab"), groups, 1), W5_MISS);
    w5_regex_free(re);
}

/* More machine stack than the JIT has: the interpreter takes over. */
static void a_deep_match_goes_on_without_the_jit(void **state)
{
    (void)state;
    static char line[8192];
    w5_regex *re = regex_of("^(?:a(?=(x|a|b))|b)*$");
    memset(line, 'a', sizeof line);
    line[sizeof line - 1] = 'b';
    w5_str groups[1];
    w5_rc rc = w5_regex_match(re, (w5_str){line, sizeof line}, groups, 1);
    assert_true(rc == W5_OK || rc == W5_ELIMIT);
    w5_regex_free(re);
}

static void an_empty_pattern_matches_everything(void **state)
{
    (void)state;
    w5_regex *re = regex_of("");
    w5_str groups[1];
    assert_int_equal(w5_regex_match(re, W5_NONE, groups, 1), W5_OK);
    assert_int_equal(groups[0].len, 0);
    w5_regex_free(re);
    assert_true(w5_regex_version()[0] >= '1' && w5_regex_version()[0] <= '9');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_slices_of_the_subject),
        cmocka_unit_test(subjects_may_hold_any_bytes),
        cmocka_unit_test(mistakes_are_told_with_their_column),
        cmocka_unit_test(a_hostile_line_hits_the_limit_and_returns),
        cmocka_unit_test(a_deep_match_goes_on_without_the_jit),
        cmocka_unit_test(an_empty_pattern_matches_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
