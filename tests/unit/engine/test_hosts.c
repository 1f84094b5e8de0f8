#include <why502/catalogue.h>

#include "check.h"

#include "engine/hosts.h"

static const w5_format nginx = {.id = W5_LIT("nginx-error")}, ours = {.id = W5_LIT("why502")};

static void own_logs_are_of_the_one_host_that_they_name(void **state)
{
    (void)state;
    w5_stream error = {.format = &nginx}, journal = {.format = &nginx, .named = W5_STR("web-1")};
    w5_stream other = {.format = &nginx, .named = W5_STR("web-2")};
    w5_stream *const all[] = {&error, &journal, &other};
    assert_str(w5_hosts_own(all, 1, W5_STR("here")), W5_STR("here"));
    assert_str(w5_hosts_own(all, 2, W5_STR("here")), W5_STR("web-1"));
    assert_str(w5_hosts_own(all, 3, W5_STR("here")), W5_STR("here"));
    journal.named_several = true;
    assert_str(w5_hosts_own(all, 2, W5_STR("here")), W5_STR("here"));
}

static void told_logs_are_their_readers_unless_they_name_one_host(void **state)
{
    (void)state;
    w5_stream carrier = {.format = &ours};
    w5_stream a = {.told = true, .reader = W5_STR("r1")};
    w5_stream b = {.told = true, .reader = W5_STR("r1"), .named = W5_STR("web-1")};
    w5_stream c = {.told = true, .reader = W5_STR("r2")};
    w5_stream d = {
        .told = true, .reader = W5_STR("r3"), .named = W5_STR("x"), .named_several = true};
    w5_stream *const all[] = {&carrier, &a, &b, &c, &d};
    w5_hosts_conclude(all, 5);
    assert_str(a.host, W5_STR("web-1"));
    assert_str(b.host, W5_STR("web-1"));
    assert_str(c.host, W5_STR("r2"));
    assert_str(d.host, W5_STR("r3"));
    assert_str(w5_hosts_own(all, 3, W5_STR("here")), W5_STR("web-1"));
    assert_str(w5_hosts_own(all, 5, W5_STR("here")), W5_STR("here"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_logs_are_of_the_one_host_that_they_name),
        cmocka_unit_test(told_logs_are_their_readers_unless_they_name_one_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
