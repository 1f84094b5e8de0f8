#include "peeled.h"

static void every_word_of_the_header_is_read(void **state)
{
    (void)state;
    w5_time at = utc(2026, 3, 15, 9, 47, 10, 123456);
    const peeled cases[] = {
        {"<30>1 2026-03-15T09:47:10.123456+00:00 web-1 gunicorn 1201 - - m", "m", "web-1",
         "gunicorn",                                                                                                                                                "1201",                                                         .level = "info", .at = at,                             .zoned = true                              },
        {"<27>1 2026-03-15T10:47:10.123456+01:00 web-1 gunicorn 1201 ID7 [a b=\"x\\\"]\\]\"][c "
         "d=\"\"] m n",                                                                   "m n",                                                           "web-1",                                                     "gunicorn", "1201", .level = "error",          .at = at,                              .zoned = true                                                       },
        {"<30>1 2026-03-15T09:47:10.123456Z - gunicorn - - - \xEF\xBB\xBFm",                                                                  "m",    NULL, "gunicorn",
         .level = "info",                                                           .at = at,                                                                                                                                                                                                                            .zoned = true                                                                                                                                                                                             },
        {"<30>1 - web-1 gunicorn - - -",                                     "",  "web-1",                                                           "gunicorn",    .level = "info"                                               },
        {"<30>1 2026-03-15T09:47:10.123456Z w a 1 - - x#012y",                                                               "x\ny",                                                               "w",                                                                                                                            "a",                                                                                                                                 "1",
         .level = "info",                .at = at, .zoned = true},
    };
    check_peel(w5_wrap_rfc5424, cases, COUNT(cases));
}

static void broken_headers_are_not_taken(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "<30>2 2026-03-15T09:47:10.123456+00:00 web-1 gunicorn 1201 - - m",
        "<300>1 2026-03-15T09:47:10.123456+00:00 web-1 gunicorn 1201 - - m",
        "<30>1 2026-03-15T09:47:10.123456 web-1 gunicorn 1201 - - m",
        "<30>1 2026-03-15T09:47:10.123456Z web-1 gunicorn 1201 - [a b=\"x\\\"] m",
        "<30>1 2026-03-15T09:47:10.123456Z web-1 gunicorn 1201",
        "<30>Mar 15 09:47:10 web-1 gunicorn[1201]: m",
        "<30>1 ",
    };
    check_left_alone(w5_wrap_rfc5424, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_of_the_header_is_read),
        cmocka_unit_test(broken_headers_are_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
