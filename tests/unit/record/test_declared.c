#include "stage.h"

static w5_rc declare(w5_arena *arena, const char *text, w5_record_options *o, w5_err *err)
{
    w5_catalogue *c = w5_catalogue_new(arena);
    assert_int_equal(w5_catalogue_load(c, W5_STR("own.w5"), w5_str_of(text), err), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, err), W5_OK);
    w5_rc rc = w5_declared_read(c, arena, &o->declared, &o->declared_n, err);
    w5_catalogue_free(c);
    return rc;
}

#define SHOP                                                                                       \
    "-- format shop\n"                                                                             \
    "title: the shop's own log\n"                                                                  \
    "match: ^(?<stamp>[^ ]+ [^ ]+) shop\\[(?<pid>\\d+)\\] (?<level>[A-Za-z]+) (?<message>.*)$\n"   \
    "\n"

static void named_groups_become_stamp_fields_and_message(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        w5_time at;
        bool zoned;
    } cases[] = {
        {"2026-11-20 18:52:13,417 shop[41] WARNING it hangs", 13417, false},
        {"2026/11/20 18:52:13.417 shop[41] WARN it hangs",    13417, false},
        {"2026-11-20 18:52:13.417Z shop[41] warn it hangs",   13417, true },
    };
    w5_arena *arena = w5_arena_new();
    w5_record_options o = {.all_fields = true};
    w5_err err;
    assert_int_equal(declare(arena, SHOP, &o, &err), W5_OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_records *records = w5_records_new(&o);
        w5_record r;
        w5_records_begin(records, 0, W5_STR("shop.log"), W5_STR(""),
                         w5_civil(2026, 11, 20, 12, 0, 0, 0));
        w5_str line = w5_arena_fmt(arena, "%s\n", cases[i].line);
        w5_records_put(records, line, 0, false);
        assert_int_equal(w5_records_take(records, &r), W5_OK);
        assert_str(r.format->id, W5_STR("shop"));
        assert_int_equal(r.at, w5_civil(2026, 11, 20, 18, 52, 0, 0) + cases[i].at * 1000);
        assert_int_equal(r.zoned, cases[i].zoned);
        assert_str(r.message, W5_STR("it hangs"));
        assert_str(w5_record_get(&r, W5_F_level), W5_STR("warn"));
        assert_str(w5_record_get(&r, W5_F_pid), W5_STR("41"));
        w5_records_free(records);
    }
    w5_arena_free(arena);
}

static void other_lines_are_left_to_other_formats(void **state)
{
    (void)state;
    static const char text[] = "2026/11/20 16:37:20 [error] 7#7: *1 no live upstreams\n"
                               "2026-11-20 18:52:13 shop[41] INFO ready\n"
                               "not a stamp shop[41] INFO ready\n";
    w5_arena *arena = w5_arena_new();
    w5_record_options o = {.all_fields = true};
    w5_err err;
    w5_record r;
    assert_int_equal(declare(arena, SHOP, &o, &err), W5_OK);
    w5_records *records = w5_records_new(&o);
    w5_records_begin(records, 0, W5_STR("x.log"), W5_STR(""), w5_civil(2026, 11, 20, 12, 0, 0, 0));
    w5_records_put(records, W5_STR(text), 0, false);
    w5_records_tick(records);
    assert_int_equal(w5_records_take(records, &r), W5_OK);
    assert_str(r.format->id, W5_STR("nginx-error"));
    assert_int_equal(w5_records_take(records, &r), W5_OK);
    assert_str(r.format->id, W5_STR("shop"));
    assert_int_equal(w5_records_take(records, &r), W5_WAIT);
    assert_int_equal(w5_records_stream(records, 0)->not_understood, 1);
    w5_records_free(records);
    w5_arena_free(arena);
}

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"-- format x\ntitle: t\nmatch: ^(?<colour>a)\n",
         "own.w5:1: format 'x': no field is called 'colour'"                      },
        {"-- format x\ntitle: t\nmatch: ^(a\n",           "own.w5:1: format 'x': "},
        {"-- format gunicorn\ntitle: t\nmatch: ^a\n",
         "own.w5:1: format 'gunicorn': a format of that name is built in"         },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_arena *arena = w5_arena_new();
        w5_record_options o = {.all_fields = true};
        w5_err err = {0};
        assert_int_equal(declare(arena, cases[i].text, &o, &err), W5_ESYNTAX);
        if (!w5_str_starts(w5_str_of(err.text), w5_str_of(cases[i].told)))
            fail_msg("%s", err.text);
        w5_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_groups_become_stamp_fields_and_message),
        cmocka_unit_test(other_lines_are_left_to_other_formats),
        cmocka_unit_test(mistakes_are_told_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
