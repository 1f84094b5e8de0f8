#include "classified.h"

static void wrapped_lines_of_others_are_understood(void **state)
{
    tells(state,
          "Mar 15 09:47:15 web-1 sshd[900]: Accepted publickey for deploy\n"
          "Mar 15 09:47:15 web-1 systemd-journald[212]: Suppressed 1233 messages from "
          "gunicorn.service\n"
          "Mar 15 09:47:15 web-1 chronyd[300]: System clock was stepped by -3.123456 seconds\n"
          "Mar 15 09:47:15 web-1 a[1]: message repeated 3 times: [ again]\n",
          "- format=syslog|ident=sshd|pid=900|host=web-1\n"
          "- unit=gunicorn.service|count=1233\n"
          "clock-change duration=-3.123456\n"
          "- times=3|message=again\n");
}

static void a_reboot_shows_in_a_units_journal(void **state)
{
    tells(state,
          "-- Boot aa11bb22cc33dd44ee55ff6677889900 --\n"
          "Mar 15 09:48:10 web-1 shop[7]: ready\n",
          "host-boot at=2026-03-15T09:48:10Z?|ident=journalctl\n- ident=shop\n");
}

static void nothing_is_taken_without_a_wrapper(void **state)
{
    static const char *const lines[] = {"Accepted publickey for deploy"};
    tells_nothing(state, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrapped_lines_of_others_are_understood),
        cmocka_unit_test(a_reboot_shows_in_a_units_journal),
        cmocka_unit_test(nothing_is_taken_without_a_wrapper),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
