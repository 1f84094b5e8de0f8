#include "check.h"

#include <why502/base/redact.h>

#include <stdlib.h>

typedef struct sample {
    w5_str text, shown;
} sample;

static void check_samples(const sample *cases, size_t n, w5_redaction what)
{
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < n; i++)
        assert_str(w5_redact(arena, cases[i].text, what), cases[i].shown);
    w5_arena_free(arena);
}

static void what_is_no_secret_stays_and_is_not_even_copied(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT(
            "2026/11/20 14:00:00 [error] 7#7: *19 connect() failed (111: Connection refused) while "
            "connecting to upstream, client: 203.0.113.9, server: example.com, request: \"GET "
            "/pay HTTP/1.1\", upstream: \"http://127.0.0.1:8000/pay\", host: \"example.com\""),
        W5_LIT("[2026-11-20 10:00:31 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:19)"),
        W5_LIT("# Query_time: 12.500312  Lock_time: 0.000021 Rows_sent: 1  Rows_examined: 5400000"),
        W5_LIT("Access denied for user 'app'@'localhost' (using password: YES)"),
        W5_LIT("Access denied for user 'app'@'localhost' (using password: NO)"),
        W5_LIT(
            "systemd[1]: gunicorn@shop.service: Main process exited, code=killed, status=9/KILL"),
        W5_LIT(
            "Out of memory: Killed process 4242 (gunicorn) total-vm:2097152kB, anon-rss:1048576kB"),
        W5_LIT("File \"/srv/app/views.py\", line 12, in get"),
        W5_LIT("why did it fail? nobody knows"),
        W5_LIT("\"__REALTIME_TIMESTAMP\":\"1795183200123456\""),
        W5_LIT("while reading upstream, select a server from the pool"),
        W5_LIT(""),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str shown = w5_redact(arena, cases[i], W5_REDACT_SECRETS);
        assert_str(shown, cases[i]);
        assert_ptr_equal(shown.ptr, cases[i].ptr);
    }
    w5_arena_free(arena);
}

static void query_strings_lose_their_values(void **state)
{
    (void)state;
    static const sample cases[] = {
        {W5_LIT("\"GET /p?q=abc&page=2 HTTP/1.1\""),                       W5_LIT("\"GET /p?q=***&page=*** HTTP/1.1\"")},
        {W5_LIT("\"GET /p?abc HTTP/1.1\""),                                W5_LIT("\"GET /p?*** HTTP/1.1\"")           },
        {W5_LIT("\"GET /p?a=&b=1 HTTP/1.1\""),                             W5_LIT("\"GET /p?a=&b=*** HTTP/1.1\"")      },
        {W5_LIT("\"GET /p?a=b=c HTTP/1.1\""),                              W5_LIT("\"GET /p?a=*** HTTP/1.1\"")         },
        {W5_LIT("upstream: \"http://127.0.0.1:8000/p?q=1\", host: \"a\""),
         W5_LIT("upstream: \"http://127.0.0.1:8000/p?q=***\", host: \"a\"")                                            },
        {W5_LIT("\"GET /p?q=\"x,host:\"evil\" HTTP/1.1\", host: \"a\""),
         W5_LIT("\"GET /p?q=***\" HTTP/1.1\", host: \"a\"")                                                              },
        {W5_LIT("/p?a=1;b=2#top"),                                         W5_LIT("/p?a=***;b=***#top")                },
        {W5_LIT("/p?a=1?b=2"),                                             W5_LIT("/p?a=***")                          },
        {W5_LIT("referrer: \"https://a.example/s?q=x\""),
         W5_LIT("referrer: \"https://a.example/s?q=***\"")                                                             },
    };
    check_samples(cases, COUNT(cases), W5_REDACT_SECRETS);
}

static void named_secrets_lose_their_values(void **state)
{
    (void)state;
    static const sample cases[] = {
        {W5_LIT("password=hunter2 next"),                 W5_LIT("password=*** next")                },
        {W5_LIT("DB_PASSWORD: 'a\\'b' x"),                W5_LIT("DB_PASSWORD: '***' x")             },
        {W5_LIT("{\"accessToken\":\"abc\",\"n\":1}"),     W5_LIT("{\"accessToken\":\"***\",\"n\":1}")},
        {W5_LIT("{'api-key': 'abc'}"),                    W5_LIT("{'api-key': '***'}")               },
        {W5_LIT("Cookie: sid=1; theme=dark"),             W5_LIT("Cookie: ***")                      },
        {W5_LIT("Set-Cookie: sid=1\nnext: line"),         W5_LIT("Set-Cookie: ***\nnext: line")      },
        {W5_LIT("Authorization: Basic dXNlcjpwYXNz"),     W5_LIT("Authorization: ***")               },
        {W5_LIT("secret_key=abc, other=def"),             W5_LIT("secret_key=***, other=def")        },
        {W5_LIT("password=\"unterminated"),               W5_LIT("password=\"***")                   },
        {W5_LIT("csrf_token = abc"),                      W5_LIT("csrf_token = ***")                 },
        {W5_LIT("connect(user=app, passwd=pw, host=db)"),
         W5_LIT("connect(user=app, passwd=***, host=db)")                                            },
    };
    check_samples(cases, COUNT(cases), W5_REDACT_SECRETS);
}

