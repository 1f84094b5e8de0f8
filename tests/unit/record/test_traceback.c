#include "check.h"

#include "record/traceback.h"

#define LIB "  File \"/usr/lib/python3/dist-packages/"
#define APP "  File \"/srv/app/views.py\", line 42, in report\n    rows = slow()\n"
#define ABORT                                                                                      \
    "  File \"/venv/lib/python3.11/site-packages/gunicorn/workers/base.py\", line 204, in "        \
    "handle_abort\n"                                                                               \
    "    sys.exit(1)\nSystemExit: 1\n"

static void the_innermost_library_tells_what_it_waited_for(void **state)
{
    (void)state;
    static const struct {
        const char *frames, *library;
    } cases[] = {
        {LIB "MySQLdb/cursors.py\", line 206, in execute\n",                               "MySQLdb"        },
        {LIB "MySQLdb/__init__.py\", line 123, in Connect\n" LIB
             "MySQLdb/connections.py\", line 185, in __init__\n",                 "MySQLdb.connect"},
        {LIB "pymysql/connections.py\", line 692, in _read_packet\n"
             "  File \"/usr/lib/python3.11/socket.py\", line 706, in readinto\n", "pymysql"        },
        {LIB "requests/api.py\", line 59, in get\n" LIB
             "urllib3/connectionpool.py\", line 1, in urlopen\n"
             "  File \"/usr/lib/python3.11/http/client.py\", line 1, in getresponse\n"
             "  File \"/usr/lib/python3.11/ssl.py\", line 1, in read\n",          "urllib3"        },
        {"  File \"/usr/lib/python3.11/ssl.py\", line 1, in read\n",                       "ssl"            },
        {"  File \"/usr/lib/python3.11/socket.py\", line 955, in getaddrinfo\n",
         "socket.getaddrinfo"                                                                               },
        {"  File \"/usr/lib/python3.11/threading.py\", line 320, in wait\n",               "threading"      },
        {"  File \"/usr/lib/python3.11/subprocess.py\", line 1, in communicate\n",         "subprocess"     },
        {LIB "PIL/Image.py\", line 1, in resize\n",                                        "PIL"            },
        {"",                                                                               ""               },
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_traceback t;
        w5_str text = w5_arena_fmt(arena, "Traceback (most recent call last):\n" APP "%s" ABORT,
                                   cases[i].frames);
        assert_true(w5_traceback_read(text, arena, &t));
        assert_true(t.aborted);
        assert_str(t.frame, W5_STR("/srv/app/views.py:42 in report"));
        assert_str(t.library, w5_str_of(cases[i].library));
    }
    w5_arena_free(arena);
}

/* The driver's clean-up raises once more: the abort still is what happened. */
static void an_abort_counts_wherever_it_stands_in_the_chain(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_traceback t;
    assert_true(w5_traceback_read(
        W5_STR("Traceback (most recent call last):\n" APP ABORT
               "\nDuring handling of the above exception, another exception occurred:\n\n"
               "Traceback (most recent call last):\n"
               "  File \"/srv/app/other.py\", line 7, in cleanup\n"
               "MySQLdb.OperationalError: (2013, 'Lost connection')\n"),
        arena, &t));
    assert_true(t.aborted);
    assert_str(t.frame, W5_STR("/srv/app/views.py:42 in report"));
    assert_str(t.root, W5_STR("SystemExit: 1"));
    assert_str(t.exception, W5_STR("MySQLdb.OperationalError: (2013, 'Lost connection')"));
    w5_arena_free(arena);
}

static void a_sleeping_call_is_named_by_its_source_line(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_traceback t;
    assert_true(w5_traceback_read(W5_STR("Traceback (most recent call last):\n"
                                         "  File \"/srv/app/app.py\", line 14, in slow\n"
                                         "    time.sleep(seconds)\n"
                                         "    ^^^^^^^^^^\n" ABORT),
                                  arena, &t));
    assert_str(t.library, W5_STR("time.sleep"));
    w5_arena_free(arena);
}

static void numbers_of_mysql_in_the_words_of_each_driver(void **state)
{
    (void)state;
    static const struct {
        w5_str exception, number;
    } cases[] = {
        {W5_LIT("MySQLdb.OperationalError: (1040, 'Too many connections')"),                       W5_LIT("1040")},
        {W5_LIT("django.db.utils.InterfaceError: (0, '')"),                                        W5_LIT("0")   },
        {W5_LIT("sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (2013, 'Lost')"),
         W5_LIT("2013")                                                                                          },
        {W5_LIT("mysql.connector.errors.DatabaseError: 2003 (HY000): Can't connect"),
         W5_LIT("2003")                                                                                          },
        {W5_LIT("mysql.connector.errors.InterfaceError: 2013: Lost connection"),                   W5_LIT("2013")},
        {W5_LIT("django.db.utils.OperationalError: FATAL: too many connections"),                  W5_LIT("")    },
        {W5_LIT("ValueError: (1040, 'x')"),                                                        W5_LIT("")    },
        {W5_LIT("OperationalError: (99999999999, 'x')"),                                           W5_LIT("")    },
        {W5_LIT("OperationalError"),                                                               W5_LIT("")    },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str number = W5_STR("");
        assert_int_equal(w5_mysql_error(cases[i].exception, &number), cases[i].number.len > 0);
        assert_str(number, cases[i].number);
    }
}

static void lines_of_a_traceback_are_told_from_others(void **state)
{
    (void)state;
    w5_trace_lines t = {W5_TRACE_MAYBE, 0};
    static const struct {
        const char *line;
        bool more;
    } steps[] = {
        {"unrelated",                                                           false},
        {"Traceback (most recent call last):",                                  true },
        {"  File \"x\", line 1, in f",                                          true },
        {"127.0.0.1 - - [20/Nov/2026:16:44:02 +0000] \"GET / HTTP/1.1\" 200 3", false},
        {"ValueError: text",                                                    true },
        {"text",                                                                true }, /* gunicorn >= 24 prints the text once more */
        {"other text",                                                          false},
        {"[SQL: SELECT 1]",                                                     true },
        {"Traceback (most recent call last):",                                  false},
        {"During handling of the above exception, another exception occurred:", true },
        {"",                                                                    true },
        {"Traceback (most recent call last):",                                  true },
    };
    for (size_t i = 0; i < COUNT(steps); i++)
        if (w5_trace_continues(&t, w5_str_of(steps[i].line)) != steps[i].more)
            fail_msg("step %zu: %s", i, steps[i].line);
}

static void texts_without_a_traceback_have_none(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_traceback t;
    assert_false(w5_traceback_read(W5_STR(""), arena, &t));
    assert_false(w5_traceback_read(W5_STR("ValueError: x\n  File \"x\", line 1\n"), arena, &t));
    assert_true(w5_traceback_read(
        W5_STR("Traceback (most recent call last):\n  File \"x\", line 1"), arena, &t));
    assert_str(t.frame, W5_STR("x:1"));
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_innermost_library_tells_what_it_waited_for),
        cmocka_unit_test(an_abort_counts_wherever_it_stands_in_the_chain),
        cmocka_unit_test(a_sleeping_call_is_named_by_its_source_line),
        cmocka_unit_test(numbers_of_mysql_in_the_words_of_each_driver),
        cmocka_unit_test(lines_of_a_traceback_are_told_from_others),
        cmocka_unit_test(texts_without_a_traceback_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
