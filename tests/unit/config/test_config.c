#include "config/reading.h"

#include "scene.h"

static void the_kind_is_told_by_name_and_content(void **state)
{
    static const struct {
        const char *file, *text, *program; /* NULL: none */
    } cases[] = {
        {"nginx.conf",                                    "",                                                                  "nginx"   },
        {"/etc/nginx/sites-enabled/shop",                 "server {\n}\n",                                                     "nginx"   },
        {"anything",                                      "# hello\n# configuration file /etc/nginx/nginx.conf:\nevents {}\n", "nginx"   },
        {"gunicorn.service",                              "[Service]\n",                                                       "systemd" },
        {"/etc/systemd/system/gunicorn.service.d/x.conf", "[Service]\n",                                                       "systemd" },
        {"pasted",                                        "# /etc/systemd/system/a.service\n[Unit]\nDescription=x\n",          "systemd" },
        {"gunicorn.conf.py",                              "",                                                                  "gunicorn"},
        {"conf",                                          "bind = '127.0.0.1:8000'\n",                                         "gunicorn"},
        {"my.cnf",                                        "",                                                                  "mysql"   },
        {"pasted",                                        "# x\n[mysqld]\nmax_connections = 3\n",                              "mysql"   },
        {"pasted",                                        "!includedir /etc/mysql/conf.d/\n",                                  "mysql"   },
        {"/etc/php/8.2/fpm/php-fpm.conf",                 "",                                                                  "php-fpm" },
        {"/etc/php/8.2/fpm/pool.d/www.conf",              "[www]\n",                                                           "php-fpm" },
        {"pasted",                                        "[www]\npm.max_children = 5\n",                                      "php-fpm" },
        {"app.ini",                                       "[uwsgi]\nharakiri = 30\n",                                          "uwsgi"   },
        {"empty",                                         "\n# nothing\n",                                                     NULL      },
        {"prose",                                         "this is a letter\n",                                                NULL      },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        const char *programs[] = {"nginx", "systemd", "gunicorn", "mysql", "php-fpm", "uwsgi"};
        read_text(s, cases[i].file, cases[i].text);
        w5_config_seal(s->config);
        for (size_t k = 0; k < COUNT(programs); k++) {
            bool known = w5_config_known(s->config, programs[k]);
            if (known != (cases[i].program && strcmp(cases[i].program, programs[k]) == 0))
                fail_msg("%s %s", cases[i].file, programs[k]);
        }
        end(state);
    }
}

static void what_is_not_known_is_said(void **state)
{
    scene *s = *state;
    read_text(s, "letter.txt", "this is a letter\n");
    assert_str(trouble(s, "no configuration that is known here")->file, W5_STR("letter.txt"));
}

static void a_file_that_cannot_be_read_is_an_error(void **state)
{
    scene *s = *state;
    w5_err err;
    assert_int_equal(w5_config_read_file(s->config, at(s, "none.conf"), &err), W5_EIO);
    assert_int_equal(w5_config_read_file(s->config, s->folder, &err), W5_EIO);
    assert_non_null(strstr(err.text, "it is no file"));
    mkfifo(at(s, "fifo.conf"), 0600);
    assert_int_equal(w5_config_read_file(s->config, at(s, "fifo.conf"), &err), W5_EIO);
}

static void a_file_given_twice_is_read_once(void **state)
{
    scene *s = *state;
    const w5_setting *all;
    read_file(s, put(s, "nginx.conf", "a 1;\n"));
    read_file(s, at(s, "nginx.conf"));
    assert_int_equal(w5_config_settings(s->config, &all), 1);
}

static void the_text_need_not_outlive_the_reading(void **state)
{
    scene *s = *state;
    char text[] = "proxy_read_timeout 60s;\n";
    char file[] = "nginx.conf";
    read_text(s, file, text);
    memset(text, 'x', sizeof text - 1);
    memset(file, 'x', sizeof file - 1);
    w5_config_seal(s->config);
    want(s, "nginx", "proxy_read_timeout", "", "", "60s");
    assert_true(w5_file_known(s->config, W5_STR("nginx.conf")));
}

static void nothing_read_is_nothing_known(void **state)
{
    scene *s = *state;
    const w5_setting *all;
    w5_config_seal(s->config);
    assert_int_equal(w5_config_settings(s->config, &all), 0);
    want(s, "nginx", "proxy_read_timeout", "127.0.0.1:8000", "/", NULL);
    want(s, "gunicorn", "timeout", "127.0.0.1:8000", "", NULL);
    want(s, "mysql", "max_connections", "", "", NULL);
}

/* Every byte may stand everywhere: the readers must only stay inside the text. */
static void rubbish_is_survived(void **state)
{
    static const char *const names[] = {"nginx.conf",      "a.service",    "g.py", "my.cnf",
                                        "mysqld-auto.cnf", "php-fpm.conf", "u",    "x"};
    static const char *const starts[] = {"",
                                         "[uwsgi]\n",
                                         "{",
                                         "ExecStart=gunicorn ",
                                         "bind = [",
                                         "a = '''",
                                         "server { location ~ ("};
    uint64_t seed = 502;
    for (size_t i = 0; i < COUNT(names) * COUNT(starts) * 8; i++) {
        begin(state);
        scene *s = *state;
        const char *start = starts[i / COUNT(names) % COUNT(starts)];
        size_t n = strlen(start);
        size_t size = n + 400;
        char *text = malloc(size); /* exactly as large as the text: ASan sees one byte more */
        memcpy(text, start, n);
        for (; n < size; n++) {
            static const char likely[] = "{};\"'#\\\n =[]$%()-/a1:\t\0\x80";
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[n] = likely[(seed >> 33) % (sizeof likely - 1)];
        }
        w5_config_read(s->config, w5_str_of(names[i % COUNT(names)]), (w5_str){text, size}, NULL);
        w5_config_seal(s->config);
        get(s, "nginx", "proxy_read_timeout", "127.0.0.1:8000", "/a");
        get(s, "gunicorn", "timeout", "127.0.0.1:8000", "/a");
        free(text);
        end(state);
    }
}

static void too_many_settings_are_said(void **state)
{
    scene *s = *state;
    size_t n = W5_SETTINGS_MAX + 10;
    char *text = malloc(3 * n + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(text + 3 * i, "a;\n", 3);
    text[3 * n] = '\0';
    read_text(s, "nginx.conf", text);
    w5_config_seal(s->config);
    trouble(s, "too many settings");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kind_is_told_by_name_and_content),
        TEST(what_is_not_known_is_said),
        TEST(a_file_that_cannot_be_read_is_an_error),
        TEST(a_file_given_twice_is_read_once),
        TEST(the_text_need_not_outlive_the_reading),
        TEST(nothing_read_is_nothing_known),
        cmocka_unit_test(rubbish_is_survived),
        TEST(too_many_settings_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
