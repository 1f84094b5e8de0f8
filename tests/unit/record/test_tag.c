#include "check.h"

#include "record/tag.h"

static void control_bytes_come_back_and_other_numbers_stay(void **state)
{
    (void)state;
    static const struct {
        w5_str text, plain;
    } cases[] = {
        {W5_LIT("a#011b"),         W5_LIT("a\tb")          },
        {W5_LIT("#012"),           W5_LIT("\n")            },
        {W5_LIT("17743#17743: x"), W5_LIT("17743#17743: x")},
        {W5_LIT("7#012: #177"),    W5_LIT("7\n: \x7f")     },
        {W5_LIT("#177x"),          W5_LIT("\x7fx")         },
        {W5_LIT("#040#100#378"),   W5_LIT("#040#100#378")  },
        {W5_LIT("##011"),          W5_LIT("#\t")           },
        {W5_LIT("#01"),            W5_LIT("#01")           },
        {W5_LIT("plain"),          W5_LIT("plain")         },
        {W5_LIT(""),               W5_LIT("")              },
        {W5_LIT("#000"),           {"\0", 1}               },
    };
    w5_arena *scratch = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_tag_unescape(cases[i].text, scratch), cases[i].plain);
    w5_arena_free(scratch);
}

static void a_repetition_counts(void **state)
{
    (void)state;
    uint64_t count = 1;
    assert_str(w5_tag_repeated(W5_STR("message repeated 12 times: [ a [b]]"), &count),
               W5_STR("a [b]"));
    assert_int_equal(count, 12);
    assert_str(w5_tag_repeated(W5_STR("message repeated 2 times"), &count),
               W5_STR("message repeated 2 times"));
    assert_int_equal(count, 12);
}

static void how_much_must_stand_there_depends_on_the_stamp(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        bool any, named, pid;
    } cases[] = {
        {W5_LIT("web-1 gunicorn[7]: m"), true,  true,  true },
        {W5_LIT("gunicorn[7]: m"),       true,  true,  true },
        {W5_LIT("web-1 sudo: m"),        true,  true,  false},
        {W5_LIT("kernel: m"),            true,  true,  true },
        {W5_LIT("sudo: m"),              true,  false, false},
        {W5_LIT("web-1 some words"),     true,  false, false},
        {W5_LIT("gunicorn[x]: m"),       false, false, false},
        {W5_LIT(""),                     false, false, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_wrapped any = {.count = 1}, named = {.count = 1}, pid = {.count = 1};
        assert_int_equal(w5_tag_read(cases[i].text, W5_TAG_ANY, &any), cases[i].any);
        assert_int_equal(w5_tag_read(cases[i].text, W5_TAG_NAMED, &named), cases[i].named);
        assert_int_equal(w5_tag_read(cases[i].text, W5_TAG_PID, &pid), cases[i].pid);
    }
}

static void the_key_tells_writers_apart(void **state)
{
    (void)state;
    w5_wrapped a = {.count = 1}, b = {.count = 1};
    assert_true(w5_tag_read(W5_STR("web-1 gunicorn[7]: m"), W5_TAG_ANY, &a));
    assert_true(w5_tag_read(W5_STR("web-1 gunicorn[8]: m"), W5_TAG_ANY, &b));
    assert_false(w5_str_eq(a.key, b.key));
    assert_str(w5_tag_level(2), W5_STR("crit"));
    assert_str(w5_tag_level(8), W5_STR(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_bytes_come_back_and_other_numbers_stay),
        cmocka_unit_test(a_repetition_counts),
        cmocka_unit_test(how_much_must_stand_there_depends_on_the_stamp),
        cmocka_unit_test(the_key_tells_writers_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
