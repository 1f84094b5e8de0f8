#include "scene.h"

static void literals_are_settings(void **state)
{
    static const struct {
        const char *text, *name, *value;
    } cases[] = {
        {"timeout = 120\n",                                                  "timeout",          "120"               },
        {"timeout=120 # two minutes\n",                                      "timeout",          "120"               },
        {"timeout: int = 1_20\n",                                            "timeout",          "120"               },
        {"graceful_timeout = 2.5\n",                                         "graceful_timeout", "2.5"               },
        {"umask = -1\n",                                                     "umask",            "-1"                },
        {"bind = '127.0.0.1:8000'\n",                                        "bind",             "127.0.0.1:8000"    },
        {"bind = \"unix:/run/a#b.sock\"  # x\n",                             "bind",             "unix:/run/a#b.sock"},
        {"bind = ('127.0.0.1'\n        ':8000')\n",                          "bind",             "127.0.0.1:8000"    },
        {"bind = ['127.0.0.1:8000']\n",                                      "bind",             "127.0.0.1:8000"    },
        {"bind = [\n  '127.0.0.1:8000',  # one\n]\n",                        "bind",             "127.0.0.1:8000"    },
        {"preload_app = True\n",                                             "preload_app",      "True"              },
        {"worker_class = r'gevent'\n",                                       "worker_class",     "gevent"            },
        {"worker_class = \"\"\"gevent\"\"\"\n",                              "worker_class",     "gevent"            },
        {"timeout = \\\n  60\n",                                             "timeout",          "60"                },
        {"timeout = 10\ntimeout = 20\n",                                     "timeout",          "20"                },
        {"threads = 4\nworkers = threads\n",                                 "workers",          "4"                 },
        {"\"\"\"docs\ntimeout = 1\n\"\"\"\ntimeout = 2\n",                   "timeout",          "2"                 },
        {"def post_fork(server, worker):\n    timeout = 1\n\ntimeout = 3\n", "timeout",          "3"                 },
        {"x = {'timeout': 5}\ntimeout = 4\n",                                "timeout",          "4"                 },
        {"timeout = 9",                                                      "timeout",          "9"                 },
        {"import os\r\ntimeout = 8\r\n",                                     "timeout",          "8"                 },
        {"somename = 5\n",                                                   "somename",         NULL                },
        {"timeout == 5\n",                                                   "timeout",          NULL                },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        read_text(s, "/srv/app/gunicorn.conf.py", cases[i].text);
        w5_config_seal(s->config);
        no_trouble(s);
        want(s, "gunicorn", cases[i].name, "", "", cases[i].value);
        end(state);
    }
}

static void what_is_computed_is_said_and_never_taken_for_a_number(void **state)
{
    static const struct {
        const char *text, *name, *value;
        unsigned line;
    } cases[] = {
        {"import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1\n", "workers",
         "multiprocessing.cpu_count() * 2 + 1",                                                                                2},
        {"timeout = int(os.environ.get('T', 30))\n",                                "timeout", "int(os.environ.get('T', 30))", 1},
        {"bind = f'0.0.0.0:{port}'\n",                                              "bind",    "f'0.0.0.0:{port}'",            1},
        {"timeout = 30\ntimeout = 2 * 60\n",                                        "timeout", "2 * 60",                       2},
        {"timeout = 1.2.3\n",                                                       "timeout", "1.2.3",                        1},
        {"timeout = 'unclosed\n",                                                   "timeout", "'unclosed",                    1},
        {"timeout = 30\nif DEBUG:\n    timeout = 0\n",                              "timeout", "0 (under a condition)",        3},
        {"if DEBUG: timeout = 0\n",                                                 "timeout", "0 (under a condition)",        1},
        {"try:\n    from local import *\nexcept ImportError:\n    workers = 2\n",   "workers",
         "2 (under a condition)",                                                                                              4},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        w5_setting setting;
        const w5_config_trouble *t;
        read_text(s, "gunicorn.conf.py", cases[i].text);
        w5_config_seal(s->config);
        want(s, "gunicorn", cases[i].name, "", "", cases[i].value);
        w5_config_get(s->config, "gunicorn", cases[i].name, W5_NONE, W5_NONE, &setting);
        assert_int_equal(w5_config_integer(&setting), -1);
        assert_int_equal(setting.line, cases[i].line);
        t = trouble(s, "its value is not known");
        assert_int_equal(t->line, cases[i].line);
        end(state);
    }
}

static void names_from_elsewhere_are_said(void **state)
{
    scene *s = *state;
    read_text(s, "gunicorn.conf.py", "from settings import *\n");
    assert_int_equal(trouble(s, "what 'from settings import *' sets is not known")->line, 1);
}

static void several_addresses_are_several_settings(void **state)
{
    scene *s = *state;
    const w5_setting *all;
    read_text(s, "gunicorn.conf.py", "bind = ['127.0.0.1:8000', 'unix:/run/a.sock']\n");
    w5_config_seal(s->config);
    assert_int_equal(w5_config_settings(s->config, &all), 2);
    assert_true(all[0].in_force && all[1].in_force);
    assert_str(all[1].value, W5_STR("unix:/run/a.sock"));
    assert_str(all[1].scope, W5_STR("gunicorn.conf.py"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_settings),
        cmocka_unit_test(what_is_computed_is_said_and_never_taken_for_a_number),
        TEST(names_from_elsewhere_are_said),
        TEST(several_addresses_are_several_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
