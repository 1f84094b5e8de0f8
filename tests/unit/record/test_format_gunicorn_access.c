#include "classified.h"

static void the_client_is_missing_on_a_unix_socket(void **state)
{
    tells(state,
          " - - [20/Nov/2026:16:44:02 +0900] \"GET /boom/?a=1 HTTP/1.0\" 500 145 \"-\" "
          "\"curl/7.88.1\"\n",
          "access format=gunicorn-access|client=|at=2026-11-20T07:44:02Z|method=GET|path=/boom/|"
          "request=GET /boom/?a=1 "
          "HTTP/1.0|status=500|bytes_sent=145|referrer=|user_agent=curl/7.88.1\n");
}

static void what_people_append_is_read(void **state)
{
    tells(state,
          " - alice [20/Nov/2026:16:44:02 +0000] \"POST /pay HTTP/1.1\" 200 - \"http://x/\" \"a "
          "\\\"b\\\"\" "
          "1.204000 <1300>\n"
          " - - [20/Nov/2026:16:44:02 +0000] \"GET / HTTP/1.0\" 200 3 \"-\" \"-\" 3 0.004\n",
          "access user=alice|bytes_sent=|referrer=http://x/|user_agent=a "
          "\\\"b\\\"|request_time=1.204000|"
          "pid=1300\n"
          "access request_time=0.004\n");
}

static void the_last_second_of_a_day_and_a_leap_second_are_times(void **state)
{
    tells(state,
          " - - [31/Dec/2016:23:59:59 +0000] \"GET / HTTP/1.0\" 200 3 \"-\" \"-\"\n"
          " - - [31/Dec/2016:23:59:60 +0000] \"GET / HTTP/1.0\" 200 3 \"-\" \"-\"\n",
          "access at=2016-12-31T23:59:59Z\n"
          "access at=2017-01-01T00:00:00Z\n");
}

static void behind_a_wrapper_the_ident_tells_whose_it_is(void **state)
{
    tells(
        state,
        "Mar 15 09:47:10 web-1 gunicorn[1300]: 127.0.0.1 - - [15/Mar/2026:09:47:10 +0000] \"GET / "
        "HTTP/1.1\" 200 3 \"-\" \"-\"\n"
        "Mar 15 09:47:10 web-1 nginx[1300]: 203.0.113.7 - - [15/Mar/2026:09:47:10 +0000] \"GET / "
        "HTTP/1.1\" 200 3 \"-\" \"-\"\n",
        "access format=gunicorn-access|client=127.0.0.1|pid=1300|status=200\n"
        "access format=nginx-access\n");
}

static void a_forwarded_address_may_be_a_list(void **state)
{
    tells(state,
          "[2026-11-20 16:44:00 +0000] [9] [INFO] Starting gunicorn 20.1.0\n"
          "203.0.113.7, 10.0.0.1 - - [20/Nov/2026:16:44:02 +0000] \"GET / HTTP/1.0\" 200 3 \"-\" "
          "\"-\"\n",
          "master-start\n"
          "access format=gunicorn-access|client=203.0.113.7, 10.0.0.1\n");
}

static void broken_lines_are_not_read(void **state)
{
    static const char *const lines[] = {
        " - - [20/Nov/2026:16:44:02 +0000] \"GET / HTTP/1.0",
        " - - [20/Nov/2026:16:44:02 +0000] \"GET / HTTP/1.0\" two 3 \"-\" \"-\"",
        " - - [20/Nov/2026] \"GET / HTTP/1.0\" 200 3 \"-\" \"-\"         ",
        " - - \"GET / HTTP/1.0\" 200 3 \"-\" \"-\"                       ",
        " - - [20/Nov/2026:24:44:02 +0000] \"GET / HTTP/1.0\" 200 3 \"-\" \"-\"",
        " - - [20/Nov/2026:16:60:02 +0000] \"GET / HTTP/1.0\" 200 3 \"-\" \"-\"",
        " - - [20/Nov/2026:16:44:61 +0000] \"GET / HTTP/1.0\" 200 3 \"-\" \"-\"",
    };
    tells_nothing(state, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_second_of_a_day_and_a_leap_second_are_times),
        cmocka_unit_test(the_client_is_missing_on_a_unix_socket),
        cmocka_unit_test(what_people_append_is_read),
        cmocka_unit_test(behind_a_wrapper_the_ident_tells_whose_it_is),
        cmocka_unit_test(a_forwarded_address_may_be_a_list),
        cmocka_unit_test(broken_lines_are_not_read),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
