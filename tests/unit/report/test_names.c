#include "inspect.h"
#include "report/common.h"

static w5_str line_of(scene *s, const w5_show *show, const char *text)
{
    s->cell[0].text = w5_intern_put(s->words, w5_str_of(text));
    return w5_show_line(show, &s->cell[0]);
}

static void a_line_is_shown_without_the_stamp_before_it(void **state)
{
    static const struct {
        const char *line, *shown;
    } cases[] = {
        {"[2026-11-21 02:05:46 +0900] [10210] [CRITICAL] WORKER TIMEOUT (pid:10227)",
         "WORKER TIMEOUT (pid:10227)"                                                                               },
        {"2026/11/21 02:05:46 [error] 7#7: *1 upstream timed out",                           "upstream timed out"   },
        {"2026/11/21 02:05:46 [alert] 7#7: worker process 9 exited on signal 9",
         "worker process 9 exited on signal 9"                                                                      },
        {"Nov 21 02:05:46 web1 kernel: Out of memory",                                       "kernel: Out of memory"},
        {"2026-11-21T02:05:46+0900 web1 systemd[1]: gunicorn.service: Failed",
         "systemd[1]: gunicorn.service: Failed"                                                                     },
        {"Nov 21 02:05:46 web1 gunicorn[7]: [2026-11-21 02:05:46 +0900] [7] [INFO] Booting",
         "Booting"                                                                                                  },
        {"no stamp at all",                                                                  "no stamp at all"      },
        {"",                                                                                 ""                     },
        {"[",                                                                                "["                    },
        {"first line\nsecond line",                                                          "first line"           },
    };
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(line_of(s, &show, cases[i].line), w5_str_of(cases[i].shown));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void a_source_is_called_by_its_last_part_unless_two_share_it(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_str(w5_show_short_source(&show, 0), W5_STR("error.log"));
    s->stream[2]->name = W5_STR("/other/error.log");
    assert_str(w5_show_short_source(&show, 0), W5_STR("/var/log/nginx/error.log"));
    assert_str(w5_show_short_source(&show, 99), W5_STR(""));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void cited_lines_of_one_source_stand_together(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    w5_sentence said = {
        .words = "x", .cite = {0, 3, 2, 99},
             .cites = 4
    };
    assert_str(w5_show_cites(&show, &s->diagnosis, &said),
               W5_STR(" (gunicorn.log:2,9; error.log:1)"));
    said.cites = 0;
    assert_str(w5_show_cites(&show, &s->diagnosis, &said), W5_STR(""));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void an_unknown_class_or_stream_is_no_harm(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_cell cell = {.klass = 60000, .stream = 77};
    assert_null(w5_show_class(&s->run, &cell));
    assert_int_equal(w5_show_source(&s->run, &cell).len, 0);
    scene_free(s);
    (void)state;
}

static void a_change_names_setting_values_and_place(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    w5_remedy r = {.id = W5_STR("none")};
    w5_change c = {W5_STR("nginx.conf"), 22, W5_STR("proxy_read_timeout"), W5_STR("10s"),
                   W5_STR("300s")};
    assert_str(w5_show_change(&show, &r, &c, 0),
               W5_STR("proxy_read_timeout 10s \xe2\x86\x92 300s   nginx.conf:22"));
    c = (w5_change){.setting = W5_STR("--workers"), .to = W5_STR("5")};
    assert_str(w5_show_change(&show, &r, &c, 0), W5_STR("--workers \xe2\x86\x92 5"));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_shown_without_the_stamp_before_it),
        cmocka_unit_test(a_source_is_called_by_its_last_part_unless_two_share_it),
        cmocka_unit_test(cited_lines_of_one_source_stand_together),
        cmocka_unit_test(an_unknown_class_or_stream_is_no_harm),
        cmocka_unit_test(a_change_names_setting_values_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
