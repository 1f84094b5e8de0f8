#include <why502/base/out.h>

#include "config/reading.h"

#include "scene.h"

static w5_str word(scene *s, const char *kind, size_t i)
{
    return w5_arena_fmt(s->arena, "%s%zu", kind, i);
}

static void what_was_noted_last_is_found(void **state)
{
    enum {
        MANY = 20000
    };
    scene *s = *state;
    w5_config *c = s->config;
    assert_int_equal(w5_latest_seen(c, "x", W5_STR("a"), W5_STR("b")), 0);
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < MANY; i++) {
            size_t *last = w5_latest_of(c, "x", word(s, "scope", i % 7), word(s, "name", i));
            assert_int_equal(*last, round ? i + 1 : 0);
            *last = i + 1;
        }
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(w5_latest_seen(c, "x", word(s, "scope", i % 7), word(s, "name", i)), i + 1);
    assert_int_equal(w5_latest_seen(c, "y", W5_STR("scope1"), W5_STR("name1")), 0);
    assert_int_equal(w5_latest_seen(c, "x", W5_STR("scope2"), W5_STR("name1")), 0);
    assert_int_equal(w5_latest_seen(c, "x", W5_STR("scope1"), W5_STR("name8")), 8 + 1);
}

/* Each of these took the square of its settings; this many would take minutes. */
static void a_hundred_thousand_settings_take_no_square(void **state)
{
    scene *s = *state;
    w5_config *c = s->config;
    const w5_setting *all;
    w5_out *out = w5_out_memory();
    w5_out_lit(out, "http {\n");
    for (int i = 0; i < 20000; i++)
        w5_out_fmt(out, "upstream u%d { server 10.0.0.1:%d; }\nserver { location /%d { proxy_pass http://U%d; "
                        "proxy_read_timeout %ds; } }\nx%d_timeout 1;\n", i, i, i, i, i, i);
    w5_out_lit(out, "x7_timeout 2;\n}\n");
    assert_int_equal(w5_config_read(c, W5_STR("nginx.conf"), w5_out_bytes(out), NULL), W5_OK);
    w5_out_done(out, NULL);
    for (int file = 0; file < 12; file++) {
        w5_out *pools = w5_out_memory();
        for (int i = 0; i < 2000; i++)
            w5_out_fmt(pools, "[p%d]\npm.max = %d\npm.max = %d\n", file * 2000 + i, i, i + 1);
        w5_str name = w5_arena_fmt(s->arena, "/etc/pool.d/%d.conf", file);
        assert_int_equal(w5_config_read(c, name, w5_out_bytes(pools), NULL), W5_OK);
        w5_out_done(pools, NULL);
    }
    w5_config_seal(c);
    w5_setting setting;
    assert_int_equal(w5_config_get(c, "nginx", "proxy_read_timeout", W5_STR("10.0.0.1:19999"),
                                   W5_STR(""), &setting), W5_OK);
    assert_str(setting.value, W5_STR("19999s"));
    size_t n = w5_config_settings(c, &all), shadowed = 0;
    for (size_t i = 0; i < n; i++)
        shadowed += !all[i].in_force;
    assert_int_equal(shadowed, 12 * 2000 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_noted_last_is_found, begin, end),
        cmocka_unit_test_setup_teardown(a_hundred_thousand_settings_take_no_square, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
