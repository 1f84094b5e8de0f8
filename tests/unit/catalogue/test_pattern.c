#include "loading.h"

static void patterns_are_checked(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {"-- pattern p\nclass: refused\ncode: CK-{errno}\nstarts: x\nends: yes\nerrno: 111 none\n",
         NULL                                                                                                                                           },
        {"-- pattern p\nkind: timeout\nmatch: ^x(?<pid>\\d+)\nset: signal=9\n",                     NULL                                                },
        {"-- pattern p\nstarts: of no interest\n",                                                  NULL                                                },
        {"-- pattern p\nkind: other\n",                                                             NULL                                                },
        {"-- pattern p\nclass: refusde\ncode: X\n",
         "b.w5:2: unknown class 'refusde'; did you mean 'refused'?"                                                                                     },
        {"-- pattern p\nclass: refused\n",                                                          "b.w5:1: an upstream error needs a 'code': 'p'"     },
        {"-- pattern p\nclass: timeout\n",                                                          "b.w5:2: 'timeout' is a kind: write 'kind: timeout'"},
        {"-- pattern p\nkind: refused\ncode: X\n",
         "b.w5:2: 'refused' is a class: write 'class: refused'"                                                                                         },
        {"-- pattern p\nclass: abort\nkind: timeout\n",                                             "b.w5:3: 'p' has both 'class' and 'kind'"           },
        {"-- pattern p\nerrno: 111 refused\n",
         "b.w5:2: errno must be numbers or 'none', not 'refused'"                                                                                       },
        {"-- pattern p\nset: signal\n",                                                             "b.w5:2: 'set' must be field=value, not 'signal'"   },
        {"-- pattern p\nends: yes\n",                                                               "b.w5:2: 'p' says 'ends' but not how it 'starts'"   },
        {"-- pattern p\nbefore: q\n",                                                               "b.w5:2: unknown pattern 'q'"                       },
    };
    expect_complaints(rows, COUNT(rows));
}

static void a_users_expression_is_compiled_at_once(void **state)
{
    (void)state;
    const char *texts[] = {"-- pattern p\nmatch: ^(broken\n"};
    loaded l = load_texts(texts, 1);
    assert_int_equal(l.rc, W5_ESYNTAX);
    assert_non_null(strstr(l.err.text, "a.w5:2: 'match' of 'p': column 9"));
    unload(&l);
}

static void turns_can_be_taken_before_others(void **state)
{
    (void)state;
    const char *texts[] = {"-- pattern a\nstarts: x\n-- pattern b\nstarts: x\n"
                           "-- pattern c\nstarts: x\n",
                           "-- pattern d\nstarts: x\nbefore: b\n-- pattern a\nstarts: y\n"
                           "before: c\n"};
    static const char *const order[] = {"d", "b", "a", "c"};
    loaded l = load_texts(texts, 2);
    const w5_pattern *const *all;
    assert_int_equal(l.rc, W5_OK);
    assert_int_equal(w5_catalogue_patterns(l.catalogue, &all), COUNT(order));
    for (size_t i = 0; i < COUNT(order); i++) {
        assert_str(all[i]->id, w5_str_of(order[i]));
        assert_int_equal(all[i]->index, i);
    }
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_are_checked),
        cmocka_unit_test(a_users_expression_is_compiled_at_once),
        cmocka_unit_test(turns_can_be_taken_before_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
