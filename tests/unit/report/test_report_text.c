#include "inspect.h"

#include <why502/base/words.h>

static void the_verdict_comes_first(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = scene_write(s, "text", out);
    assert_true(w5_str_starts(text, W5_STR("502s since 02:05:46 +09:00: 106 of 161 requests.")));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void it_tells_all_that_the_diagnosis_says(void **state)
{
    static const char *const told[] = {
        "#1 error  cascade  127.0.0.1:8000",
        "CK-111",
        "HU-EOF",
        "Cause  app-down, proven, explains 105 of 106",
        "(gunicorn.log:2,9)",
        "gunicorn.log:6  02:05:46 WORKER TIMEOUT (pid:10227)",
        "Also  gunicorn-worker-timeout, proven, explains 1 of 106",
        "Or else  worker-oom-kill (possible)",
        "Ruled out  nginx's timers: 0 of 106 lines; deploy: no TERM, no HUP",
        "This settles it:\n  journalctl -k -o short-iso -S '2026-11-21 02:05:36' -U '2026-11-21 "
        "02:06:08'\n",
        " 1 restart-service",
        "     sudo systemctl restart gunicorn\n",
        "--timeout 3 \xe2\x86\x92 300   /etc/systemd/system/gunicorn.service:9",
        "No help  nginx-timeouts (1 最優先): 0 of 106 were nginx timeouts;",
        "HARMFUL  instance-upgrade (7 環境調整): costs money",
        "WRONG: shorter than the next",
        "+09:00 (from the access log)",
        "Blind  Not covered: kernel, systemd, MySQL.",
    };
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = scene_write(s, "text", out);
    for (size_t i = 0; i < COUNT(told); i++)
        assert_has(text, told[i]);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void no_line_is_wider_than_the_page_in_any_language(void **state)
{
    static const char *const languages[] = {"en", "ja", "ko"};
    static const unsigned widths[] = {40, 60, 80, 100, 132, 200};
    scene *s =
        scene_new(W5_STR("/a/very/long/path/that/would/not/fit/into/any/column/of/the/page.html"));
    w5_out *out = w5_out_memory();
    for (size_t l = 0; l < COUNT(languages); l++) {
        w5_words_language(languages[l]);
        for (size_t w = 0; w < COUNT(widths); w++)
            for (int detail = 0; detail < 3; detail++) {
                s->view.width = widths[w];
                s->view.verbose = detail == 1;
                s->view.quiet = detail == 2;
                assert_tame(scene_write(s, "text", out), widths[w]);
            }
    }
    w5_words_language("en");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void hostile_bytes_are_made_visible(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    scene_poison(s, HOSTILE);
    for (unsigned width = 40; width < 160; width += 17) {
        s->view.width = width;
        s->view.verbose = width % 2;
        assert_tame(scene_write(s, "text", out), 0);
    }
    assert_has(w5_out_bytes(out), "\\x1b");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void ascii_draws_with_ascii_alone(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->view.ascii = true;
    w5_str text = scene_write(s, "text", out);
    for (size_t i = 0; i < text.len; i++)
        assert_true((unsigned char)text.ptr[i] < 0x80);
    assert_has(text, "--timeout 3 -> 300");
    assert_has(text, "first of all");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

/* What colour says is said in words, too: without its sequences the text is the same. */
static void colour_is_never_the_only_carrier(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *plain = w5_out_memory(), *painted = w5_out_memory(), *bare = w5_out_memory();
    scene_write(s, "text", plain);
    s->view.color = true;
    w5_str rest = scene_write(s, "text", painted), head;
    assert_has(rest, "\x1b[31m");
    while (w5_str_cut(rest, '\x1b', &head, &rest)) {
        w5_out_fmt(bare, "%.*s", W5_ARG(head));
        assert_true(w5_str_cut(rest, 'm', &head, &rest));
    }
    w5_out_fmt(bare, "%.*s", W5_ARG(rest));
    assert_str(w5_out_bytes(bare), w5_out_bytes(plain));
    w5_out_done(plain, NULL);
    w5_out_done(painted, NULL);
    w5_out_done(bare, NULL);
    scene_free(s);
    (void)state;
}

static void quiet_is_one_line_an_incident(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->view.quiet = true;
    assert_str(scene_write(s, "text", out),
               W5_STR("#1 02:05:46 127.0.0.1:8000: 106 x CK-111, app-down, proven, NOT over\n"));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_healthy_log_gets_one_sentence_on_what_was_covered(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->findings.n = 0;
    s->findings.verdict = (w5_sentence){.words = NULL};
    s->timeline.upstream_errors = 0;
    w5_str text = scene_write(s, "text", out);
    assert_true(w5_str_starts(text, W5_STR("No upstream errors. 3 sources, 277 lines, ")));
    assert_has(text, "\n0 lines not understood. Not covered: kernel, systemd, MySQL.\n");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void what_is_beyond_top_is_told(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->list[1] = &s->diagnosis;
    s->findings.n = 2;
    s->view.top = 1;
    w5_str text = scene_write(s, "text", out);
    assert_has(text, "1 more incident: --top shows it.");
    assert_lacks(text, "\n#2 ");
    s->view.verbose = true;
    assert_has(scene_write(s, "text", out), "\n#2 ");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdict_comes_first),
        cmocka_unit_test(it_tells_all_that_the_diagnosis_says),
        cmocka_unit_test(no_line_is_wider_than_the_page_in_any_language),
        cmocka_unit_test(hostile_bytes_are_made_visible),
        cmocka_unit_test(ascii_draws_with_ascii_alone),
        cmocka_unit_test(colour_is_never_the_only_carrier),
        cmocka_unit_test(quiet_is_one_line_an_incident),
        cmocka_unit_test(a_healthy_log_gets_one_sentence_on_what_was_covered),
        cmocka_unit_test(what_is_beyond_top_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
