#include "loading.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct asking {
    const char *format, *message, *phase;
    int number;
    const char *level, *ident;
    const char *pattern; /* "" none */
} asking;

static w5_question question(const asking *a)
{
    return (w5_question){w5_str_of(a->format), w5_str_of(a->message),
                         w5_str_of(a->phase),  a->number,
                         w5_str_of(a->level),  w5_str_of(a->ident)};
}

static void expect_answers(const char *text, const asking *row, size_t n)
{
    const char *texts[] = {CLASSES, text};
    loaded l = load_texts(texts, 2);
    if (l.rc != W5_OK)
        fail_msg("%s", l.err.text);
    w5_matcher *m = w5_matcher_new(l.catalogue);
    for (size_t i = 0; i < n; i++) {
        w5_question q = question(&row[i]);
        w5_answer a;
        w5_rc rc = w5_matcher_find(m, &q, &a);
        w5_str id = rc == W5_OK ? a.pattern->id : W5_STR("");
        if (!w5_str_eq(id, w5_str_of(row[i].pattern)))
            fail_msg("row %zu is '%.*s', not '%s'", i, W5_ARG(id), row[i].pattern);
    }
    w5_matcher_free(m);
    unload(&l);
}

static void the_first_that_fits_wins(void **state)
{
    (void)state;
    static const asking rows[] = {
        {"n", "connect() failed",     "connecting", 111, "error", "", "refused"  },
        {"n", "connect() failed",     "connecting", 61,  "error", "", "refused"  },
        {"n", "connect() failed",     "connecting", 13,  "crit",  "", "any-errno"},
        {"n", "connect() failed",     "",           111, "error", "", "any-errno"},
        {"n", "connect() to x",       "connecting", 111, "error", "", "refused"  },
        {"n", "connect() failed too", "connecting", 2,   "crit",  "", ""         },
        {"o", "connect() failed",     "connecting", 111, "error", "", ""         },
        {"n", "",                     "",           -1,  "",      "", ""         },
    };
    expect_answers("-- pattern refused\nformat: n\nstarts: connect() failed\nstarts: connect() to\n"
                   "errno: 111 61\nphase: connecting\n"
                   "-- pattern any-errno\nformat: n m\nstarts: connect() failed\nends: yes\n",
                   rows, COUNT(rows));
}

static void conditions_are_alternatives(void **state)
{
    (void)state;
    static const asking rows[] = {
        {"n", "x",         "one",   -1, "alert", "",  "p"  },
        {"n", "x",         "two b", -1, "CRIT",  "",  "p"  },
        {"n", "x",         "two",   -1, "crit",  "",  ""   },
        {"n", "x",         "one",   -1, "error", "",  ""   },
        {"n", "y",         "",      -1, "",      "a", "by" },
        {"n", "y",         "",      -1, "",      "b", ""   },
        {"n", "z",         "",      -1, "",      "",  "non"},
        {"n", "z",         "one",   -1, "",      "",  ""   },
        {"n", "z",         "",      5,  "",      "",  ""   },
        {"n", "n1",        "",      -1, "",      "",  ""   },
        {"n", "n1 needle", "",      -1, "",      "",  "ndl"},
        {"n", "n1 pin",    "",      -1, "",      "",  "ndl"},
    };
    expect_answers("-- pattern p\nstarts: x\nphase: one\nphase: two b\nlevel: crit alert\n"
                   "-- pattern by\nstarts: y\nident: a\n"
                   "-- pattern non\nstarts: z\nphase: none\nerrno: none\n"
                   "-- pattern ndl\nstarts: n1\nneeds: needle\nneeds: pin\n",
                   rows, COUNT(rows));
}

/* However a candidate is found, by start, by needle or always, the order of definition decides. */
static void the_way_to_a_pattern_does_not_change_its_turn(void **state)
{
    (void)state;
    static const asking rows[] = {
        {"f", "abc needle", "", -1, "", "", "needle-1"},
        {"f", "abc pin 7",  "", -1, "", "", "start"   },
        {"f", "xyz pin 7",  "", -1, "", "", "needle-2"},
        {"f", "xyz 7",      "", -1, "", "", "always"  },
        {"f", "abc 7",      "", -1, "", "", "start"   },
        {"f", "q",          "", -1, "", "", "last"    },
    };
    expect_answers("-- pattern needle-1\nneeds: needle\n"
                   "-- pattern start\nstarts: abc\n"
                   "-- pattern needle-2\nneeds: pin\n"
                   "-- pattern always\nmatch: \\d$\n"
                   "-- pattern last\nneeds: q\n",
                   rows, COUNT(rows));
}

