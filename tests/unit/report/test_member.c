#include "inspect.h"
#include "report/common.h"

static const w5_view view = {.redact = W5_REDACT_SECRETS};

static void members_are_parted_by_commas(void **state)
{
    w5_out *out = w5_out_memory();
    bool first = true;
    w5_member_num(out, &first, "n", 7);
    w5_member_bool(out, &first, "b", false);
    w5_member_null(out, &first, "z");
    w5_member_own(out, &first, "s", W5_STR("a\"b"));
    assert_str(w5_out_bytes(out), W5_STR("\"n\":7,\"b\":false,\"z\":null,\"s\":\"a\\\"b\""));
    w5_out_done(out, NULL);
    (void)state;
}

static void a_time_that_is_none_is_null(void **state)
{
    w5_out *out = w5_out_memory();
    bool first = true;
    w5_member_time(out, &first, "a", W5_TIME_NONE, 0);
    w5_member_time(out, &first, "b", W5_TIME_MAX, 0);
    w5_member_time(out, &first, "c", SCENE_START, 3);
    assert_str(w5_out_bytes(out),
               W5_STR("\"a\":null,\"b\":null,\"c\":\"2026-11-20T17:05:46.000Z\""));
    w5_out_done(out, NULL);
    (void)state;
}

static void a_precision_is_the_last_digit_of_its_stamp(void **state)
{
    w5_out *out = w5_out_memory();
    bool first = true;
    w5_member_precision(out, &first, 0);
    w5_member_precision(out, &first, 3);
    w5_member_precision(out, &first, 9);
    assert_str(w5_out_bytes(out),
               W5_STR("\"precision_s\":1,\"precision_s\":0.001,\"precision_s\":0.000001"));
    w5_out_done(out, NULL);
    (void)state;
}

static void foreign_text_is_redacted_and_escaped(void **state)
{
    w5_out *out = w5_out_memory();
    bool first = true;
    w5_member_str(out, &first, "s", W5_STR("/x?password=hunter2&\x1b"), &view);
    assert_lacks(w5_out_bytes(out), "hunter2");
    assert_lacks(w5_out_bytes(out), "\x1b");
    w5_out_done(out, NULL);
    (void)state;
}

static void tallies_become_an_object(void **state)
{
    w5_tally t[] = {
        {W5_LIT("502"), 106},
        {W5_LIT("200"), 7  }
    };
    w5_out *out = w5_out_memory();
    bool first = true;
    w5_member_tallies(out, &first, "statuses", (w5_tallies){t, 2}, &view);
    w5_member_tallies(out, &first, "none", (w5_tallies){t, 0}, &view);
    assert_str(w5_out_bytes(out), W5_STR("\"statuses\":{\"502\":106,\"200\":7},\"none\":{}"));
    w5_out_done(out, NULL);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_parted_by_commas),
        cmocka_unit_test(a_time_that_is_none_is_null),
        cmocka_unit_test(a_precision_is_the_last_digit_of_its_stamp),
        cmocka_unit_test(foreign_text_is_redacted_and_escaped),
        cmocka_unit_test(tallies_become_an_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
