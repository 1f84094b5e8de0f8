#include "check.h"

#include "catalogue/literal.h"

static void only_what_is_certain_is_taken(void **state)
{
    (void)state;
    static const struct {
        w5_str expression, prefix;
    } rows[] = {
        {W5_LIT("^WORKER TIMEOUT \\(pid:(?<pid>\\d+)\\)"), W5_LIT("WORKER TIMEOUT (pid:")},
        {W5_LIT("^plain"),                                 W5_LIT("plain")               },
        {W5_LIT("^a\\.b\\\\c"),                            W5_LIT("a.b\\c")              },
        {W5_LIT("^abc?d"),                                 W5_LIT("ab")                  },
        {W5_LIT("^abc*"),                                  W5_LIT("ab")                  },
        {W5_LIT("^abc{0,1}"),                              W5_LIT("ab")                  },
        {W5_LIT("^ab\\.+"),                                W5_LIT("ab")                  },
        {W5_LIT("^ab\\d"),                                 W5_LIT("ab")                  },
        {W5_LIT("^ab[|]c"),                                W5_LIT("ab")                  },
        {W5_LIT("^a(b|c)"),                                W5_LIT("a")                   },
        {W5_LIT("^a|b"),                                   W5_LIT("")                    },
        {W5_LIT("^a\\|b"),                                 W5_LIT("a|b")                 },
        {W5_LIT("^(?:- )?x"),                              W5_LIT("")                    },
        {W5_LIT("^(?i)x"),                                 W5_LIT("")                    },
        {W5_LIT("abc"),                                    W5_LIT("")                    },
        {W5_LIT("^"),                                      W5_LIT("")                    },
        {W5_LIT(""),                                       W5_LIT("")                    },
        {W5_LIT("^a\\"),                                   W5_LIT("a")                   },
        {W5_LIT("^\\Qa.b\\E"),                             W5_LIT("")                    },
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_str(w5_literal_prefix(rows[i].expression, arena), rows[i].prefix);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_certain_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
