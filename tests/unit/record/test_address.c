#include "check.h"

#include "record/address.h"

static void tuples_and_paths_of_python(void **state)
{
    (void)state;
    static const struct {
        w5_str text, address;
    } cases[] = {
        {W5_LIT("('127.0.0.1', 8000)"),           W5_LIT("127.0.0.1:8000")  },
        {W5_LIT("('127.0.0.1', 8000) failed: x"), W5_LIT("127.0.0.1:8000")  },
        {W5_LIT("('::1', 8000, 0, 0)"),           W5_LIT("[::1]:8000")      },
        {W5_LIT("/run/g.sock failed: x"),         W5_LIT("unix:/run/g.sock")},
        {W5_LIT("('127.0.0.1', x)"),              W5_LIT("")                },
        {W5_LIT("127.0.0.1"),                     W5_LIT("")                },
        {W5_LIT(""),                              W5_LIT("")                },
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_python_address(cases[i].text, arena), cases[i].address);
    w5_arena_free(arena);
}

static void addresses_of_other_servers(void **state)
{
    (void)state;
    static const struct {
        w5_str text, address;
    } cases[] = {
        {W5_LIT("http://127.0.0.1:8000"), W5_LIT("127.0.0.1:8000")  },
        {W5_LIT("127.0.0.1:8000"),        W5_LIT("127.0.0.1:8000")  },
        {W5_LIT("8080"),                  W5_LIT("0.0.0.0:8080")    },
        {W5_LIT("*:8080"),                W5_LIT("0.0.0.0:8080")    },
        {W5_LIT(":::3000"),               W5_LIT("[::]:3000")       },
        {W5_LIT("[::1]:3000"),            W5_LIT("[::1]:3000")      },
        {W5_LIT("unix:///run/x.sock"),    W5_LIT("unix:/run/x.sock")},
        {W5_LIT("/run/x.sock"),           W5_LIT("unix:/run/x.sock")},
        {W5_LIT("unix:/run/x.sock"),      W5_LIT("unix:/run/x.sock")},
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_listen_address(cases[i].text, arena), cases[i].address);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tuples_and_paths_of_python),
        cmocka_unit_test(addresses_of_other_servers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
