#include "classified.h"

#define PID1 "Mar 15 09:47:15 web-1 systemd[1]: "

static void jobs_name_the_unit_its_description_or_both(void **state)
{
    tells(state,
          PID1 "Started gunicorn.service - gunicorn daemon.\n" PID1
               "Started gunicorn daemon.\n" PID1 "Stopping gunicorn.service...\n" PID1
               "Stopped gunicorn daemon.\n" PID1
               "Failed to start gunicorn.service - gunicorn daemon.\n" PID1
               "Starting gunicorn.service - gunicorn daemon...\n",
          "unit-start unit=gunicorn.service|host=web-1\n"
          "unit-start unit=gunicorn daemon\n"
          "unit-stop unit=gunicorn.service|reason=asked\n"
          "unit-stop unit=gunicorn daemon|reason=stopped\n"
          "unit-failed unit=gunicorn.service|reason=start-failed\n"
          "- unit=gunicorn.service\n");
}

static void units_fail_restart_and_run_out_of_memory(void **state)
{
    tells(state,
          PID1 "gunicorn.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED\n" PID1
               "gunicorn.service: Main process exited, code=killed, status=9/KILL\n" PID1
               "gunicorn.service: Main process exited, code=dumped, status=11/SEGV\n" PID1
               "gunicorn.service: Main process exited, code=killed, status=15/TERM\n" PID1
               "gunicorn.service: Failed with result 'oom-kill'.\n" PID1
               "gunicorn.service: Scheduled restart job, restart counter is at 4.\n" PID1
               "gunicorn.service: Start request repeated too quickly.\n" PID1
               "gunicorn.service: State 'stop-sigterm' timed out. Killing.\n" PID1
               "gunicorn.service: Watchdog timeout (limit 30s)!\n" PID1
               "gunicorn.service: A process of this unit has been killed by the OOM killer.\n" PID1
               "gunicorn.service: systemd-oomd killed 4 process(es) in this unit.\n" PID1
               "gunicorn.service: Consumed 1min 29.331s CPU time.\n" PID1
               "gunicorn.service: Succeeded.\n",
          "unit-failed exit_code=3|reason=exited|unit=gunicorn.service\n"
          "unit-failed signal=9|reason=signal\n"
          "unit-failed signal=11\n"
          "unit-stop reason=ended\n"
          "unit-failed reason=oom-kill\n"
          "unit-restart count=4\n"
          "unit-failed reason=start-limit\n"
          "unit-failed reason=timeout\n"
          "unit-failed reason=watchdog|limit=30s\n"
          "unit-oom unit=gunicorn.service\n"
          "unit-oom reason=systemd-oomd|count=4\n"
          "- unit=gunicorn.service\n"
          "- message=Succeeded.\n");
}

/* In the journal UNIT tells of whom it speaks; its own unit, init.scope, does not. */
static void the_journals_unit_field_counts(void **state)
{
    tells(state,
          "{\"__REALTIME_TIMESTAMP\":\"1773568035700000\",\"SYSLOG_IDENTIFIER\":\"systemd\",\"_"
          "PID\":\"1\","
          "\"_SYSTEMD_UNIT\":\"init.scope\",\"UNIT\":\"gunicorn.service\",\"MESSAGE\":\"Stopped "
          "gunicorn "
          "daemon.\"}\n"
          "Sun 2026-03-15 09:47:15 UTC web-1 init.scope[1]: Time has been changed\n"
          "Mar 15 09:47:15 web-1 (gunicorn)[1201]: gunicorn.service: Failed to locate executable "
          "/srv/g: No such file or directory\n",
          "unit-stop unit=gunicorn.service\n"
          "clock-change unit=\n"
          "unit-failed unit=gunicorn.service|reason=exec\n");
}

static void bare_lines_of_cat_need_a_unit(void **state)
{
    static const char *const lines[] = {
        "Started gunicorn.service - gunicorn daemon.",
        "gunicorn: Failed with result 'signal'.",
        "a b.service: Failed with result 'signal'.",
    };
    tells_nothing(state, lines, COUNT(lines));
    tells(state, "gunicorn.service: Failed with result 'signal'.\n",
          "unit-failed unit=gunicorn.service|reason=signal|at=none\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_name_the_unit_its_description_or_both),
        cmocka_unit_test(units_fail_restart_and_run_out_of_memory),
        cmocka_unit_test(the_journals_unit_field_counts),
        cmocka_unit_test(bare_lines_of_cat_need_a_unit),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
