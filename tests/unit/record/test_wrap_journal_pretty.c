#include "entries.h"

static void a_recorded_journal_reads_like_its_json(void **state)
{
    (void)state;
    entries told;
    w5_arena *arena = w5_arena_new();
    feed_text(&told, w5_wrap_journal_pretty,
              read_fixture(arena, "fixtures/formats/journal/json-pretty.log"));
    check_same_story(&told, false);
    assert_int_equal(told.refused, 0);
    w5_arena_free(told.arena);
    w5_arena_free(arena);
}

static void other_braces_are_let_go(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\n  errno: -98,\n}\n",
        "{\n\t\"MESSAGE\" : \"m\",\n[error] something else\n",
        "{\n\t\"MESSAGE\" : \"cut\n",
        "{\n",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        entries told;
        feed_text(&told, w5_wrap_journal_pretty, w5_str_of(texts[i]));
        assert_int_equal(told.n, 1);
        assert_true(told.at[0].nothing);
        w5_arena_free(told.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_journal_reads_like_its_json),
        cmocka_unit_test(other_braces_are_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
