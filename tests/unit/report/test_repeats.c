#include "inspect.h"
#include "report/repeats.h"
#include "scene.h"

/* Three incidents: the scene's, still going on, and two later ones like it that are over. */
typedef struct three {
    scene *s;
    w5_incident in[3];
    w5_diagnosis d[3];
    w5_diagnosis *list[3];
    w5_findings f;
} three;

static three *three_new(void)
{
    scene *s = scene_new(W5_STR("/ok"));
    three *t = W5_NEW(s->arena, three);
    t->s = s;
    s->diagnosis.chains = 0;
    for (int i = 0; i < 3; i++) {
        t->in[i] = s->incident;
        t->in[i].start += i * W5_HOUR;
        t->in[i].end += i * W5_HOUR;
        t->in[i].over = i ? W5_OVER_YES : W5_OVER_NO;
        t->d[i] = s->diagnosis;
        t->d[i].incident = &t->in[i];
        t->list[i] = &t->d[i];
    }
    t->f = s->findings;
    t->f.at = t->list;
    t->f.n = 3;
    s->run.findings = &t->f;
    return t;
}

static void the_same_again_points_at_the_first(void **state)
{
    three *t = three_new();
    assert_int_equal(w5_repeat_of(&t->f, 0), 0);
    assert_int_equal(w5_repeat_of(&t->f, 1), 0);
    assert_int_equal(w5_repeat_of(&t->f, 2), 0);
    w5_repeats r = w5_repeats_of(&t->f, 0, 3);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.last, 2);
    assert_int_equal(r.requests_failed, 2 * t->in[0].requests_failed);
    assert_true(r.from == t->in[1].start && r.to == t->in[2].end);
    assert_int_equal(w5_repeats_of(&t->f, 0, 2).n, 1);
    scene_free(t->s);
    (void)state;
}

static void whatever_differs_is_told_in_full(void **state)
{
    three *t = three_new();
    w5_advice advice[6];
    w5_change change = t->s->diagnosis.advice[2].change[0];
    memcpy(advice, t->s->diagnosis.advice, sizeof advice);
    change.to = W5_STR("120");
    advice[2].change = &change;
    t->d[1].advice = advice;
    assert_int_equal(w5_repeat_of(&t->f, 1), 1);
    t->d[1].advice = t->d[0].advice;
    t->in[1].over = W5_OVER_UNKNOWN;
    assert_int_equal(w5_repeat_of(&t->f, 1), 1);
    t->in[1].over = W5_OVER_YES;
    t->in[1].upstream = W5_STR("127.0.0.1:8001");
    assert_int_equal(w5_repeat_of(&t->f, 1), 1);
    t->in[1].upstream = t->in[0].upstream;
    t->d[1].cause.confidence = W5_LIKELY;
    assert_int_equal(w5_repeat_of(&t->f, 1), 1);
    t->d[1].cause.confidence = W5_PROVEN;
    t->d[1].chains = 1;
    assert_int_equal(w5_repeat_of(&t->f, 1), 1);
    t->d[1].chains = 0;
    assert_int_equal(w5_repeat_of(&t->f, 1), 0);
    scene_free(t->s);
    (void)state;
}

static size_t occurrences(w5_str text, w5_str word)
{
    size_t n = 0, at;
    for (; w5_str_find(text, word, &at); n++)
        text = w5_str_skip(text, at + word.len);
    return n;
}

static void remedies_are_told_once_in_every_report(void **state)
{
    static const struct {
        const char *report, *points;
    } cases[] = {
        {"text",     "Do  as for #1\n"                      },
        {"markdown", "### What to do\n\nas for \\#1\n"      },
        {"html",     "<p><a href=\"#i1\">as for #1</a></p>" },
    };
    three *t = three_new();
    w5_out *out = w5_out_memory();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const w5_report *report = w5_report_find(w5_str_of(cases[i].report));
        w5_out_reset(out);
        report->write(&t->s->run, &t->s->view, out);
        assert_int_equal(occurrences(w5_out_bytes(out), w5_str_of(cases[i].points)), 2);
        assert_int_equal(occurrences(w5_out_bytes(out), W5_STR("costs money and changes nothing")),
                         1);
    }
    t->s->view.verbose = true;
    w5_out_reset(out);
    w5_report_find(W5_STR("text"))->write(&t->s->run, &t->s->view, out);
    assert_int_equal(occurrences(w5_out_bytes(out), W5_STR("costs money and changes nothing")), 3);
    w5_out_done(out, NULL);
    scene_free(t->s);
    (void)state;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_again_points_at_the_first),
        cmocka_unit_test(whatever_differs_is_told_in_full),
        cmocka_unit_test(remedies_are_told_once_in_every_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
