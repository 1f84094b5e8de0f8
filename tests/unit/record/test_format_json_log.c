#include "classified.h"

static void loggers_of_many_languages(void **state)
{
    tells(state,
          "{\"asctime\":\"2026-03-15 "
          "09:47:10,123\",\"levelname\":\"CRITICAL\",\"name\":\"gunicorn.error\","
          "\"process\":1201,\"message\":\"WORKER TIMEOUT (pid:1300)\"}\n"
          "{\"level\":50,\"time\":1773568030123,\"pid\":7,\"hostname\":\"w\",\"msg\":\"request "
          "\\\"x\\\" failed\"}\n"
          "{\"@timestamp\":\"2026-03-15T09:47:10.123Z\",\"level\":\"ERROR\",\"logger_name\":\"c.e."
          "App\","
          "\"message\":\"HikariPool-1 - Connection is not available, request timed out after "
          "30000ms\"}\n"
          "{\"event\":\"paid\",\"timestamp\":\"2026-03-15T09:47:10Z\",\"level\":\"info\"}\n",
          "worker-timeout "
          "at=2026-03-15T09:47:10.123Z?|level=crit|pid=1201|subject=1300|format=json-log\n"
          "- at=2026-03-15T09:47:10.123Z|level=error|pid=7|message=request \"x\" failed\n"
          "db-error-in-app at=2026-03-15T09:47:10.123Z|level=error|duration=30000\n"
          "- message=paid|level=info\n");
}

static void tracebacks_stand_in_a_member(void **state)
{
    tells(
        state,
        "{\"levelname\":\"ERROR\",\"message\":\"Internal Server Error: "
        "/report/\",\"exc_info\":\"Traceback (most "
        "recent call last):\\n  File \\\"/srv/app/views.py\\\", line 31, in report\\nValueError: "
        "x\"}\n"
        "{\"levelname\":\"ERROR\",\"message\":\"Internal Server Error: "
        "/r/\",\"exc_info\":\"Traceback (most recent "
        "call last):\\n  File \\\"/srv/app/views.py\\\", line 31, in report\\n"
        "django.db.utils.OperationalError: (1040, 'Too many connections')\"}\n",
        "request-error path=/report/|exception=ValueError: x|frame=/srv/app/views.py:31 in report\n"
        "db-error-in-app db_errno=1040\n");
}

static void objects_without_message_or_level_are_not_ours(void **state)
{
    static const char *const lines[] = {
        "{\"message\":\"no level here\",\"other\":1}",
        "{\"level\":\"ERROR\",\"text\":\"no message\"}",
        "{\"level\":\"ERROR\",\"message\":\"cut",
        "{\"level\":\"ERROR\",\"message\":{\"a\":1}}",
        "[{\"level\":\"ERROR\",\"message\":\"x\"}]",
    };
    tells_nothing(state, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loggers_of_many_languages),
        cmocka_unit_test(tracebacks_stand_in_a_member),
        cmocka_unit_test(objects_without_message_or_level_are_not_ours),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
