#include "build.h"

#include "incident/fold.h"

#include <limits.h>

typedef struct pair {
    const char *from, *to;
} pair;

static void upstreams_come_in_one_shape(void **state)
{
    (void)state;
    static const pair table[] = {
        {"http://127.0.0.1:8000/p?q=1", "127.0.0.1:8000"  },
        {"127.0.0.1:8000",              "127.0.0.1:8000"  },
        {"https://[::1]:8443/x",        "[::1]:8443"      },
        {"http://unix:/run/g.sock:/p",  "unix:/run/g.sock"},
        {"uwsgi://unix:/run/u.sock:",   "unix:/run/u.sock"},
        {"unix:/run/u.sock",            "unix:/run/u.sock"},
        {"fastcgi://127.0.0.1:9000",    "127.0.0.1:9000"  },
        {"http://backend/p",            "backend"         },
        {"http://backend?p",            "backend"         },
        {"backend",                     "backend"         },
        {"",                            ""                },
        {"http://",                     ""                },
        {"unix:",                       "unix:"           },
    };
    for (size_t i = 0; i < COUNT(table); i++)
        assert_str(w5_fold_upstream(w5_str_of(table[i].from)), w5_str_of(table[i].to));
}

static void the_last_peer_is_the_one_that_answered(void **state)
{
    (void)state;
    static const pair table[] = {
        {"127.0.0.1:8000",                     "127.0.0.1:8000"  },
        {"127.0.0.1:8000, 127.0.0.1:8001",     "127.0.0.1:8001"  },
        {"127.0.0.1:8000 : 127.0.0.1:9000",    "127.0.0.1:9000"  },
        {"unix:/run/a.sock, unix:/run/b.sock", "unix:/run/b.sock"},
        {"-",                                  "-"               },
        {"",                                   ""                },
    };
    for (size_t i = 0; i < COUNT(table); i++)
        assert_str(w5_fold_last_peer(w5_str_of(table[i].from)), w5_str_of(table[i].to));
}

static void a_target_has_no_query(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *method, *path;
    } table[] = {
        {"request=GET /a?b=c HTTP/1.1",                 "GET",  "/a"},
        {"request=GET /a",                              "GET",  "/a"},
        {"method=POST|path=/x?y",                       "POST", "/x"},
        {"method=POST|path=/x|request=GET /z HTTP/1.0", "POST", "/x"},
        {"request=garbage",                             "",     ""  },
        {"status=1",                                    "",     ""  },
    };
    w5_stream *s = stream(0, "x", "nginx-error");
    for (size_t i = 0; i < COUNT(table); i++) {
        made_event m = event(s, 1, NULL, "", NOON, table[i].fields);
        w5_target t = w5_fold_target(&m.record);
        assert_str(t.method, w5_str_of(table[i].method));
        assert_str(t.path, w5_str_of(table[i].path));
    }
}

static void numbers_are_what_the_class_is_about(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        int number;
        uint32_t pid, subject, connection;
        int64_t duration;
    } table[] = {
        {"errno=111|pid=7|connection=9",  111, 7, 0,  9,  -1     },
        {"signal=9|pid=7|subject=19",     9,   7, 19, 0,  -1     },
        {"signal=SIGSEGV",                11,  0, 0,  0,  -1     },
        {"signal=KILL|exit_code=1",       9,   0, 0,  0,  -1     },
        {"exit_code=3|subject=19",        3,   0, 19, 0,  -1     },
        {"status=502|request_time=1.250", 502, 0, 0,  0,  1250000},
        {"thread=33|query_time=2",        -1,  0, 0,  33, 2000000},
        {"pid=x|request_time=-",          -1,  0, 0,  0,  -1     },
        {"pid=99999999999999999999999",   -1,  0, 0,  0,  -1     },
    };
    w5_stream *s = stream(0, "x", "nginx-error");
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_cell cell = {0};
        made_event m = event(s, 1, NULL, "", NOON, table[i].fields);
        w5_fold_numbers(&m.record, &cell);
        assert_int_equal(cell.number, table[i].number);
        assert_int_equal(cell.pid, table[i].pid);
        assert_int_equal(cell.subject, table[i].subject);
        assert_int_equal(cell.connection, table[i].connection);
        assert_int_equal(cell.duration, table[i].duration);
    }
}

