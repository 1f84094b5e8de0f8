#include "peeled.h"

#define TIME "\"__REALTIME_TIMESTAMP\":\"1773568035700000\","

static void fields_come_in_any_order(void **state)
{
    (void)state;
    w5_time at = utc(2026, 3, 15, 9, 47, 15, 700000);
    const peeled cases[] = {
        {"{" TIME "\"MESSAGE\":\"m\",\"_PID\":\"1201\",\"SYSLOG_IDENTIFIER\":\"gunicorn\","
         "\"PRIORITY\":\"3\",\"_HOSTNAME\":\"web-1\",\"_SYSTEMD_UNIT\":\"gunicorn.service\"}", "m",  "web-1",                                                                            "gunicorn", "1201",             "gunicorn.service", "error",                                                                                                                                                                                            .at = at,           .zoned = true},
        {"\x1e{\"_COMM\":\"gunicorn\"," TIME "\"MESSAGE\":\"a\\\"b\\n\\u00e9\"}",                                                                                             "a\"b\n\xc3\xa9",
         NULL, "gunicorn",                                                                                                                                                                                                .at = at,                                                                                                                                                                                                        .zoned = true                  },
        {"data: {\"MESSAGE\":\"m\"," TIME "\"_TRANSPORT\":\"kernel\"}",                                                                                          "m", NULL,                                                                           "kernel",
         .at = at,                                                                                                                                                                                                 .zoned = true                  },
        {"{\"_SOURCE_REALTIME_TIMESTAMP\":\"1773568030000000\"," TIME "\"MESSAGE\":\"m\"}",                                                                                            "m",
         .at = utc(2026,                                                                                                                                                                               3,         15,                 9,                 47, 10, 0), .zoned = true},
        {"{" TIME
         "\"MESSAGE\":\"m\",\"UNIT\":\"gunicorn.service\",\"_SYSTEMD_UNIT\":\"init.scope\","
         "\"_PID\":\"1\",\"SYSLOG_IDENTIFIER\":\"systemd\"}",                                                                                          "m", NULL,                                                                          "systemd",        "1", "gunicorn.service",           .at = at,                                                                                                                   .zoned = true                                      },
    };
    check_peel(w5_wrap_journal_json, cases, COUNT(cases));
}

static void messages_may_be_bytes_lists_or_null(void **state)
{
    (void)state;
    w5_time at = utc(2026, 3, 15, 9, 47, 15, 700000);
    const peeled cases[] = {
        {"{" TIME "\"MESSAGE\":[119,27,91,51,49,109,255,27,91,48,109]}", "w\xff", .at = at,
         .zoned = true                                                                                   },
        {"{" TIME "\"MESSAGE\":[\"first\",\"second\"]}",                 "first", .at = at, .zoned = true},
        {"{" TIME "\"MESSAGE\":[[104,105],\"second\"]}",                 "hi",    .at = at, .zoned = true},
        {"{" TIME "\"MESSAGE\":null,\"_PID\":\"7\"}",                    "",      NULL,     NULL,          "7", .at = at, .zoned = true},
        {"{" TIME "\"MESSAGE\":[]}",                                                      "",                                                .at = at,                                                        .zoned = true                                           },
    };
    check_peel(w5_wrap_journal_json, cases, COUNT(cases));
}

static void other_objects_are_not_entries(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"log\":\"m\\n\",\"stream\":\"stderr\",\"time\":\"2026-03-15T09:47:10Z\"}",
        "{\"MESSAGE\":\"m\"}",
        "{" TIME "\"MESSAGE\":\"cut in the mid",
        "{" TIME,
        "data: ",
        "",
    };
    check_left_alone(w5_wrap_journal_json, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_come_in_any_order),
        cmocka_unit_test(messages_may_be_bytes_lists_or_null),
        cmocka_unit_test(other_objects_are_not_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
