#include "scene.h"

#include "diagnosis/score.h"

static void the_binomial_tail_is_right(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        uint64_t n;
        double p;
        uint64_t k;
        double from, to;
    } cases[] = {
        {1, 0.1, 1, 0.0999, 0.1001},
        {10, 0.1, 0, 1, 1},
        {10, 0.5, 11, 0, 0},
        {10, 0.1, 5, 0.001634, 0.001636},
        {3, 0.05, 3, 0.000124, 0.000126},
        {20, 0.1, 2, 0.6, 1},
        {100000, 0.5, 100, 0.4, 1},
        {16000, 0.01, 400, 0, 1e-40},
        {5, 0, 1, 0, 0},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(cases); i++) {
        double tail = w5_binomial_tail(cases[i].n, cases[i].p, cases[i].k);
        if (tail < cases[i].from || tail > cases[i].to)
            fail_msg("case %zu: %g", i, tail);
    }
}

static void chance_explains_what_is_everywhere(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        w5_coincidence what; /* events, inside, clusters, hit, share */
        bool nearer;
    } cases[] = {
        {{3, 3, 3, 3, 0.001}, true},
        {{1, 1, 1, 1, 0.00005}, true},
        {{1, 1, 1, 1, 0.01}, false},    /* one may be chance */
        {{50, 50, 9, 9, 0.25}, false},  /* time proves nothing */
        {{100, 4, 4, 4, 0.03}, false},  /* as many elsewhere */
        {{6, 6, 20, 6, 0.01}, false},   /* most clusters have none */
        {{0, 0, 4, 0, 0.01}, false},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(cases); i++)
        if (w5_nearer_than_chance(&cases[i].what) != cases[i].nearer)
            fail_msg("case %zu", i);
}

static w5_error errors[10];
static w5_cell cells[10];

static w5_case ten_errors(w5_arena *arena, w5_incident *incident)
{
    for (size_t i = 0; i < 10; i++) {
        cells[i] = (w5_cell){.at = NOON + (w5_time)i * W5_SECOND, .count = 1, .failed = 1};
        errors[i] = (w5_error){.cell = &cells[i], .weight = 1};
    }
    *incident = (w5_incident){.requests_failed = 10};
    return (w5_case){
        .arena = arena, .incident = incident, .error = errors, .errors = 10, .weight = 10};
}

static w5_theory theory(const w5_case *c, size_t n, w5_join join)
{
    w5_theory t = {.ceiling = W5_PROVEN, .layer = 1};
    for (size_t i = 0; i < n; i++)
        w5_theory_explain(c, &t, i, join);
    return t;
}

static void joins_decide_how_sure_we_are(void **state)
{
    (void)state;
    static const struct {
        w5_join join;
        w5_confidence confidence;
    } cases[] = {
        {W5_JOIN_GUESS,    W5_POSSIBLE},
        {W5_JOIN_TIME,     W5_POSSIBLE},
        {W5_JOIN_PATH,     W5_LIKELY  },
        {W5_JOIN_ADDRESS,  W5_PROVEN  },
        {W5_JOIN_REQUEST,  W5_PROVEN  },
        {W5_JOIN_INTERVAL, W5_PROVEN  },
        {W5_JOIN_PID,      W5_PROVEN  },
        {W5_JOIN_LINE,     W5_PROVEN  },
    };
    w5_arena *arena = w5_arena_new();
    w5_incident incident;
    w5_case c = ten_errors(arena, &incident);
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_theory t = theory(&c, 10, cases[i].join);
        w5_score_theory(&c, &t);
        assert_int_equal(t.confidence, cases[i].confidence);
    }
    w5_arena_free(arena);
}

static void a_missing_log_and_a_doubt_lower_it(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_incident incident;
    w5_case c = ten_errors(arena, &incident);
    w5_theory limited = theory(&c, 10, W5_JOIN_PID), doubted = limited;
    w5_theory_limit(&limited, W5_LIKELY, W5_BY_KERNEL);
    w5_score_theory(&c, &limited);
    assert_int_equal(limited.confidence, W5_LIKELY);
    assert_true(limited.score <= 0.85);
    w5_theory_doubt(&doubted, 0.5, W5_SAY("no"));
    w5_score_theory(&c, &doubted);
    assert_true(doubted.confidence < W5_LIKELY);
    w5_arena_free(arena);
}

static void eight_of_ten_are_enough_and_seven_are_not(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_incident incident;
    w5_case c = ten_errors(arena, &incident);
    for (size_t n = 7; n <= 8; n++) {
        w5_theory t = theory(&c, n, W5_JOIN_PID);
        w5_score_theory(&c, &t);
        w5_score_chosen(&c, &t, (double)n);
        assert_int_equal(t.confidence, n == 8 ? W5_PROVEN : W5_LIKELY);
        assert_int_equal(w5_score_requests(&c, t.explained), n);
    }
    w5_arena_free(arena);
}

static void what_lies_deeper_is_worth_more(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_incident incident;
    w5_case c = ten_errors(arena, &incident);
    w5_theory event = theory(&c, 10, W5_JOIN_PID), reason = theory(&c, 9, W5_JOIN_INTERVAL);
    reason.layer = 2;
    w5_score_theory(&c, &event);
    w5_score_theory(&c, &reason);
    assert_true(w5_score_worth(&reason) > w5_score_worth(&event));
    assert_false(w5_score_rivals(&c, &event, &reason));
    reason.layer = 1;
    assert_true(w5_score_rivals(&c, &event, &reason));
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_binomial_tail_is_right),
        cmocka_unit_test(chance_explains_what_is_everywhere),
        cmocka_unit_test(joins_decide_how_sure_we_are),
        cmocka_unit_test(a_missing_log_and_a_doubt_lower_it),
        cmocka_unit_test(eight_of_ten_are_enough_and_seven_are_not),
        cmocka_unit_test(what_lies_deeper_is_worth_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
