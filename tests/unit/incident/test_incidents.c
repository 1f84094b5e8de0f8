#include "build.h"

/* One request of connection n that upstream u refused, in second s. */
static void refuse(w5_ledger *l, w5_stream *s, unsigned at, unsigned n, const char *u)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "pid=7|connection=%u|client=203.0.113.9|server=shop|request=GET /cart HTTP/1.1|"
             "upstream=http://%s/cart|text=refused %u",
             n, u, n);
    put(l, event(s, n, "connection-refused", "CK-111", NOON + at * W5_SECOND, fields));
}

static void silence_parts_incidents(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    refuse(l, s, 0, 1, "127.0.0.1:8000");
    refuse(l, s, 59, 2, "127.0.0.1:8000");
    refuse(l, s, 119, 3, "127.0.0.1:8000");
    refuse(l, s, 180, 4, "127.0.0.1:8000");
    w5_incidents all = incidents(l, &s, 1);
    assert_int_equal(all.n, 2);
    assert_int_equal(all.at[0]->errors, 3);
    assert_int_equal(all.at[0]->start, NOON);
    assert_int_equal(all.at[0]->end, NOON + 119 * W5_SECOND);
    assert_str(all.at[0]->upstream, W5_STR("127.0.0.1:8000"));
    assert_str(told(all.at[0]->codes), W5_STR("CK-111 3"));
    assert_int_equal(all.at[1]->requests_failed, 1);
    w5_ledger_free(l);
}

static void upstreams_fail_apart_and_peers_together(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    refuse(l, s, 0, 1, "127.0.0.1:8000");
    refuse(l, s, 0, 1, "127.0.0.1:8001"); /* the same request goes on to the other peer */
    refuse(l, s, 1, 2, "127.0.0.1:9000");
    put(l, event(s, 3, "no-live-upstreams", "CN-NOLIVE", NOON + 2 * W5_SECOND,
                 "pid=7|connection=3|server=shop|request=GET /cart "
                 "HTTP/1.1|upstream=http://shop_backend/cart"));
    w5_incidents all = incidents(l, &s, 1);
    assert_int_equal(all.n, 2);
    assert_str(told(all.at[0]->upstreams), W5_STR("127.0.0.1:8000 1, 127.0.0.1:8001 1"));
    assert_int_equal(all.at[0]->requests_failed, 1);
    w5_ledger_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_parts_incidents),
        cmocka_unit_test(upstreams_fail_apart_and_peers_together),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
