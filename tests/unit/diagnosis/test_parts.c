#include "check.h"

#include "diagnosis/parts.h"

static void hosts_that_are_down_and_events_without_end_are_named(void **state)
{
    (void)state;
    w5_stream own = {.name = W5_STR("error.log")};
    w5_stream whole = {.told = true, .ended = true, .host = W5_STR("web1")};
    w5_stream torn = {.told = true, .name = W5_STR("a.log"), .host = W5_STR("web2")};
    w5_stream down = {.told = true, .host = W5_STR("web3"), .lost = W5_STR("refused")};
    w5_stream *streams[] = {&own, &whole, &torn, &down};
    w5_timeline t = {.stream = streams, .streams = 4};
    w5_known k = {.t = &t, .arena = w5_arena_new()};
    w5_sentence all[W5_PARTS_MAX + 1];
    size_t n = 1;
    w5_parts_missing(&k, all, &n);
    assert_int_equal(n, 3);
    assert_str(all[1].arg[0], W5_STR("a.log"));
    assert_str(all[1].arg[1], W5_STR("web2"));
    assert_str(all[2].arg[0], W5_STR("web3"));
    assert_str(all[2].arg[1], W5_STR("refused"));
    w5_arena_free(k.arena);
}

static void only_some_are_named(void **state)
{
    (void)state;
    w5_stream torn = {.told = true, .name = W5_STR("a.log"), .host = W5_STR("web2")};
    w5_stream *streams[3 * W5_PARTS_MAX];
    for (size_t i = 0; i < COUNT(streams); i++)
        streams[i] = &torn;
    w5_timeline t = {.stream = streams, .streams = COUNT(streams)};
    w5_known k = {.t = &t, .arena = w5_arena_new()};
    w5_sentence all[W5_PARTS_MAX];
    size_t n = 0;
    w5_parts_missing(&k, all, &n);
    assert_int_equal(n, W5_PARTS_MAX);
    w5_arena_free(k.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_that_are_down_and_events_without_end_are_named),
        cmocka_unit_test(only_some_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
