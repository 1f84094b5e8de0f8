#include "source/continuation.h"

#include "check.h"

static void shapes_tell_halves_from_beginnings(void **state)
{
    static const char nginx[] = "2026/11/20 10:00:00 [error] 7#7: *1 connect() failed";
    static const char access[] = "127.0.0.1 - - [20/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\"";
    static const char gunicorn[] = "[2026-11-20 10:00:31 +0000] [7] [CRITICAL] WORKER TIMEOUT";
    static const char syslog[] = "Nov 20 10:00:00 web1 nginx: x";
    static const struct {
        const char *piece, *next, *sample;
        bool continues;
    } cases[] = {
        {"2026/11/20 10:00:00 [error] 7#7: *1 conn", "ect() failed (111: Connection", nginx,                  true },
        {"2026/11/20 10:00:00 [error] 7#7: *1 conn", "2026/11/20 10:00:01 [error]",   nginx,                  false},
        {"2",                                        "026/11/20 10:00:01 [error]",    nginx,                  true },
        {"2026/11/20 1",                             "0:00:01 [error] 7#7:",          nginx,                  true },
        {"2026/11/20 10:0",                          "2026/11/20 10:00:05 [err",      nginx,                  false},
        {"10.0.0.1 - - [20/Nov/2026",                "192.168.100.7 - - [20/Nov",     access,                 false},
        {"10.0.0.1 - - [20/Nov/2026",                ":10:00:00 +0000] \"GET",        access,                 true },
        {"[2026-11-20 10:00:31 +0000] [7] [CRIT",    "ICAL] WORKER TIMEOUT",          gunicorn,               true },
        {"[2026-11-20 10:00:31 +0000] [7] [CRIT",    "[2026-11-20 10:00:32 +0000]",   gunicorn,               false},
        {"Nov 20 10:00:00 web1 ngi",                 "Nov 20 10:00:01 web1 ngi",      syslog,                 false},
        {"Nov 20 10:00:00 web1 ngi",                 "nx: x",                         syslog,                 true },
        {"line 00000",                               "17 of many\n",                  "line 0000016 of many", true },
        {"line 0000017 of",                          "line 0000018 of many\n",        "line 0000016 of many", false},
        {"2026/11/20 10:00:00 [error] x",            "2026/11/20 10:00:05 [err",      "",                     false},
        {"2026/11/20 10:00:00 [error] x",            "yz and so on",                  "",                     true },
        {"20",                                       "26/11/20",                      "",                     true },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (w5_continues(w5_str_of(cases[i].piece), w5_str_of(cases[i].next),
                         w5_str_of(cases[i].sample)) != cases[i].continues)
            fail_msg("'%s' + '%s'", cases[i].piece, cases[i].next);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_tell_halves_from_beginnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
