#include "scene.h"

static void pools_are_scopes_tied_by_what_they_listen_on(void **state)
{
    scene *s = *state;
    put(s, "pool.d/www.conf",
        "[www]\nlisten = /run/php/$pool.sock\npm.max_children = 5\n"
        "request_terminate_timeout = 30s ; seconds\nphp_admin_value[memory_limit] = 128M\n");
    put(s, "pool.d/api.conf",
        "[api]\nlisten = 127.0.0.1:9001\npm.max_children = 50\n"
        "pm.max_children = 60\n");
    read_file(s, put(s, "php-fpm.conf",
                     "[global]\nerror_log = \"/var/log/fpm.log\"\ninclude=pool.d/*.conf\n"));
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "php-fpm", "pm.max_children", "unix:/run/php/www.sock", "", "5");
    want(s, "php-fpm", "pm.max_children", "127.0.0.1:9001", "", "60");
    want(s, "php-fpm", "pm.max_children", "127.0.0.1:9002", "", NULL); /* neither of the two */
    want(s, "php-fpm", "listen", "unix:/run/php/www.sock", "", "/run/php/www.sock");
    want(s, "php-fpm", "php_admin_value[memory_limit]", "unix:/run/php/www.sock", "", "128M");
    want(s, "php-fpm", "error_log", "127.0.0.1:9001", "", "/var/log/fpm.log");
    want(s, "php-fpm", "request_terminate_timeout", "unix:/run/php/www.sock", "", "30s");
}

static void one_pool_alone_is_meant(void **state)
{
    scene *s = *state;
    read_text(s, "/etc/php/8.2/fpm/pool.d/www.conf", "[www]\npm.max_children = 5\nbroken\n");
    w5_config_seal(s->config);
    want(s, "php-fpm", "pm.max_children", "10.0.0.1:9000", "", "5");
    assert_int_equal(trouble(s, "'broken' has no value")->line, 3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(pools_are_scopes_tied_by_what_they_listen_on),
        TEST(one_pool_alone_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
