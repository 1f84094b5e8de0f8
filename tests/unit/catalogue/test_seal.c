#include "loading.h"

#define REMEDY "title: t\nverify: v\nundo: u\nrisk: r\nwont-help: w\n"

static void links_must_lead_somewhere(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {"-- class x\ntitle: t\nfamily: life\nsee: abort raise\n",                       NULL                            },
        {"-- class x\ntitle: t\nfamily: life\nsee: abotr\n",
         "b.w5:4: unknown id 'abotr'; did you mean 'abort'?"                                                             },
        {"-- cause x\ntitle: t\nexplains: refused CK-61 *\nfirst: raise\nthen: lower\n", NULL                            },
        {"-- cause x\ntitle: t\nexplains: CK-112\n",                                     "b.w5:3: unknown class 'CK-112'"},
        {"-- cause x\ntitle: t\nexplains: *\nthen: lower\nthen: raize\n",
         "b.w5:5: unknown remedy 'raize'; did you mean 'raise'?"                                                         },
        {"-- cause x\ntitle: t\nexplains: *\nnever: abort\n",                            "b.w5:4: unknown remedy 'abort'"},
        {"-- remedy x\n" REMEDY "see: lower\n",                                          NULL                            },
        {"-- remedy x\n" REMEDY "change: a | b | c\n",                                   NULL                            },
        {"-- remedy x\n" REMEDY "change: a | b\n",
         "b.w5:7: 'change' must be 'file | setting | value', not 'a | b'"                                                },
    };
    expect_complaints(rows, COUNT(rows));
}

static void what_is_muted_must_be_said(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {"-- ignore x\nclass: abort\nreason: scanner\n",                      NULL                                },
        {"-- ignore x\npath: /health*\nreason: scanner\nuntil: 2030-01-01\n", NULL                                },
        {"-- ignore x\nreason: scanner\n",
         "b.w5:1: ignore 'x' says neither class, upstream nor path"                                               },
        {"-- ignore x\nclass: abotr\nreason: scanner\n",
         "b.w5:2: unknown class 'abotr'; did you mean 'abort'?"                                                   },
        {"-- ignore x\nclass: abort\nreason: scanner\nuntil: some day\n",
         "b.w5:4: 'some day' is no date"                                                                          },
        {"-- ignore x\nclass: abort\n",                                       "b.w5:1: ignore 'x' has no 'reason'"},
    };
    expect_complaints(rows, COUNT(rows));
}

static void views_hold_what_was_written(void **state)
{
    (void)state;
    const char *texts[] = {CLASSES "-- cause x\ntitle: T\nexplains: CK-111\nat-most: warning\n"
                                   "test: by-hand\nfirst: raise\nnever: lower\n"
                                   "-- ignore i\nupstream: 127.0.0.1:8000\nreason: known\n"};
    loaded l = load_texts(texts, 1);
    const w5_ignore *ignore;
    assert_int_equal(l.rc, W5_OK);
    const w5_class *k = w5_catalogue_class(l.catalogue, W5_STR("timeout"));
    assert_true(k->trouble);
    assert_int_equal(k->family, W5_LIFE);
    assert_int_equal(k->order, 3);
    assert_int_equal(k->index, 3);
    const w5_cause *cause = w5_catalogue_cause(l.catalogue, W5_STR("x"));
    assert_true(cause->at_most_warning);
    assert_str(cause->test, W5_STR("by-hand"));
    assert_str(cause->never.at[0], W5_STR("lower"));
    assert_int_equal(w5_catalogue_ignores(l.catalogue, &ignore), 1);
    assert_str(ignore->upstream, W5_STR("127.0.0.1:8000"));
    assert_true(ignore->until == W5_TIME_MAX);
    assert_null(w5_catalogue_remedy(l.catalogue, W5_STR("x")));
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_must_lead_somewhere),
        cmocka_unit_test(what_is_muted_must_be_said),
        cmocka_unit_test(views_hold_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
