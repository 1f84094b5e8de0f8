#include "classified.h"

static void harakiri_tells_the_request_it_cut(void **state)
{
    tells(
        state,
        "Fri Nov 20 19:12:35 2026 - *** HARAKIRI ON WORKER 1 (pid: 16897, try: 1) ***\n"
        "HARAKIRI: -- syscall> 230 0x1 0x1 0x7ffc38e921f0\n"
        "HARAKIRI: -- wchan> hrtimer_nanosleep\n"
        "Fri Nov 20 19:12:35 2026 - HARAKIRI !!! worker 1 status !!!\n"
        "Fri Nov 20 19:12:35 2026 - HARAKIRI [core 0] 127.0.0.1 - GET /slow?a=1 since 1795201952\n"
        "Fri Nov 20 19:12:35 2026 - HARAKIRI !!! end of worker 1 status !!!\n"
        "DAMN ! worker 1 (pid: 16897) died, killed by signal 9 :( trying respawn ...\n"
        "Respawned uWSGI worker 1 (new pid: 16904)\n",
        "worker-timeout "
        "at=2026-11-20T19:12:35Z?|subject=16897|method=GET|path=/slow|client=127.0.0.1|"
        "ident=uwsgi|lines=6\n"
        "worker-killed subject=16897|signal=9|at=none\n"
        "worker-boot subject=16904\n");
}

static void crashes_print_their_backtrace(void **state)
{
    tells(state,
          "!!! uWSGI process 16898 got Segmentation Fault !!!\n"
          "*** backtrace of 16898 ***\n"
          "uwsgi(uwsgi_backtrace+0x2f) [0x563104e6b4df]\n"
          "/lib/x86_64-linux-gnu/libc.so.6(+0x3c050) [0x7fb1e54ae050]\n"
          "*** end of backtrace ***\n"
          "DAMN ! worker 2 (pid: 16898) died :( trying respawn ...\n",
          "worker-killed subject=16898|signal=11\n"
          "- lines=3\n"
          "- lines=1\n"
          "worker-exit subject=16898|signal=\n");
}

/* The target is the client's: it may hold what looks like the end of the line. */
static void requests_are_access_lines(void **state)
{
    tells(state,
          "[pid: 7|app: 0|req: 1/1] 10.0.0.1 () {24 vars in 246 bytes} [Fri Nov 20 19:12:32 2026] "
          "GET "
          "/a?b => generated 9 bytes in 8 msecs (HTTP/1.1 500) => generated 3 bytes in 1204 msecs "
          "(HTTP/1.1 200) 1 headers in 45 bytes (1 switches on core 0)\n",
          "access "
          "pid=7|client=10.0.0.1|method=GET|path=/a|status=200|request_time=1.204|bytes_sent=3|"
          "at=2026-11-20T19:12:32Z?\n");
}

static void trouble_of_sockets_and_applications(void **state)
{
    tells(state,
          "*** Starting uWSGI 2.0.21-debian (64bit) on [Fri Nov 20 19:12:30 2026] ***\n"
          "uwsgi socket 0 bound to UNIX address /run/shop.sock fd 3\n"
          "your server socket listen backlog is limited to 100 connections\n"
          "unable to load app 0 (mountpoint='') (callable not found or import error)\n"
          "--- no python application found, check your startup logs for errors ---\n"
          "invalid request block size: 21573 (max 4096)...skip\n"
          "Fri Nov 20 19:24:12 2026 - *** uWSGI listen queue of socket \"127.0.0.1:21603\" (fd: 3) "
          "full "
          "!!! (3/2) ***\n"
          "probably another instance of uWSGI is running on the same address (127.0.0.1:21601).\n"
          "OSError: write error\n",
          "- at=2026-11-20T19:12:30Z?|version=2.0.21-debian\n"
          "listening address=unix:/run/shop.sock\n"
          "- format=uwsgi\n"
          "boot-failure at=none\n"
          "boot-failure at=none\n"
          "request-error reason=invalid-request-block-size|count=21573|limit=4096\n"
          "pool-exhausted address=127.0.0.1:21603|count=3|limit=2\n"
          "bind-failure address=127.0.0.1:21601\n"
          "- format=uwsgi\n");
}

static void words_that_others_use_count_only_in_its_log(void **state)
{
    static const char *const lines[] = {
        "*** something else ***",
        "your basket is empty",
        "worker 3 said hello",
        "--- x ---",
        "Fri Nov 20 19:12:35 2026 - words",
        "[pid: 7|app: 0|req: 1/1] cut",
    };
    tells_nothing(state, lines, COUNT(lines));
}

static void recorded_runs(void **state)
{
    file_holds(state, "fixtures/formats/uwsgi/uwsgi.log",
               "worker-timeout 1, worker-killed 3, worker-exit 2, worker-boot 9, master-start 3, "
               "listening 6, request-error 3, traceback 3, boot-failure 4, bind-failure 2, "
               "pool-exhausted 2, master-term 2, master-reload 1, master-stop 2");
    file_holds(state, "fixtures/formats/uwsgi/log-date.log",
               "worker-timeout 1, worker-killed 2, worker-boot 3, master-start 1, listening 1, "
               "master-term 1, master-stop 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harakiri_tells_the_request_it_cut),
        cmocka_unit_test(crashes_print_their_backtrace),
        cmocka_unit_test(requests_are_access_lines),
        cmocka_unit_test(trouble_of_sockets_and_applications),
        cmocka_unit_test(words_that_others_use_count_only_in_its_log),
        cmocka_unit_test(recorded_runs),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
