#include "build.h"

#define AT(seconds) (NOON + (w5_time)(seconds)*W5_SECOND)

typedef struct scene {
    w5_ledger *l;
    w5_stream *error, *access;
    uint64_t line;
} scene;

static scene begin(void)
{
    return (scene){w5_ledger_new(catalogue()), stream(0, "error.log", "nginx-error"),
                   stream(1, "access.log", "nginx-access"), 0};
}

static void refused(scene *s, int second, const char *upstream, unsigned connection)
{
    put(s->l,
        event(s->error, ++s->line, "connection-refused", "CK-111", AT(second),
              w5_arena_fmt(made_in,
                           "pid=7|connection=%u|server=shop|request=GET /a HTTP/1.1|upstream=%s",
                           connection, upstream)
                  .ptr));
}

static w5_incidents end(scene *s, const char *conf)
{
    static const w5_timeline_options o = {.gap = W5_MINUTE,
                                          .since = W5_TIME_NONE,
                                          .until = W5_TIME_NONE,
                                          .now = W5_TIME_NONE,
                                          .zone = {.fixed = true}};
    w5_err err;
    w5_stream *streams[] = {s->error, s->access};
    w5_config *config = w5_config_new(made_in);
    if (conf) {
        assert_int_equal(w5_config_read(config, W5_STR("nginx.conf"), w5_str_of(conf), &err),
                         W5_OK);
        w5_config_seal(config);
    }
    w5_incidents all = w5_incidents_build(
        w5_timeline_build(s->l, streams, 2, conf ? config : NULL, &o, made_in), made_in);
    w5_ledger_free(s->l);
    return all;
}

static void strangers_stay_apart(void **state)
{
    (void)state;
    scene s = begin();
    refused(&s, 0, "127.0.0.1:8000", 1);
    refused(&s, 1, "127.0.0.1:9000", 2);
    assert_int_equal(end(&s, NULL).n, 2);
}

static void a_block_of_the_configuration_is_one(void **state)
{
    (void)state;
    scene s = begin();
    refused(&s, 0, "127.0.0.1:8000", 1);
    refused(&s, 1, "127.0.0.1:8001", 2);
    refused(&s, 1, "127.0.0.1:9000", 3);
    w5_incidents all =
        end(&s, "http { upstream shop { server 127.0.0.1:8000 weight=2; server 127.0.0.1:8001; }\n"
                "server { location / { proxy_pass http://shop; } } }");
    assert_int_equal(all.n, 2);
    assert_int_equal(all.at[0]->upstreams.n, 2);
}

static void localhost_is_two_addresses(void **state)
{
    (void)state;
    scene s = begin();
    refused(&s, 0, "[::1]:8000", 1);
    refused(&s, 1, "127.0.0.1:8000", 2);
    assert_int_equal(end(&s, "http { upstream shop { server localhost:8000; } }").n, 1);
}

static void a_request_that_tried_both_says_so(void **state)
{
    (void)state;
    scene s = begin();
    refused(&s, 0, "127.0.0.1:8000", 1);
    refused(&s, 0, "127.0.0.1:8001", 1);
    refused(&s, 5, "127.0.0.1:8001", 2);
    assert_int_equal(end(&s, NULL).n, 1);
}

static void a_slow_failure_then_the_next_peer_says_so_too(void **state)
{
    (void)state;
    scene s = begin();
    refused(&s, 0, "127.0.0.1:8000", 1);
    refused(&s, 59, "127.0.0.1:8001", 1);
    assert_int_equal(end(&s, NULL).n, 1);
}

static void an_access_line_lists_peers(void **state)
{
    (void)state;
    scene s = begin();
    refused(&s, 0, "127.0.0.1:8000", 1);
    refused(&s, 1, "127.0.0.1:8001", 2);
    refused(&s, 1, "127.0.0.1:9000", 3);
    put(s.l, event(s.access, 1, "access", "", AT(0),
                   "status=200|request=GET /a HTTP/1.1|upstream_addr=127.0.0.1:8000, "
                   "127.0.0.1:8001 : 127.0.0.1:9000|"
                   "upstream_status=502, 502 : 200"));
    assert_int_equal(end(&s, NULL).n, 2); /* an internal redirect joins nothing */
}

static void a_block_without_live_peers_goes_with_the_errors_before_it(void **state)
{
    (void)state;
    scene s = begin();
    refused(&s, 0, "127.0.0.1:8000", 1);
    put(s.l, event(s.error, ++s.line, "no-live-upstreams", "CN-NOLIVE", AT(5),
                   "pid=7|connection=9|server=shop|request=GET /b HTTP/1.1|upstream=backend"));
    w5_incidents all = end(&s, NULL);
    assert_int_equal(all.n, 1);
    assert_str(told(all.at[0]->upstreams), W5_STR("127.0.0.1:8000 1"));
    assert_int_equal(all.at[0]->requests_failed, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers_stay_apart),
        cmocka_unit_test(a_block_of_the_configuration_is_one),
        cmocka_unit_test(localhost_is_two_addresses),
        cmocka_unit_test(a_request_that_tried_both_says_so),
        cmocka_unit_test(a_slow_failure_then_the_next_peer_says_so_too),
        cmocka_unit_test(an_access_line_lists_peers),
        cmocka_unit_test(a_block_without_live_peers_goes_with_the_errors_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
