#include "reading.h"

static void a_line_a_message_or_a_part_of_it_is_recognised(void **state)
{
    (void)state;
    static const struct {
        w5_str line;
        const char *klass, *code; /* NULL: understood, of no interest */
    } rows[] = {
        {W5_LIT(REFUSED),                                      "connection-refused", "CK-111"},
        {W5_LIT("  " EOF_LINE "  "),                           "premature-close",    "HU-EOF"},
        {W5_LIT("connect() failed (111: Connection refused)"), "connection-refused", "CK-111"},
        {W5_LIT("upstream prematurely closed connection"),     "premature-close",    "HU-EOF"},
        {W5_LIT("upstream prematurely closed connection..."),  "premature-close",    "HU-EOF"},
        {W5_LIT("upstream prematurely closed connection while sending "
                "request to upstream"),
         "premature-close",                                                          "SU-EOF"},
        {W5_LIT("[error] 3896#0: *1 upstream prematurely closed connection while reading response "
                "header from upstream"),
         "premature-close",                                                          "HU-EOF"},
        {W5_LIT("the log says \"[error] 3896#0: *1 connect() failed (111: Connection refused) while "
                "connecting to upstream,\" so what now?"),
         "connection-refused",                                                       "CK-111"},
        {W5_LIT("n : n  upstream prematurely closed connection while reading response header from "
                "upstream, client:address, server: mine, request: check API\", upstream: \"URL\""),
         "premature-close",                                                          "HU-EOF"},
        {W5_LIT(REOPEN),                                       NULL,                 ""      },
    };
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = load_knowledge(arena, "");
    for (size_t i = 0; i < COUNT(rows); i++) {
        w5_event event;
        if (w5_event_explain_line(c, w5_str_trim(rows[i].line), arena, &event) != W5_OK)
            fail_msg("row %zu is not understood", i);
        if (rows[i].klass == NULL)
            assert_null(event.klass);
        else
            assert_str(event.klass->id, w5_str_of(rows[i].klass));
        assert_str(event.code, w5_str_of(rows[i].code));
    }
    w5_arena_free(arena);
}

static void fields_are_those_of_the_line_only(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = load_knowledge(arena, "");
    w5_event event;
    assert_int_equal(w5_event_explain_line(c, W5_STR(REFUSED), arena, &event), W5_OK);
    assert_str(w5_record_get(event.record, W5_F_path), W5_STR("/a"));
    assert_str(w5_record_get(event.record, W5_F_pid), W5_STR("7"));
    assert_int_equal(w5_event_explain_line(c, W5_STR("connect() failed (111: x)"), arena, &event),
                     W5_OK);
    assert_str(w5_record_get(event.record, W5_F_errno), W5_STR("111"));
    assert_str(w5_record_get(event.record, W5_F_pid), W5_STR(""));
    assert_str(w5_record_get(event.record, W5_F_client), W5_STR(""));
    w5_arena_free(arena);
}

static void what_no_format_knows_is_a_miss(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = load_knowledge(arena, "");
    w5_event event;
    assert_int_equal(w5_event_explain_line(c, W5_STR("what a nice day"), arena, &event), W5_MISS);
    assert_int_equal(w5_event_explain_line(c, W5_STR(""), arena, &event), W5_MISS);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_a_message_or_a_part_of_it_is_recognised),
        cmocka_unit_test(fields_are_those_of_the_line_only),
        cmocka_unit_test(what_no_format_knows_is_a_miss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
