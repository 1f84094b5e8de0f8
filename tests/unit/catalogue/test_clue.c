#include "loading.h"

#define CAUSE "-- cause x\ntitle: t\nexplains: *\n"

static void clues_have_a_grammar(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {CAUSE "evidence: +3 oom\n",                                    NULL                                              },
        {CAUSE "evidence: +9 oom signal=9 within 2s before join pid\n", NULL                                              },
        {CAUSE "against: -1 timeout join subject within 1min around\n", NULL                                              },
        {CAUSE "evidence: 3 oom\n",
         "b.w5:4: evidence must begin with +1 to +9 and a class or kind: '3 oom'"                                         },
        {CAUSE "evidence: +10 oom\n",
         "b.w5:4: evidence must begin with +1 to +9 and a class or kind: '+10 oom'"                                       },
        {CAUSE "against: +3 oom\n",
         "b.w5:4: against must begin with -1 to -9 and a class or kind: '+3 oom'"                                         },
        {CAUSE "evidence: +3\n",
         "b.w5:4: evidence must begin with +1 to +9 and a class or kind: '+3'"                                            },
        {CAUSE "evidence: +3 omo\n",                                    "b.w5:4: unknown class 'omo'; did you mean 'oom'?"},
        {CAUSE "evidence: +3 oom within 2s\n",
         "b.w5:4: 'within': expected field=value, 'within DURATION before|after|around' or 'join "
         "pid|subject|path|address|unit|overlap'"                                                                         },
        {CAUSE "evidence: +3 oom within soon before\n",
         "b.w5:4: 'within': expected field=value, 'within DURATION before|after|around' or 'join "
         "pid|subject|path|address|unit|overlap'"                                                                         },
        {CAUSE "evidence: +3 oom join hands\n",
         "b.w5:4: 'join': expected field=value, 'within DURATION before|after|around' or 'join "
         "pid|subject|path|address|unit|overlap'"                                                                         },
        {CAUSE "evidence: +3 oom =9\n",
         "b.w5:4: '=9': expected field=value, 'within DURATION before|after|around' or 'join "
         "pid|subject|path|address|unit|overlap'"                                                                         },
    };
    expect_complaints(rows, COUNT(rows));
}

static void clues_stand_in_order_with_their_weight(void **state)
{
    (void)state;
    const char *texts[] = {CLASSES CAUSE "evidence: +3 oom within 2s before\nagainst: -2 timeout\n"
                                         "evidence: +1 timeout\n"};
    loaded l = load_texts(texts, 1);
    assert_int_equal(l.rc, W5_OK);
    const w5_cause *cause = w5_catalogue_cause(l.catalogue, W5_STR("x"));
    assert_int_equal(cause->clues, 3);
    assert_int_equal(cause->clue[0].weight, 3);
    assert_int_equal(cause->clue[0].word.n, 5);
    assert_str(cause->clue[0].word.at[1], W5_STR("oom"));
    assert_int_equal(cause->clue[1].weight, -2);
    assert_str(cause->clue[2].words, W5_STR("+1 timeout"));
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clues_have_a_grammar),
        cmocka_unit_test(clues_stand_in_order_with_their_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
