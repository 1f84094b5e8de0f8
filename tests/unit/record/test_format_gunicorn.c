#include "classified.h"

#define AT "[2026-11-20 16:35:22 +0900] "

static void every_dialect_of_the_stamp(void **state)
{
    tells(state,
          "[2026-11-20 16:35:22 +0900] [22544] [CRITICAL] WORKER TIMEOUT (pid:22546)\n"
          "[2014-06-01 10:00:00] [7] [CRITICAL] WORKER TIMEOUT (pid:19)\n"
          "[2026-11-20 16:35:22 -0330] [7] [INFO]\n"
          "[2026-11-20 16:35:22 +0000] [7] [DEBUG] 3 workers\r\n",
          "worker-timeout "
          "at=2026-11-20T07:35:22Z|pid=22544|subject=22546|level=crit|format=gunicorn\n"
          "worker-timeout at=2014-06-01T10:00:00Z?|pid=7|subject=19\n"
          "- at=2026-11-20T20:05:22Z|pid=7|level=info|message=\n"
          "- at=2026-11-20T16:35:22Z|level=debug|message=3 workers\n");
}

static void the_inner_stamp_and_pid_win_over_the_wrappers(void **state)
{
    tells(state,
          "Mar 15 09:47:10 web-1 gunicorn[3203]: [2026-03-15 10:47:09 +0100] [3222] [INFO] Booting "
          "worker with pid: 3222\n"
          "<27>Mar 15 09:47:10 web-1 gunicorn.shop.error: [1201] WORKER TIMEOUT (pid:1300)\n"
          "{\"log\":\"[2026-03-15 09:47:10 +0000] [1] [CRITICAL] WORKER TIMEOUT "
          "(pid:7)\\n\",\"stream\":"
          "\"stderr\",\"time\":\"2026-03-15T09:47:10.123456789Z\"}\n"
          "2026-03-15T09:47:10.123456789Z stderr F [2026-03-15 09:47:10 +0000] [1] [INFO] Handling "
          "signal: term\n",
          "worker-boot at=2026-03-15T09:47:09Z|pid=3222|subject=3222|host=web-1|ident=gunicorn\n"
          "worker-timeout at=2026-03-15T09:47:10Z?|pid=1201|subject=1300|level=error\n"
          "worker-timeout at=2026-03-15T09:47:10Z|pid=1|subject=7\n"
          "master-term pid=1|reason=term\n");
}

static void deaths_carry_signal_or_code(void **state)
{
    tells(state,
          AT "[1] [WARNING] Worker with pid 24254 was terminated due to signal 9\n" AT
             "[1] [ERROR] Worker (pid:27496) was sent SIGSEGV!\n" AT
             "[1] [ERROR] Worker (pid:6130) was sent code 139!\n" AT
             "[1] [ERROR] Worker (pid:6130) was sent code 134!\n" AT
             "[1] [ERROR] Worker (pid:6237) was sent SIGKILL! Perhaps out of memory?\n" AT
             "[1] [INFO] Worker (pid:24389) was sent SIGTERM!\n" AT
             "[1] [WARNING] Worker (pid:24389) was sent signal 40!\n" AT
             "[1] [ERROR] Worker (pid:22666) exited with code 1\n" AT
             "[1] [ERROR] Worker (pid:28468) exited with code 7.\n" AT
             "[30632] [INFO] Worker exiting (pid: 30632)\n" AT
             "[32299] [INFO] Autorestarting worker after current request.\n",
          "worker-killed subject=24254|signal=9\n"
          "worker-killed subject=27496|signal=11\n"
          "worker-killed subject=6130|signal=11\n"
          "worker-killed subject=6130|signal=6\n"
          "worker-killed subject=6237|signal=9|pid=1\n"
          "worker-killed subject=24389|signal=15\n"
          "worker-killed subject=24389|signal=40\n"
          "worker-exit subject=22666|exit_code=1\n"
          "worker-exit subject=28468|exit_code=7\n"
          "worker-exit subject=30632|pid=30632\n"
          "worker-recycle pid=32299\n");
}

