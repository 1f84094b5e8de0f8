#include "classified.h"

static void children_time_out_die_and_start(void **state)
{
    tells(state,
          "[20-Nov-2026 19:26:26] WARNING: [pool www] child 18055, script '/srv/app/index.php' "
          "(request: "
          "\"GET /index.php?a=1\") execution timed out (3.160734 sec), terminating\n"
          "[20-Nov-2026 19:26:22.004213] WARNING: [pool www] child 18050 exited on signal 11 "
          "(SIGSEGV) "
          "after 1.483060 seconds from start\n"
          "[20-Nov-2026 19:26:29] NOTICE: [pool www] child 18351 exited with code 7 after 2.7 "
          "seconds\n"
          "[20-Nov-2026 19:26:22] NOTICE: [pool www] child 18054 started\n"
          "Nov 20 19:26:24 web-1 php-fpm8.2[700]: [WARNING] [pool www] server reached "
          "pm.max_children "
          "setting (5), consider raising it\n",
          "worker-timeout at=2026-11-20T19:26:26Z?|subject=18055|method=GET|path=/index.php|"
          "duration=3.160734|ident=php-fpm|level=warn\n"
          "worker-killed subject=18050|signal=11|at=2026-11-20T19:26:22.004213Z?\n"
          "worker-exit subject=18351|exit_code=7\n"
          "worker-boot subject=18054\n"
          "pool-exhausted limit=5|level=warn|pid=700\n");
}

static void errors_of_php_keep_their_stack(void **state)
{
    tells(state,
          "[20-Nov-2026 19:26:22 UTC] PHP Fatal error:  Uncaught Error: no such function in "
          "/srv/x.php:8\n"
          "Stack trace:\n"
          "#0 {main}\n"
          "  thrown in /srv/x.php on line 8\n"
          "[20-Nov-2026 19:26:22 UTC] PHP Warning:  Undefined variable $x in /srv/x.php on line 3\n"
          "[20-Nov-2026 19:26:24]  [pool www] pid 18055\n"
          "script_filename = /srv/app/index.php\n"
          "[0x00007fb11f0131b0] sleep() /srv/app/index.php:3\n",
          "request-error at=2026-11-20T19:26:22Z|lines=4|exception=Uncaught Error: no such "
          "function in "
          "/srv/x.php:8\n"
          "- level=warn\n"
          "- lines=3\n");
}

static void half_heads_are_nobodys(void **state)
{
    static const char *const lines[] = {
        "[20-Nov-2026 19:26:22",
        "[20-Nov-2026 19:26:22] words",
        "[32-Nov-2026 19:26:22] NOTICE: x",
        "#0 {main}",
        "[20-Nov-2026 19:26:22] ",
    };
    tells_nothing(state, lines, COUNT(lines));
}

static void recorded_runs(void **state)
{
    file_holds(state, "fixtures/formats/php-fpm/php-fpm.log",
               "worker-timeout 2, worker-killed 4, worker-exit 1, worker-boot 5, pool-exhausted 1, "
               "request-error 2, master-start 2, listening 2, master-term 1, master-stop 1, "
               "master-reload 1, bind-failure 1, boot-failure 1");
    file_holds(state, "fixtures/formats/php-fpm/slow.log", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_time_out_die_and_start),
        cmocka_unit_test(errors_of_php_keep_their_stack),
        cmocka_unit_test(half_heads_are_nobodys),
        cmocka_unit_test(recorded_runs),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
