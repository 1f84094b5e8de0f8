#include "classified.h"

static void logging_in_many_layouts(void **state)
{
    tells(state,
          "2026-03-15 09:47:10,123 CRITICAL gunicorn.error WORKER TIMEOUT (pid:1300)\n"
          "2026-03-15 09:47:10 [1201] [CRITICAL] WORKER TIMEOUT (pid:1300)\n"
          "2026-03-15 09:47:10,123 - gunicorn.error - CRITICAL - WORKER TIMEOUT (pid:1300)\n"
          "2026-03-15 09:47:10,123 | CRITICAL | gunicorn.error | WORKER TIMEOUT (pid:1300)\n"
          "[2026-03-15 09:47:10,123] ERROR [django.request:241] Internal Server Error: /boom/\n"
          "ERROR 2026-03-15 09:47:10,123 log 1234 140213 Internal Server Error: /boom/\n"
          "[2026-03-15 09:47:10,123: ERROR/MainProcess] Task shop.pay raised unexpected\n"
          "ERROR:django.request:Internal Server Error: /boom/\n"
          "[2026-03-15 09:47:10,123] ERROR in app: Exception on /boom [GET]\n",
          "worker-timeout at=2026-03-15T09:47:10.123Z?|level=crit|subject=1300|format=python\n"
          "worker-timeout at=2026-03-15T09:47:10Z?|level=crit|pid=1201|subject=1300\n"
          "worker-timeout subject=1300|level=crit\n"
          "worker-timeout subject=1300|level=crit\n"
          "request-error path=/boom/|level=error|at=2026-03-15T09:47:10.123Z?\n"
          "request-error path=/boom/|level=error|pid=1234\n"
          "- level=error|message=Task shop.pay raised unexpected\n"
          "request-error path=/boom/|level=error|at=2026-03-15T09:47:10Z?\n"
          "request-error path=/boom|method=GET\n");
}

static void chains_count_by_their_last_exception(void **state)
{
    tells(state,
          "Traceback (most recent call last):\n"
          "  File \"/srv/app/app.py\", line 27, in application\n"
          "    {}[\"total\"]\n"
          "    ~~^^^^^^^^^\n"
          "KeyError: 'total'\n"
          "\n"
          "During handling of the above exception, another exception occurred:\n"
          "\n"
          "Traceback (most recent call last):\n"
          "  File \"/srv/app/app.py\", line 29, in application\n"
          "    raise ValueError(\"cart is empty\")\n"
          "ValueError: cart is empty\n"
          "Traceback (most recent call last):\n"
          "  File \"/srv/app/other.py\", line 1, in other\n"
          "KeyError: 'x'\n",
          "traceback exception=ValueError: cart is empty|frame=/srv/app/app.py:29 in "
          "application|lines=12\n"
          "traceback exception=KeyError: 'x'|frame=/srv/app/other.py:1 in other|lines=3\n");
}

static void a_log_line_keeps_its_traceback(void **state)
{
    tells(
        state,
        "2026-03-15 09:47:10,123 ERROR django.request Internal Server Error: /report/\n"
        "Traceback (most recent call last):\n"
        "  File \"/usr/lib/python3/dist-packages/django/db/utils.py\", line 90, in __exit__\n"
        "  File \"/srv/app/views.py\", line 31, in report\n"
        "django.db.utils.OperationalError: (2006, 'MySQL server has gone away')\n"
        "2026-03-15 09:47:11,123 INFO shop.views done\n",
        "db-error-in-app db_errno=2006|path=/report/|frame=/srv/app/views.py:31 in report|lines=5|"
        "at=2026-03-15T09:47:10.123Z?\n"
        "- message=done\n");
}

static void what_gunicorn_prints_without_its_prefix(void **state)
{
    tells(state,
          "Failed to find attribute 'nothing' in 'app'.\n"
          "Error: class uri 'gevent' invalid or not found: \n"
          "\n"
          "[Traceback (most recent call last):\n"
          "  File \"/usr/lib/python3/dist-packages/gunicorn/util.py\", line 100, in load_class\n"
          "ImportError: Entry point ('gunicorn.workers', 'gevent') not found\n"
          "]\n"
          "\n"
          "Traceback (most recent call last):\n"
          "  File \"/usr/lib/python3/dist-packages/gunicorn/app/wsgiapp.py\", line 67, in run\n"
          "  File \"/srv/app/wsgi.py\", line 1, in <module>\n"
          "ModuleNotFoundError: No module named 'nosuchmod_xyz'\n"
          "/usr/lib/python3.8/os.py:1023: RuntimeWarning: line buffering\n"
          "  return io.open(fd, *args, **kwargs)\n",
          "boot-failure reason=Failed to find attribute 'nothing' in 'app'.\n"
          "boot-failure worker_class=gevent|lines=7\n"
          "boot-failure exception=ModuleNotFoundError: No module named 'nosuchmod_xyz'|"
          "frame=/srv/app/wsgi.py:1 in <module>\n"
          "- lines=2\n");
}

static void groups_of_exceptions(void **state)
{
    tells(state,
          "  + Exception Group Traceback (most recent call last):\n"
          "  |   File \"/srv/app/app.py\", line 3, in gather\n"
          "  | ExceptionGroup: two (2 sub-exceptions)\n"
          "  +-+---------------- 1 ----------------\n"
          "    | ValueError: a\n"
          "    +------------------------------------\n",
          "- frame=/srv/app/app.py:3 in gather|lines=6\n");
}

static void shapes_of_others_are_left_to_them(void **state)
{
    static const char *const lines[] = {
        "2026-03-15 09:47:10 something without a level",
        "INFO message without a stamp",
        "error: words",
        "2026-03-15 09:47:10,12x ERROR a.b c",
        "SystemExit: 1",
        "    indented",
    };
    tells_nothing(state, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logging_in_many_layouts),
        cmocka_unit_test(chains_count_by_their_last_exception),
        cmocka_unit_test(a_log_line_keeps_its_traceback),
        cmocka_unit_test(what_gunicorn_prints_without_its_prefix),
        cmocka_unit_test(groups_of_exceptions),
        cmocka_unit_test(shapes_of_others_are_left_to_them),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