static void named_groups_come_back(void **state)
{
    (void)state;
    const char *texts[] = {"-- pattern p\nmatch: ^killed (?<pid>\\d+)(?: by (?<ident>\\w+))?\n"};
    loaded l = load_texts(texts, 1);
    w5_matcher *m = w5_matcher_new(l.catalogue);
    w5_question q = {.format = W5_STR("f"), .message = W5_STR("killed 42 x"), .number = -1};
    w5_answer a;
    assert_int_equal(w5_matcher_find(m, &q, &a), W5_OK);
    assert_int_equal(a.groups, 3);
    assert_str(a.group[0], W5_STR("killed 42"));
    assert_str(a.group[1], W5_STR("42"));
    assert_null(a.group[2].ptr);
    assert_str(w5_matcher_group_name(m, a.pattern, 1), W5_STR("pid"));
    assert_str(w5_matcher_group_name(m, a.pattern, 2), W5_STR("ident"));
    w5_matcher_free(m);
    unload(&l);
}

static void a_catastrophic_expression_is_given_up(void **state)
{
    (void)state;
    const char *texts[] = {"-- pattern evil\nmatch: ^(a+)+$\n-- pattern tame\nstarts: aaa\n"};
    loaded l = load_texts(texts, 1);
    w5_matcher *m = w5_matcher_new(l.catalogue);
    char line[5000];
    memset(line, 'a', sizeof(line));
    line[sizeof(line) - 1] = '!';
    w5_question q = {
        .format = W5_STR("f"), .message = {line, sizeof(line)},
             .number = -1
    };
    w5_answer a;
    assert_int_equal(w5_matcher_find(m, &q, &a), W5_OK);
    assert_true(a.limit);
    assert_str(a.pattern->id, W5_STR("tame"));
    w5_matcher_free(m);
    unload(&l);
}

static void messages_may_hold_any_bytes(void **state)
{
    (void)state;
    const char *texts[] = {"-- pattern p\nneeds: pin\nmatch: ^.(?<pid>\\d)\n"
                           "-- pattern q\nneeds: nadel\n-- pattern r\nstarts: a\n"};
    loaded l = load_texts(texts, 1);
    w5_matcher *m = w5_matcher_new(l.catalogue);
    srand(4);
    for (int round = 0; round < 50000; round++) {
        size_t len = (size_t)rand() % 24;
        char *bytes = malloc(len + 1); /* exact size: a step too far is seen */
        for (size_t i = 0; i < len; i++)
            bytes[i] = "apinadel\0\xff 7\n"[rand() % 13];
        w5_question q = {
            .format = W5_STR("f"), .message = {bytes, len},
                 .number = -1
        };
        w5_answer a;
        w5_matcher_find(m, &q, &a);
        free(bytes);
    }
    w5_matcher_free(m);
    unload(&l);
}

/* With a thousand patterns a look-up costs what it costs with ten: it only has to be right here,
 * the bench counts. */
static void many_patterns_are_told_apart(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    char *text = w5_arena_alloc(arena, 200000), *end = text;
    for (int i = 0; i < 2000; i++)
        end += sprintf(end, "-- pattern p%d\nformat: f\n%s: message number %d.\n", i,
                       i % 2 ? "starts" : "needs", i);
    const char *texts[] = {text};
    loaded l = load_texts(texts, 1);
    assert_int_equal(l.rc, W5_OK);
    w5_matcher *m = w5_matcher_new(l.catalogue);
    for (int i = 0; i < 2000; i++) {
        w5_question q = {.format = W5_STR("f"), .number = -1};
        w5_answer a;
        q.message = w5_arena_fmt(arena, "%smessage number %d. end", i % 2 ? "" : "a ", i);
        assert_int_equal(w5_matcher_find(m, &q, &a), W5_OK);
        assert_str(a.pattern->id, w5_arena_fmt(arena, "p%d", i));
    }
    w5_matcher_free(m);
    unload(&l);
    w5_arena_free(arena);
}

static void only_what_nothing_leads_to_is_costly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool costly;
    } rows[] = {
        {"-- pattern p\n",                            false},
        {"-- pattern p\nstarts: a\nmatch: x\n",       false},
        {"-- pattern p\nneeds: ab\nmatch: x\n",       false},
        {"-- pattern p\nneeds: a\nmatch: x\n",        true },
        {"-- pattern p\nmatch: ^a\\d\n",              false},
        {"-- pattern p\nmatch: ^\\d\n",               true },
        {"-- pattern p\nmatch: ^\\d\nlevel: debug\n", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const w5_pattern *const *all;
        loaded l = load_texts(&rows[i].text, 1);
        assert_int_equal(w5_catalogue_patterns(l.catalogue, &all), 1);
        if (w5_pattern_is_costly(all[0]) != rows[i].costly)
            fail_msg("row %zu", i);
        unload(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_fits_wins),
        cmocka_unit_test(conditions_are_alternatives),
        cmocka_unit_test(the_way_to_a_pattern_does_not_change_its_turn),
        cmocka_unit_test(named_groups_come_back),
        cmocka_unit_test(a_catastrophic_expression_is_given_up),
        cmocka_unit_test(messages_may_hold_any_bytes),
        cmocka_unit_test(only_what_nothing_leads_to_is_costly),
        cmocka_unit_test(many_patterns_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