static void a_query_begins_and_ends(void **state)
{
    (void)state;
    w5_cell cell = {0};
    made_event m = event(stream(0, "x", "mysql-slow"), 1, NULL, "", NOON,
                         "query_start=2026-11-20T11:59:58Z|query_end=2026-11-20T12:00:00.500000Z|"
                         "lock_time=0.25|rows_examined=50020|rows_sent=1");
    w5_fold_numbers(&m.record, &cell);
    assert_int_equal(cell.query_start, NOON - 2 * W5_SECOND);
    assert_int_equal(cell.query_end, NOON + W5_SECOND / 2);
    assert_int_equal(cell.lock, 250000);
    assert_int_equal(cell.rows_examined, 50020);
    assert_int_equal(cell.rows_sent, 1);
}

static void an_excerpt_shows_the_line_that_matters(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *excerpt;
    } table[] = {
        {"text=one line",                                                             "one line"},
        {"text=first\nsecond",                                                        "first"   },
        {"text=Traceback (most recent call last):\n  File \"a.py\"\nValueError: x\n",
         "ValueError: x"                                                                        },
        {"text=# Time: 1|query=SELECT 1",                                             "SELECT 1"},
    };
    w5_stream *s = stream(0, "x", "gunicorn");
    for (size_t i = 0; i < COUNT(table); i++) {
        made_event m = event(s, 1, NULL, "", NOON, table[i].fields);
        assert_str(w5_record_excerpt(&m.record), w5_str_of(table[i].excerpt));
    }
}

static void names_are_cut_between_characters(void **state)
{
    (void)state;
    assert_str(w5_fold_cut(W5_STR("abc"), 3), W5_STR("abc"));
    assert_str(w5_fold_cut(W5_STR("abcd"), 3), W5_STR("abc"));
    assert_str(w5_fold_cut(W5_STR("a\xe3\x81\x82x"), 3), W5_STR("a"));
    assert_str(w5_fold_cut(W5_STR("\x82\x82\x82\x82"), 2), W5_STR(""));
}

static void the_offset_of_a_stamp_is_read_off_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int offset;
    } table[] = {
        {"- [20/Nov/2026:12:00:00 +0000] x",           0      },
        {"- [20/Nov/2026:21:00:00 +0900] x",           32400  },
        {"2026-11-20T06:30:00.123-05:30 x",            -19800 },
        {"10.0.0.1+0100 [20/Nov/2026:13:00:00 +0100]", 3600   },
        {"- [20/Nov/2026:12:00:00]",                   INT_MIN},
        {"",                                           INT_MIN},
        {"+0000",                                      INT_MIN},
    };
    w5_stream *s = stream(0, "x", "nginx-access");
    for (size_t i = 0; i < COUNT(table); i++) {
        made_event m = event(s, 1, NULL, "", NOON, "status=200");
        m.record.text = w5_str_of(table[i].text);
        assert_int_equal(w5_fold_offset(&m.record), table[i].offset);
    }
}

static void what_and_where_by_the_fields_that_are_there(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *what, *where;
    } table[] = {
        {"exception=ValueError|frame=views.py:9",       "ValueError", "views.py:9"             },
        {"comm=gunicorn|memcg=/system.slice/g.service", "gunicorn",   "/system.slice/g.service"},
        {"comm=mysqld|reason=memcg",                    "mysqld",     ""                       },
        {"version=20.1.0",                              "20.1.0",     ""                       },
        {"signal=SIGKILL",                              "SIGKILL",    ""                       },
        {"fingerprint=select ?|db=shop",                "select ?",   "shop"                   },
    };
    w5_stream *s = stream(0, "x", "gunicorn");
    for (size_t i = 0; i < COUNT(table); i++) {
        made_event m = event(s, 1, NULL, "", NOON, table[i].fields);
        assert_str(w5_fold_what(&m.record), w5_str_of(table[i].what));
        assert_str(w5_fold_where(&m.record), w5_str_of(table[i].where));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upstreams_come_in_one_shape),
        cmocka_unit_test(the_last_peer_is_the_one_that_answered),
        cmocka_unit_test(a_target_has_no_query),
        cmocka_unit_test(numbers_are_what_the_class_is_about),
        cmocka_unit_test(a_query_begins_and_ends),
        cmocka_unit_test(an_excerpt_shows_the_line_that_matters),
        cmocka_unit_test(names_are_cut_between_characters),
        cmocka_unit_test(the_offset_of_a_stamp_is_read_off_the_line),
        cmocka_unit_test(what_and_where_by_the_fields_that_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