static void secrets_are_known_by_their_looks(void **state)
{
    (void)state;
    static const sample cases[] = {
        {W5_LIT("sent Bearer abcdefgh.123"),                        W5_LIT("sent Bearer ***")            },
        {W5_LIT("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc ok"), W5_LIT("got *** ok")                 },
        {W5_LIT("key AKIAIOSFODNN7EXAMPLE used"),                   W5_LIT("key *** used")               },
        {W5_LIT("ghp_012345678901234567890123"),                    W5_LIT("***")                        },
        {W5_LIT("Basic HTTP"),                                      W5_LIT("Basic HTTP")                 },
        {W5_LIT("postgres://app:pw@db:5432/shop"),                  W5_LIT("postgres://***@db:5432/shop")},
        {W5_LIT("mail to taro.yamada+x@example.co.jp."),            W5_LIT("mail to ***@***.")           },
        {W5_LIT("root@localhost"),                                  W5_LIT("root@localhost")             },
        {W5_LIT("card 4111 1111 1111 1111 declined"),               W5_LIT("card *** declined")          },
        {W5_LIT("card 4111-1111-1111-1111 declined"),               W5_LIT("card *** declined")          },
        {W5_LIT("id 5500005555555559"),                             W5_LIT("id ***")                     },
        {W5_LIT("id 4111111111111112"),                             W5_LIT("id 4111111111111112")        }, /* fails its check digit */
        {W5_LIT("id 41111111111111111111111"),                      W5_LIT("id 41111111111111111111111") },
    };
    check_samples(cases, COUNT(cases), W5_REDACT_SECRETS);
}

static void sql_loses_its_literals(void **state)
{
    (void)state;
    static const sample cases[] = {
        {W5_LIT("SELECT a FROM t1 WHERE id = 42 AND name = 'O''Hara'"),
         W5_LIT("SELECT a FROM t1 WHERE id = ? AND name = '***''***'")                                         },
        {W5_LIT("insert into t values (1, \"x\\\"y\", 0x1F, -2.5e3)"),
         W5_LIT("insert into t values (?, \"***\", ?, -?)")                                                    },
        {W5_LIT("UPDATE orders SET note='' WHERE id IN (1,2)"),
         W5_LIT("UPDATE orders SET note='' WHERE id IN (?,?)")                                                 },
        {W5_LIT("Duplicate entry 'a@b.example' for key 'users.email'"),
         W5_LIT("Duplicate entry '***' for key '***'")                                                         },
        {W5_LIT("CREATE USER app IDENTIFIED BY 'pw'"),
         W5_LIT("CREATE USER app IDENTIFIED BY '***'")                                                         },
        {W5_LIT("  WHERE email = 'x' LIMIT 5"),                         W5_LIT("  WHERE email = '***' LIMIT ?")},
        {W5_LIT("SELECT SLEEP(30) FROM dual"),                          W5_LIT("SELECT SLEEP(?) FROM dual")    },
        {W5_LIT("[SQL: SELECT x FROM y WHERE z = 'unterminated"),
         W5_LIT("[SQL: SELECT x FROM y WHERE z = '***")                                                        },
    };
    check_samples(cases, COUNT(cases), W5_REDACT_SECRETS);
}

static void clients_get_stable_names(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_str one = w5_redact_client(arena, W5_STR("203.0.113.9"), W5_REDACT_ALL);
    assert_int_equal(one.len, strlen("client-1a2b"));
    assert_true(w5_str_starts(one, W5_STR("client-")));
    assert_str(w5_redact_client(arena, W5_STR("203.0.113.9"), W5_REDACT_ALL), one);
    assert_false(w5_str_eq(w5_redact_client(arena, W5_STR("203.0.113.10"), W5_REDACT_ALL), one));
    assert_str(w5_redact_client(arena, W5_STR("203.0.113.9"), W5_REDACT_SECRETS),
               W5_STR("203.0.113.9"));
    assert_str(w5_redact_client(arena, W5_NONE, W5_REDACT_ALL), W5_NONE);
    w5_str line = w5_redact(arena, W5_STR("x, client: 203.0.113.9, server: a"), W5_REDACT_ALL);
    assert_str(line, w5_arena_fmt(arena, "x, client: %.*s, server: a", W5_ARG(one)));
    w5_arena_free(arena);
}