static void masters_start_listen_and_stop(void **state)
{
    tells(state,
          AT "[9] [INFO] Starting gunicorn 26.1.0\n" AT
             "[9] [INFO] Listening at: http://127.0.0.1:8000,unix:/run/shop.sock (9)\n" AT
             "[9] [INFO] Listening at: unix:/run/shop.sock (9)\n" AT
             "[9] [INFO] Listening at: https://[::1]:8443\n" AT
             "[9] [INFO] Using worker: gthread\n" AT "[9] [INFO] Handling signal: hup\n" AT
             "[9] [INFO] Hang up: Master\n" AT "[9] [INFO] Handling signal: quit\n" AT
             "[9] [INFO] Shutting down: Master\n",
          "master-start version=26.1.0\n"
          "listening "
          "address=127.0.0.1:8000|subject=9|reason=http://127.0.0.1:8000,unix:/run/shop.sock\n"
          "listening address=unix:/run/shop.sock|subject=9\n"
          "listening address=[::1]:8443|subject=\n"
          "- worker_class=gthread\n"
          "- message=Handling signal: hup\n"
          "master-reload pid=9\n"
          "master-term reason=quit\n"
          "master-stop pid=9\n");
}

static void binding_tells_the_address_as_nginx_writes_it(void **state)
{
    tells(
        state,
        AT
        "[9] [ERROR] Connection in use: ('127.0.0.1', 21111)\n" AT
        "[9] [ERROR] Connection in use: ('::1', 8000, 0, 0)\n" AT
        "[9] [ERROR] connection to /run/shop/g.sock failed: [Errno 2] No such file or "
        "directory\n" AT
        "[9] [ERROR] connection to ('127.0.0.1', 80) failed: [Errno 98] Address already in use\n" AT
        "[9] [ERROR] Retrying in 1 second.\n" AT
        "[9] [ERROR] Can't connect to ('127.0.0.1', 21111)\n",
        "bind-failure address=127.0.0.1:21111|errno=98\n"
        "bind-failure address=[::1]:8000\n"
        "bind-failure address=unix:/run/shop/g.sock|errno=2\n"
        "- address=127.0.0.1:80\n"
        "- message=Retrying in 1 second.\n"
        "bind-failure address=127.0.0.1:21111|reason=gave-up\n");
}

#define ABORT                                                                                      \
    "Traceback (most recent call last):\n"                                                         \
    "  File \"/usr/lib/python3/dist-packages/gunicorn/workers/sync.py\", line 134, in handle\n"    \
    "    self.handle_request(listener, req, client, addr)\n"                                       \
    "  File \"/srv/app/views.py\", line 42, in report\n"                                           \
    "    rows = cursor.fetchall()\n"                                                               \
    "  File \"/usr/lib/python3/dist-packages/MySQLdb/cursors.py\", line 206, in execute\n"         \
    "    res = self._query(mogrified_query)\n"                                                     \
    "  File \"/usr/lib/python3/dist-packages/gunicorn/workers/base.py\", line 204, in "            \
    "handle_abort\n"                                                                               \
    "    sys.exit(1)\n"                                                                            \
    "SystemExit: 1\n"

static void an_abort_stack_tells_where_the_worker_was(void **state)
{
    tells(state,
          AT "[22688] [ERROR] Error handling request GET /slow?15\n" ABORT AT
             "[22688] [INFO] Worker exiting (pid: 22688)\n",
          "request-error reason=abort|subject=22688|method=GET|path=/slow|request=GET "
          "/slow?15|lines=11|"
          "exception=SystemExit: 1|frame=/srv/app/views.py:42 in report|library=MySQLdb\n"
          "worker-exit subject=22688\n");
}

