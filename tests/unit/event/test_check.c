#include "reading.h"

/* What is complained about in `more`, remarks left out unless they are asked for. */
static const w5_complaint *first_complaint(w5_arena *arena, const char *more, bool mistake)
{
    const w5_complaint *all;
    size_t n = w5_catalogue_check(load_knowledge(arena, more), arena, &all);
    for (size_t i = 0; i < n; i++)
        if (all[i].mistake == mistake && w5_str_eq(all[i].file, W5_STR("more.w5")))
            return &all[i];
    return NULL;
}

typedef struct row {
    const char *more;
    unsigned line;
    const char *text; /* NULL: nothing to complain about */
} row;

static void expect(const row *rows, size_t n, bool mistake)
{
    for (size_t i = 0; i < n; i++) {
        w5_arena *arena = w5_arena_new();
        const w5_complaint *c = first_complaint(arena, rows[i].more, mistake);
        if (rows[i].text == NULL && c != NULL)
            fail_msg("row %zu: '%.*s'", i, W5_ARG(c->text));
        if (rows[i].text != NULL) {
            if (c == NULL)
                fail_msg("row %zu passes", i);
            assert_str(c->text, w5_str_of(rows[i].text));
            assert_int_equal(c->line, rows[i].line);
        }
        w5_arena_free(arena);
    }
}

#define NOISE  "-- pattern noise\nformat: nginx-error\nstarts: reopening logs\n"
#define REMEDY "-- remedy r\ntitle: t\nverify: v\nundo: u\nrisk: r\nwont-help: w\n\nProse of it.\n"

static void samples_are_tests(void **state)
{
    (void)state;
    static const row rows[] = {
        {NOISE "sample: " REOPEN "\nnot: " REFUSED "\n",              0, NULL                                         },
        {NOISE "sample: " REFUSED "\n",                               4,
         "sample of 'noise': pattern 'refused' (k.w5:15) takes it"                                                    },
        {NOISE "sample: 2026/11/20 16:37:22 [notice] 7#7: exiting\n", 4,
         "sample of 'noise': no pattern matches it"                                                                   },
        {NOISE "sample: what a nice day\n",                           4, "sample of 'noise': no format understands it"},
        {NOISE "sample: " REOPEN "\nnot: " REOPEN "\n",               5,
         "'not' of 'noise': it matches all the same"                                                                  },
    };
    expect(rows, COUNT(rows), true);
}

static void names_must_exist(void **state)
{
    (void)state;
    static const row rows[] = {
        {"-- pattern p\nformat: nginx-eror\nstarts: x\n",                        1,
         "pattern 'p': unknown format 'nginx-eror'"                                                                           },
        {"-- pattern p\nmatch: ^x(?<pdi>\\d)\n",                                 1, "pattern 'p': no field is called 'pdi'"   },
        {"-- pattern p\nstarts: x\nset: singal=9\n",                             1, "pattern 'p': no field is called 'singal'"},
        {"-- pattern p\nstarts: x\nclass: premature-close\ncode: HU-EFO\n",      1,
         "pattern 'p': class 'premature-close' has no code 'HU-EFO'"                                                          },
        {"-- pattern p\nstarts: x\nclass: premature-close\ncode: {P}U-EFO\n",    0, NULL                                      },
        {"-- cause c\ntitle: t\nexplains: *\n\nProse.\n",                        1,
         "cause 'c' has no remedy under 'first'"                                                                              },
        {"-- format nginx-erorr\ntitle: t\n\nProse.\n",                          1, "unknown format 'nginx-erorr'"            },
        {REMEDY "-- cause c\ntitle: t\nexplains: *\nfirst: r\n\nProse of it.\n", 9,
         "'c' has the prose of 'r'"                                                                                           },
    };
    expect(rows, COUNT(rows), true);
}

static void what_is_only_poor_is_remarked(void **state)
{
    (void)state;
    static const row rows[] = {
        {NOISE "sample: " REOPEN "\n",                   0, NULL                           },
        {NOISE,                                          1, "pattern 'noise' has no sample"},
        {"-- pattern p\nmatch: x\nsample: " REOPEN "\n", 1,
         "pattern 'p': its expression is tried on every line; give it 'starts' or 'needs'" },
        {REMEDY,                                         1, "no cause advises remedy 'r'"  },
        {"-- class c\ntitle: t\nfamily: life\n",         1, "class 'c' has no prose"       },
    };
    expect(rows, COUNT(rows), false);
}

static void the_built_in_catalogue_draws_no_complaint(void **state)
{
    (void)state;
    w5_err err;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = w5_catalogue_new(arena);
    const w5_complaint *all;
    if (w5_catalogue_load_builtin(c, &err) < 0 || w5_catalogue_seal(c, &err) < 0)
        fail_msg("%s", err.text);
    size_t n = w5_catalogue_check(c, arena, &all);
    for (size_t i = 0; i < n; i++)
        print_message("# %.*s:%u: %.*s\n", W5_ARG(all[i].file), all[i].line, W5_ARG(all[i].text));
    assert_int_equal(n, 0);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_tests),
        cmocka_unit_test(names_must_exist),
        cmocka_unit_test(what_is_only_poor_is_remarked),
        cmocka_unit_test(the_built_in_catalogue_draws_no_complaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
