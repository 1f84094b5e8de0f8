#include "config/gunicorn.h"

#include "scene.h"

static void lines_are_split_into_words(void **state)
{
    static const struct {
        const char *line;
        const char *word[5];
        bool closed;
    } cases[] = {
        {"a b  c",          {"a", "b", "c"},     true },
        {"a 'b c' \"d e\"", {"a", "b c", "d e"}, true },
        {"--x='b c'd",      {"--x=b cd"},        true },
        {"a\\ b \\x",       {"a b", "x"},        true },
        {"''",              {""},                true },
        {"",                {NULL},              true },
        {"a 'b",            {"a", "b"},          false},
        {"a\\",             {"a\\"},             true },
    };
    scene *s = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_words words = {0};
        assert_int_equal(w5_split_words(s->config, w5_str_of(cases[i].line), &words),
                         cases[i].closed);
        for (size_t k = 0; cases[i].word[k]; k++) {
            assert_true(k < words.count);
            assert_str(words.word[k], w5_str_of(cases[i].word[k]));
        }
        assert_true(words.count == 5 || !cases[i].word[words.count]);
    }
}

static void every_spelling_of_an_option_is_one_setting(void **state)
{
    static const struct {
        const char *line, *name, *value;
    } cases[] = {
        {"--timeout 120",       "timeout",      "120"             },
        {"--timeout=120",       "timeout",      "120"             },
        {"-t 120",              "timeout",      "120"             },
        {"-t120",               "timeout",      "120"             },
        {"-t=120",              "timeout",      "120"             },
        {"--time 120",          "timeout",      "120"             },
        {"--worker-cl gevent",  "worker_class", "gevent"          },
        {"-w 3 app:app",        "workers",      "3"               },
        {"--keep-alive 5",      "keepalive",    "5"               },
        {"--preload",           "preload_app",  "True"            },
        {"--no-sendfile",       "sendfile",     "False"           },
        {"--max-requests 9",    "max_requests", "9"               },
        {"--log-file -",        "errorlog",     "-"               },
        {"-b unix:/run/a.sock", "bind",         "unix:/run/a.sock"},
        {"-D -k gthread",       "worker_class", "gthread"         },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        w5_words words = {0};
        w5_str config = W5_NONE;
        w5_split_words(s->config, w5_str_of(cases[i].line), &words);
        w5_gunicorn_options(s->config, words.word, words.count, W5_RANK_COMMAND,
                            (w5_place){W5_STR("f"), 1, W5_STR("u")}, &config);
        w5_config_seal(s->config);
        no_trouble(s);
        want(s, "gunicorn", cases[i].name, "", "", cases[i].value);
        end(state);
    }
}

static void what_gunicorn_would_refuse_is_said(void **state)
{
    static const char *const cases[][2] = {
        {"--no-such 1", "option '--no-such' of gunicorn is not known here"},
        {"--max 1",     "option '--max' of gunicorn is not known here"    }, /* two begin so */
        {"-w",          "'-w' has no value"                               },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        w5_words words = {0};
        w5_str config = W5_NONE;
        w5_split_words(s->config, w5_str_of(cases[i][0]), &words);
        w5_gunicorn_options(s->config, words.word, words.count, W5_RANK_COMMAND,
                            (w5_place){W5_STR("f"), 7, W5_STR("u")}, &config);
        assert_int_equal(trouble(s, cases[i][1])->line, 7);
        end(state);
    }
}

static void the_configuration_file_is_told(void **state)
{
    scene *s = *state;
    w5_str word[] = {W5_LIT("-w"), W5_LIT("2"), W5_LIT("-c"), W5_LIT("/etc/g.py"), W5_LIT("app")};
    w5_str config = W5_NONE;
    w5_gunicorn_options(s->config, word, COUNT(word), W5_RANK_COMMAND,
                        (w5_place){W5_STR("f"), 1, W5_STR("u")}, &config);
    assert_str(config, W5_STR("/etc/g.py"));
    assert_true(w5_gunicorn_setting(W5_STR("timeout")));
    assert_false(w5_gunicorn_setting(W5_STR("timeouts")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(lines_are_split_into_words),
        cmocka_unit_test(every_spelling_of_an_option_is_one_setting),
        cmocka_unit_test(what_gunicorn_would_refuse_is_said),
        TEST(the_configuration_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