static void interleaved_tracebacks_of_a_journal_stay_apart(void **state)
{
    tells(state,
          "Mar 15 09:47:10 w gunicorn[1]: [2026-03-15 09:47:10 +0000] [1] [ERROR] Error handling "
          "request /a\n"
          "Mar 15 09:47:10 w gunicorn[2]: [2026-03-15 09:47:10 +0000] [2] [ERROR] Error handling "
          "request /b\n"
          "Mar 15 09:47:10 w gunicorn[1]: Traceback (most recent call last):\n"
          "Mar 15 09:47:10 w gunicorn[2]: Traceback (most recent call last):\n"
          "Mar 15 09:47:10 w gunicorn[1]:   File \"/srv/a.py\", line 1, in a\n"
          "Mar 15 09:47:10 w gunicorn[2]:   File \"/srv/b.py\", line 2, in b\n"
          "Mar 15 09:47:10 w gunicorn[2]: ValueError: b\n"
          "Mar 15 09:47:10 w gunicorn[1]: ValueError: a\n"
          "Mar 15 09:47:11 w gunicorn[1]: [2026-03-15 09:47:11 +0000] [1] [INFO] Worker exiting "
          "(pid: 1)\n",
          "request-error path=/a|frame=/srv/a.py:1 in a|exception=ValueError: a|lines=4\n"
          "worker-exit subject=1\n"
          "request-error path=/b|frame=/srv/b.py:2 in b|exception=ValueError: b|lines=4\n");
}

static void requests_with_and_without_a_path(void **state)
{
    tells(state,
          AT
          "[7] [ERROR] Error handling request /boom\n" AT
          "[7] [ERROR] Error handling request (no URI read)\n" AT
          "[7] [ERROR] Error handling request\n" AT "[7] [ERROR] Socket error processing request.\n"
          "Traceback (most recent call last):\n"
          "  File \"/srv/app/app.py\", line 33, in application\n"
          "ConnectionRefusedError: [Errno 111] Connection refused\n" AT
          "[7] [WARNING] Invalid request from ip=127.0.0.1: Invalid HTTP request line: '\\x16'\n",
          "request-error path=/boom|method=\n"
          "request-error path=\n"
          "request-error path=\n"
          "request-error reason=socket-error|exception=ConnectionRefusedError: [Errno 111] "
          "Connection refused\n"
          "- level=warn\n");
}

static void failures_to_boot(void **state)
{
    tells(state,
          AT
          "[7] [ERROR] Exception in worker process\n"
          "Traceback (most recent call last):\n"
          "  File \"/usr/lib/python3/dist-packages/gunicorn/workers/base.py\", line 146, in "
          "load_wsgi\n"
          "    self.wsgi = self.app.wsgi()\n"
          "  File \"/srv/app/wsgi.py\", line 1, in <module>\n"
          "    import nosuchmod_xyz\n"
          "ModuleNotFoundError: No module named 'nosuchmod_xyz'\n"
          "No module named 'nosuchmod_xyz'\n" AT "[7] [INFO] Worker exiting (pid: 7)\n" AT
          "[1] [ERROR] Reason: Worker failed to boot.\n" AT
          "[1] [INFO] Reason: App failed to load.\n" AT "[7] [ERROR] Exception in worker process\n"
          "Traceback (most recent call last):\n"
          "  File \"/usr/lib/python3/dist-packages/gunicorn/workers/base.py\", line 146, in "
          "load_wsgi\n"
          "  File \"/srv/app/wsgi.py\", line 9, in <module>\n"
          "django.db.utils.OperationalError: (1045, \"Access denied for user 'shop'\")\n" AT
          "[7] [ERROR] Exception in worker process\n"
          "Traceback (most recent call last):\n"
          "  File \"/usr/lib/python3/dist-packages/gunicorn/workers/sync.py\", line 125, in run\n"
          "OSError: [Errno 24] Too many open files\n",
          "boot-failure exception=ModuleNotFoundError: No module named 'nosuchmod_xyz'|lines=8|"
          "frame=/srv/app/wsgi.py:1 in <module>\n"
          "worker-exit subject=7\n"
          "boot-failure exit_code=3\n"
          "boot-failure exit_code=4\n"
          "boot-failure db_errno=1045|frame=/srv/app/wsgi.py:9 in <module>\n"
          "traceback exception=OSError: [Errno 24] Too many open files\n");
}

