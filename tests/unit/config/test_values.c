#include "scene.h"

static w5_setting of(const char *program, const char *value)
{
    return (w5_setting){.program = w5_str_of(program), .value = w5_str_of(value)};
}

static void durations_have_the_units_of_their_program(void **state)
{
    static const struct {
        const char *program, *value;
        w5_time duration;
    } cases[] = {
        {"nginx",    "300",                  300 * W5_SECOND  },
        {"nginx",    "5m",                   5 * W5_MINUTE    },
        {"nginx",    "1h 30m",               90 * W5_MINUTE   },
        {"nginx",    "1h30m",                90 * W5_MINUTE   },
        {"nginx",    "500ms",                W5_SECOND / 2    },
        {"nginx",    "1M",                   30 * W5_DAY      },
        {"nginx",    "1y",                   365 * W5_DAY     },
        {"gunicorn", "120",                  120 * W5_SECOND  },
        {"gunicorn", "0",                    0                },
        {"gunicorn", "2.5",                  5 * W5_SECOND / 2},
        {"systemd",  "1min 30s",             90 * W5_SECOND   },
        {"systemd",  "90",                   90 * W5_SECOND   },
        {"systemd",  "1500 msec",            3 * W5_SECOND / 2},
        {"systemd",  "1h 5min 20s",          3920 * W5_SECOND },
        {"systemd",  "infinity",             W5_TIME_MAX      },
        {"php-fpm",  "30s",                  30 * W5_SECOND   },
        {"php-fpm",  "5m",                   5 * W5_MINUTE    },
        {"mysql",    "0.5",                  W5_SECOND / 2    },
        {"mysql",    "28800",                28800 * W5_SECOND},
        {"nginx",    "",                     W5_TIME_NONE     },
        {"nginx",    "m",                    W5_TIME_NONE     },
        {"nginx",    "5x",                   W5_TIME_NONE     },
        {"nginx",    "-5",                   W5_TIME_NONE     },
        {"gunicorn", "int(os.environ['T'])", W5_TIME_NONE     },
        {"nginx",    "99999999999999y",      W5_TIME_NONE     },
        {"nginx",    "9223372036854775807",  W5_TIME_NONE     },
        {"nginx",    "18446744073709551617", W5_TIME_NONE     },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_setting s = of(cases[i].program, cases[i].value);
        if (w5_config_duration(&s) != cases[i].duration)
            fail_msg("%s %s: %lld", cases[i].program, cases[i].value,
                     (long long)w5_config_duration(&s));
    }
}

static void sizes_are_powers_of_1024(void **state)
{
    static const struct {
        const char *value;
        int64_t bytes;
    } cases[] = {
        {"4096",                 4096            },
        {"4k",                   4096            },
        {"16m",                  16 << 20        },
        {"1G",                   1 << 30         },
        {"2T",                   INT64_C(2) << 40},
        {"0",                    0               },
        {"",                     -1              },
        {"k",                    -1              },
        {"4kb",                  -1              },
        {"4x",                   -1              },
        {"9223372036854775807k", -1              },
        {"18446744073709551615", -1              },
        {"8 16k",                -1              },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_setting s = of("nginx", cases[i].value);
        if (w5_config_bytes(&s) != cases[i].bytes)
            fail_msg("%s", cases[i].value);
    }
}

static void integers_are_digits(void **state)
{
    static const struct {
        const char *value;
        int64_t number;
    } cases[] = {
        {"3",                   3        },
        {" 3 ",                 3        },
        {"0",                   0        },
        {"auto",                -1       },
        {"3x",                  -1       },
        {"-3",                  -1       },
        {"",                    -1       },
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775808", -1       }
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_setting s = of("gunicorn", cases[i].value);
        if (w5_config_integer(&s) != cases[i].number)
            fail_msg("%s", cases[i].value);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_the_units_of_their_program),
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(integers_are_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
