#include "peeled.h"

static void stamps_with_names_numbers_and_boot_seconds(void **state)
{
    (void)state;
    w5_time at = utc(2026, 3, 15, 9, 47, 10, 0);
    const peeled cases[] = {
        {"Sun 2026-03-15 09:47:10 UTC web-1 gunicorn[1201]: m", "m",                                              "web-1",                  "gunicorn",                                                                                    "1201",
         .at = at, .zoned = true},
        {"Sun 2026-03-15 10:47:10 CET web-1 gunicorn[1201]: m",                                        "m",                                                                                        "web-1",                                                            "gunicorn",                                                                                                               "1201",
         .at = at, .zoned = true},
        {"Sun 2026-03-15 12:47:10 +03 web-1 gunicorn[1201]: m",                                               "m",                                                                                                "web-1",                                                                                                           "gunicorn",                                                                                                                                                                                                        "1201",
         .at = at, .zoned = true},
        {"Sun 2026-03-15 09:47:10 CST web-1 gunicorn[1201]: m",                                              "m","web-1","gunicorn",                                                                                                                                                                                                                         "1201",
         .at = at, .zoned = false},
        {"Sun 2026-03-15 09:47:10 UTC gunicorn[1201]: m", "m", NULL,                              "gunicorn",                                                                                                                                                                                                                     "1201",                                            .at = at,
         .zoned = true},
        {"Sun 2026-03-15 09:47:10 UTC web-1 gunicorn.service[1201]: m",                                       "m",                                                                                       "web-1",                                                                 "gunicorn",
         "1201",                                                                                                                                                                                                            "gunicorn.service", .at = at, .zoned = true},
        {"Sun 2026-03-15 09:47:10 UTC web-1 init.scope[1]: Started shop.",                                               "Started shop.",                                                                                       "web-1",
         "systemd",                                                                                                                                                                                                                  "1",                                                                                                                                                                                                           "init.scope", .at = at, .zoned = true},
        {"Sun 2026-03-15 09:47:10 UTC web-1 kernel: m",                                              "m","web-1",                                                                                                                            "kernel",                                                                                                                                                                                                       .at = at,
         .zoned = true},
        {"1773568030.000000 web-1 gunicorn[1201]: m",                                                     "m",                                      "web-1", "gunicorn", "1201",                                                                                                                                                                                                                                                                               .at = at,
         .zoned = true},
        {"[ 5000.010000] web-1 gunicorn[1300]: m",                                         "m",                                                                                 "web-1",                                                                                            "gunicorn",                                                                                                                                                                                         "1300",.at = 0},
        {"[ 5000.010000] web-1 kernel: m",                                              "m",                                                                                         "web-1","kernel",                                                                                                                                                                                                                    .at = 0                                                                                                                                                                                                                                                                        },
        {"[ 5000.010000] systemd[1]: m","m",  NULL,                "systemd",                                                                                                       "1",.at = 0},
        {"[ 5000.010000 <    0.010000 >] web-1 gunicorn[1300]: m",                                                     "m",                                                              "web-1",                                           "gunicorn",                                                 "1300",
         .at = 0},
        {"[ 5000.000000                ] web-1 gunicorn[1300]: m",                                              "m",                                                                                              "web-1",                                                                                       "gunicorn",                                                                                                                                    "1300",
         .at = 0},
        {"[    3.000000 <   54.200000*>] web-1 kernel: m",                                              "m",                                                                                              "web-1",                                                                                         "kernel",.at = 0},
    };
    check_peel(w5_wrap_journal, cases, COUNT(cases));
}

static void what_the_kernel_itself_prints_stays_whole(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "[ 5000.010000] gunicorn[1300]: segfault at 0 ip 00007f3b sp 00007ffd error 4 in "
        "_m.so[7f+1]",
        "[ 5000.010000] EXT4-fs (sda1): mounted filesystem",
        "[ 5000.010000] usb 1-1: new device",
        "[ 5000.010000] traps: gunicorn[1300] general protection fault ip:7f sp:7f error:0",
        "[2026-03-15 09:47:10 +0000] [1201] [INFO] Booting worker with pid: 1",
        "Sun 2026-03-15 09:47:10.000000 UTC [s=c05e;i=1;b=7d3a;m=12a05f200;t=64d0cfc69c380;x=4a85]",
        "Sun 2026-03-15 09:47:10 UTC words of nobody",
        "1773568030.000 web-1 gunicorn[1201]: m",
        "Tag 2026-03-15 09:47:10 UTC web-1 gunicorn[1201]: m",
    };
    check_left_alone(w5_wrap_journal, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_with_names_numbers_and_boot_seconds),
        cmocka_unit_test(what_the_kernel_itself_prints_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