static void errors_of_mysql_are_told_as_such(void **state)
{
    tells(state,
          AT "[7] [ERROR] Error handling request /db?x=1\n"
             "Traceback (most recent call last):\n"
             "  File \"/srv/app/app.py\", line 31, in application\n"
             "MySQLdb.OperationalError: (1040, 'Too many connections')\n" AT
             "[7] [ERROR] (2006, 'MySQL server has gone away')\n",
          "db-error-in-app db_errno=1040|path=/db|frame=/srv/app/app.py:31 in application\n"
          "db-error-in-app db_errno=2006\n");
}

static void a_full_disk_is_told_as_such(void **state)
{
    tells(state,
          AT "[7] [ERROR] Error handling request /upload\n"
             "Traceback (most recent call last):\n"
             "  File \"/srv/app/views.py\", line 31, in upload\n"
             "OSError: [Errno 28] No space left on device: '/srv/x'\n",
          "disk-full path=/upload|errno=28|frame=/srv/app/views.py:31 in upload\n");
}

static void a_fast_stop_is_no_time_out(void **state)
{
    tells(state,
          AT "[7] [ERROR] Error handling request /slow\n"
             "Traceback (most recent call last):\n"
             "  File \"/srv/app/views.py\", line 42, in report\n"
             "  File \"/x/site-packages/gunicorn/workers/base.py\", line 198, in handle_quit\n"
             "SystemExit: 0\n",
          "request-error reason=quit|subject=|frame=/srv/app/views.py:42 in report\n");
}

/* A client chooses the URI, and with it a part of the line. */
static void a_uri_cannot_pose_as_a_message(void **state)
{
    tells(state,
          AT "[7] [ERROR] Error handling request /x] [CRITICAL] WORKER TIMEOUT (pid:1)\n" AT
             "[7] [CRITICAL] DIRTY WORKER TIMEOUT (pid:1)\n"
             "Mar 15 09:47:10 w sshd[9]: Invalid user WORKER TIMEOUT (pid:1) from 203.0.113.7\n",
          "request-error pid=7\n"
          "- format=syslog\n"
          "- pid=7\n");
}

static void a_plain_line_ends_a_record_without_traceback(void **state)
{
    tells_all(state,
              W5_STR(AT "[7] [INFO] Booting worker with pid: 7\n"
                        "printed by the application\n"
                        "Traceback (most recent call last):\n"
                        "  File \"/srv/a.py\", line 1, in a\n"
                        "ValueError: a\n"),
              "worker-boot lines=1\ntraceback exception=ValueError: a|at=2026-11-20T07:35:22Z\n", true, 1);
}

static void half_a_line_is_nobodys(void **state)
{
    static const char *const lines[] = {
        "[2026-11-20 16:35:22 +0900] [22544] [CRITICAL",
        "[2026-11-20 16:35:22 +0900] [22544]",
        "[2026-11-20 16:35:22 +0900",
        "[2026-13-20 16:35:22 +0900] [1] [INFO] x",
        "[2026-11-20 16:35:22 +0900] [x] [INFO] message",
        "[2026-11-20 16:35:22 +0900] [1] [SHOUT] x",
    };
    tells_nothing(state, lines, COUNT(lines));
}

/* What was provoked: a start, requests that raise, hang, exit, crash and are killed, a second start
 * on the same port, HUP, TERM, then four starts that cannot succeed. */
