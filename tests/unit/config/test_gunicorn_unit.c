#include "scene.h"

static void a_command_line_becomes_settings(void **state)
{
    static const struct {
        const char *command, *name, *value;
    } cases[] = {
        {"/venv/bin/gunicorn -t 120 app:app",                                 "timeout",           "120"                      },
        {"-/venv/bin/gunicorn -t120 app:app",                                 "timeout",           "120"                      },
        {"@/venv/bin/gunicorn gunicorn --timeout=120",                        "timeout",           "120"                      },
        {"/venv/bin/python -m gunicorn --workers 3 a:b",                      "workers",           "3"                        },
        {"/usr/bin/env gunicorn --workers 3 a:b",                             "workers",           "3"                        },
        {"/bin/sh -c 'cd /srv && exec gunicorn --workers 3 a:b >> /tmp/log'", "workers",           "3"                        },
        {"/bin/bash -lc \"exec gunicorn --workers 3\"",                       "workers",           "3"                        },
        {"/venv/bin/gunicorn --access-logformat '%%(h)s \"x\"' a",            "access_log_format",
         "%(h)s \"x\""                                                                                                        },
        {"/venv/bin/gunicorn -n %p-%i-%n",                                    "proc_name",         "app-blue-app@blue.service"},
        {"/venv/bin/gunicorn -w ${W:-7}",                                     "workers",           "7"                        },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        read_text(s, "/x/app@blue.service",
                  w5_arena_fmt(s->arena, "[Service]\nExecStart=%s\n", cases[i].command).ptr);
        w5_config_seal(s->config);
        no_trouble(s);
        want(s, "gunicorn", cases[i].name, "", "", cases[i].value);
        end(state);
    }
}

static void the_command_line_wins_over_environment_and_file(void **state)
{
    scene *s = *state;
    w5_setting setting;
    const char *folder = s->folder;
    put(s, "gunicorn.conf.py", "timeout = 1\nworkers = 1\nkeepalive = 1\nthreads = 1\n");
    put(s, "environment", "# x\nPORT=9000\nexport OTHER='two words'\n");
    read_file(s, put(s, "app.service",
                     w5_arena_fmt(s->arena,
                                  "[Service]\n"
                                  "WorkingDirectory=%s\n"
                                  "EnvironmentFile=%s/environment\n"
                                  "EnvironmentFile=-%s/none\n"
                                  "Environment=\"GUNICORN_CMD_ARGS=--timeout 2 --keep-alive 2\" "
                                  "WEB_CONCURRENCY=9\n"
                                  "ExecStart=/venv/bin/gunicorn --timeout 3 app:app\n",
                                  folder, folder, folder)
                         .ptr));
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "gunicorn", "timeout", "", "", "3");
    want(s, "gunicorn", "keepalive", "", "", "2");
    want(s, "gunicorn", "workers", "", "", "1");
    want(s, "gunicorn", "threads", "", "", "1");
    want(s, "gunicorn", "bind", "", "", "0.0.0.0:9000");
    assert_int_equal(w5_config_get(s->config, "gunicorn", "timeout", W5_NONE, W5_NONE, &setting),
                     W5_OK);
    assert_string_equal(setting.file.ptr, at(s, "app.service"));
    assert_int_equal(setting.line, 6);
    assert_str(setting.scope, W5_STR("app.service"));
    assert_int_equal(w5_config_get(s->config, "gunicorn", "workers", W5_NONE, W5_NONE, &setting),
                     W5_OK);
    assert_string_equal(setting.file.ptr, at(s, "gunicorn.conf.py"));
    assert_int_equal(setting.line, 2);
}

static void the_file_named_by_c_is_read(void **state)
{
    scene *s = *state;
    put(s, "etc/g.py", "timeout = 44\n");
    read_file(s, put(s, "app.service",
                     w5_arena_fmt(s->arena,
                                  "[Service]\nWorkingDirectory=%s\n"
                                  "ExecStart=/venv/bin/gunicorn -c etc/g.py app\n",
                                  s->folder)
                         .ptr));
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "gunicorn", "timeout", "", "", "44");
}