static void only_clients_addresses_are_hidden(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        bool changes;
    } cases[] = {
        {W5_LIT("client: 10.0.0.7, server"),                  true },
        {W5_LIT("10.0.0.7 - - [20/Nov/2026:14:00:00 +0000]"), true },
        {W5_LIT("X-Forwarded-For: 198.51.100.7"),             true },
        {W5_LIT("client: 2001:db8::1, server"),               true },
        {W5_LIT("from 2001:db8::1: reset"),                   true },
        {W5_LIT("from [2001:db8::1]:443"),                    true },
        {W5_LIT("peer 203.0.113.9:51234"),                    true },
        {W5_LIT("upstream: \"http://203.0.113.5:8000/\""),    false},
        {W5_LIT("listening at 127.0.0.1:8000"),               false},
        {W5_LIT("bind [::1]:8000"),                           false},
        {W5_LIT("db 192.168.1.5 gone"),                       false},
        {W5_LIT("at 14:00:00"),                               false},
        {W5_LIT("version 1.22.1"),                            false},
        {W5_LIT("gunicorn 20.1.0.4.5"),                       false},
        {W5_LIT("dead::beef"),                                true },
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str shown = w5_redact(arena, cases[i].text, W5_REDACT_ALL);
        if (w5_str_eq(shown, cases[i].text) == cases[i].changes)
            fail_msg("'%.*s' became '%.*s'", W5_ARG(cases[i].text), W5_ARG(shown));
    }
    w5_arena_free(arena);
}

static void none_means_none(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_str text = W5_STR("password=x client: 203.0.113.9 /p?q=1");
    assert_ptr_equal(w5_redact(arena, text, W5_REDACT_NONE).ptr, text.ptr);
    w5_arena_free(arena);
}

/* Every prefix of a line with everything in it, in memory that ends where the slice ends. */
static void a_line_may_be_cut_anywhere(void **state)
{
    (void)state;
    static const char line[] =
        "GET /a?b=c&d HTTP/1.1 password='x\\'y' Bearer abcdefghij u:p@h http://u:p@h/ a@b.cc "
        "4111 1111 1111 1111 client: 203.0.113.9 ::1 SELECT a FROM b WHERE c='d''e' \\";
    w5_arena *arena = w5_arena_new();
    for (size_t n = 0; n < sizeof line; n++) {
        char *copy = malloc(n ? n : 1);
        assert_non_null(copy);
        memcpy(copy, line, n);
        w5_redact(arena, (w5_str){copy, n}, W5_REDACT_ALL);
        free(copy);
    }
    w5_arena_free(arena);
}

/* A megabyte of each thing that makes a rule look around. The time-out of the suite is the test. */
static void the_work_is_linear(void **state)
{
    (void)state;
    enum {
        SIZE = 1 << 20
    };
    static const char *const pieces[] = {
        "?",       "/?",           "a=", "@",     "a@",  "://",       ":", "'", "\"",
        "select ", "select from ", "1",  "4111 ", "eyJ", "password=", " ", "::"};
    w5_arena *arena = w5_arena_new();
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t p = 0; p < COUNT(pieces); p++) {
        size_t len = strlen(pieces[p]);
        w5_mark mark = w5_arena_mark(arena);
        for (size_t i = 0; i + len <= SIZE; i += len)
            memcpy(text + i, pieces[p], len);
        w5_redact(arena, (w5_str){text, SIZE / len * len}, W5_REDACT_ALL);
        w5_arena_rewind(arena, mark);
    }
    free(text);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_secret_stays_and_is_not_even_copied),
        cmocka_unit_test(query_strings_lose_their_values),
        cmocka_unit_test(named_secrets_lose_their_values),
        cmocka_unit_test(secrets_are_known_by_their_looks),
        cmocka_unit_test(sql_loses_its_literals),
        cmocka_unit_test(clients_get_stable_names),
        cmocka_unit_test(only_clients_addresses_are_hidden),
        cmocka_unit_test(none_means_none),
        cmocka_unit_test(a_line_may_be_cut_anywhere),
        cmocka_unit_test(the_work_is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