static void recorded_logs_of_all_versions(void **state)
{
    static const struct {
        const char *path, *kinds;
    } logs[] = {
        {"fixtures/formats/gunicorn/19.9.0.log",         "bind-failure 6, boot-failure 6, db-error-in-app "
                                                 "1, listening 3, master-reload 1, master-start 4, "
                                                 "master-stop 3, master-term 1, request-error 3, "
                                                 "worker-boot 11, worker-exit 8, worker-timeout 1"},
        {"fixtures/formats/gunicorn/20.1.0.log",
         "bind-failure 6, boot-failure 7, db-error-in-app 1, listening 3, master-reload 1, "
         "master-start 4, "
         "master-stop 3, master-term 1, request-error 3, worker-boot 12, worker-exit 9, "
         "worker-killed 2, worker-timeout 1"                                                                                                      },
        {"fixtures/formats/gunicorn/20.1.0-workers.log",
         "listening 3, master-start 3, master-stop 3, master-term 3, "
         "request-error 3, worker-boot 7, worker-exit 6, worker-killed 1"                                                                         },
        {"fixtures/formats/gunicorn/21.2.0.log",
         "bind-failure 6, boot-failure 7, db-error-in-app 1, listening 3, master-reload 1, "
         "master-start 4, "
         "master-stop 3, master-term 1, request-error 3, worker-boot 12, worker-exit 17, "
         "worker-killed 5, worker-timeout 1"                                                                                                      },
        {"fixtures/formats/gunicorn/22.0.0.log",
         "bind-failure 6, boot-failure 8, db-error-in-app 1, listening 3, master-reload 1, "
         "master-start 4, master-stop 2, "
         "master-term 1, request-error 5, worker-boot 13, worker-exit 15, worker-killed 4, "
         "worker-recycle 1, worker-timeout 1"                                                                                                     },
        {"fixtures/formats/gunicorn/23.0.0.log",
         "bind-failure 6, boot-failure 8, db-error-in-app 1, listening 3, master-reload 1, "
         "master-start 4, "
         "master-stop 2, master-term 1, request-error 5, worker-boot 12, worker-exit 14, "
         "worker-killed 4, worker-timeout 1"                                                                                                      },
        {"fixtures/formats/gunicorn/25.3.0.log",
         "bind-failure 6, boot-failure 8, db-error-in-app 1, listening 3, master-reload 1, "
         "master-start 4, "
         "master-stop 1, master-term 1, request-error 5, worker-boot 12, worker-exit 14, "
         "worker-killed 2, worker-timeout 1"                                                                                                      },
        {"fixtures/formats/gunicorn/26.1.0.log",
         "bind-failure 6, boot-failure 8, db-error-in-app 1, listening 3, master-reload 1, "
         "master-start 4, "
         "master-stop 2, master-term 1, request-error 5, worker-boot 12, worker-exit 13, "
         "worker-killed 3, worker-timeout 1"                                                                                                      },
    };
    for (size_t i = 0; i < COUNT(logs); i++)
        file_holds(state, logs[i].path, logs[i].kinds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_of_the_stamp),
        cmocka_unit_test(the_inner_stamp_and_pid_win_over_the_wrappers),
        cmocka_unit_test(deaths_carry_signal_or_code),
        cmocka_unit_test(masters_start_listen_and_stop),
        cmocka_unit_test(binding_tells_the_address_as_nginx_writes_it),
        cmocka_unit_test(an_abort_stack_tells_where_the_worker_was),
        cmocka_unit_test(interleaved_tracebacks_of_a_journal_stay_apart),
        cmocka_unit_test(requests_with_and_without_a_path),
        cmocka_unit_test(failures_to_boot),
        cmocka_unit_test(errors_of_mysql_are_told_as_such),
        cmocka_unit_test(a_full_disk_is_told_as_such),
        cmocka_unit_test(a_fast_stop_is_no_time_out),
        cmocka_unit_test(a_uri_cannot_pose_as_a_message),
        cmocka_unit_test(a_plain_line_ends_a_record_without_traceback),
        cmocka_unit_test(half_a_line_is_nobodys),
        cmocka_unit_test(recorded_logs_of_all_versions),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