static void a_file_given_apart_belongs_to_the_unit_that_names_it(void **state)
{
    scene *s = *state;
    w5_setting setting;
    const w5_setting *all;
    size_t in_force = 0;
    read_text(s, "copied/gunicorn.conf.py", "timeout = 44\n");
    read_text(
        s, "app.service",
        "[Service]\nExecStart=/venv/bin/gunicorn -c /srv/app/gunicorn.conf.py -b :8000 app\n");
    w5_config_seal(s->config);
    no_trouble(s);
    assert_int_equal(w5_config_get(s->config, "gunicorn", "timeout", W5_STR("127.0.0.1:8000"),
                                   W5_NONE, &setting),
                     W5_OK);
    assert_str(setting.value, W5_STR("44"));
    assert_str(setting.scope, W5_STR("app.service"));
    for (size_t i = w5_config_settings(s->config, &all); i-- > 0;)
        in_force += all[i].in_force && w5_str_eq(all[i].name, W5_STR("timeout"));
    assert_int_equal(in_force, 1);
}

static void of_several_units_the_one_that_listens_there_is_meant(void **state)
{
    scene *s = *state;
    read_text(s, "a.service",
              "[Service]\nRestart=no\nExecStart=gunicorn -b 127.0.0.1:8001 -t 1 a\n");
    read_text(s, "b.service",
              "[Service]\nRestart=always\nExecStart=gunicorn -b unix:/run/b.sock -t 2 b\n");
    read_text(s, "c.service", "[Service]\nExecStart=gunicorn -t 3 c\n");
    read_text(s, "d.socket", "[Socket]\nListenStream=/run/d.sock\n");
    read_text(s, "d.service", "[Service]\nExecStart=gunicorn -t 4 d\n");
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "gunicorn", "timeout", "127.0.0.1:8001", "", "1");
    want(s, "gunicorn", "timeout", "unix:/run/b.sock", "", "2");
    want(s, "gunicorn", "timeout", "127.0.0.1:8000", "", "3"); /* gunicorn's default */
    want(s, "gunicorn", "timeout", "unix:/run/d.sock", "", "4");
    want(s, "gunicorn", "timeout", "127.0.0.1:9", "", NULL);
    want(s, "systemd", "Restart", "unix:/run/b.sock", "", "always");
    want(s, "systemd", "Restart", "127.0.0.1:8001", "", "no");
}

static void a_lone_unit_is_meant_even_if_it_listens_elsewhere(void **state)
{
    scene *s = *state;
    read_text(s, "a.service", "[Service]\nExecStart=gunicorn -b 127.0.0.1:8001 -t 1 a\n");
    w5_config_seal(s->config);
    want(s, "gunicorn", "bind", "127.0.0.1:8000", "", "127.0.0.1:8001");
}

static void what_stays_open_is_said(void **state)
{
    static const struct {
        const char *text, *what;
        unsigned line;
    } cases[] = {
        {"[Service]\nExecStart=/srv/app/start.sh\n",                          "what '/srv/app/start.sh' starts", 2},
        {"[Service]\nExecStart=/bin/bash /srv/run --fast\n",                  "what '/srv/run' starts",          2},
        {"[Service]\nExecStart=gunicorn -w $N app\n",                         "the value of $N is not known",    2},
        {"[Service]\nExecStart=gunicorn 'app\n",                              "a quote is not closed",           2},
        {"[Service]\nExecStart=gunicorn -c python:app.conf app\n",            "settings from the module",        2},
        {"[Service]\nExecStart=gunicorn -c /no/such/g.py app\n",              "/no/such/g.py",                   2},
        {"[Service]\nEnvironmentFile=/no/such/env\nExecStart=gunicorn app\n", "/no/such/env",                    2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        read_text(s, "app.service", cases[i].text);
        w5_config_seal(s->config);
        const w5_config_trouble *t = trouble(s, cases[i].what);
        assert_str(t->file, W5_STR("app.service"));
        assert_int_equal(t->line, cases[i].line);
        end(state);
    }
}

static void other_programs_are_left_alone(void **state)
{
    scene *s = *state;
    read_text(s, "nginx.service", "[Service]\nExecStart=/usr/sbin/nginx -g 'daemon on;'\n");
    w5_config_seal(s->config);
    no_trouble(s);
    assert_false(w5_config_known(s->config, "gunicorn"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_becomes_settings),
        TEST(the_command_line_wins_over_environment_and_file),
        TEST(the_file_named_by_c_is_read),
        TEST(a_file_given_apart_belongs_to_the_unit_that_names_it),
        TEST(of_several_units_the_one_that_listens_there_is_meant),
        TEST(a_lone_unit_is_meant_even_if_it_listens_elsewhere),
        cmocka_unit_test(what_stays_open_is_said),
        TEST(other_programs_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
