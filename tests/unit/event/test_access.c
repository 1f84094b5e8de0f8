#include "check.h"

#include "event/access.h"

#define ABSENT "(absent)"

static void put(w5_record *r, w5_field field, const char *value)
{
    if (strcmp(value, ABSENT) != 0)
        w5_record_set(r, field, w5_str_of(value));
}

/* The rows of the fact sheet's table of real access lines (section 4). */
static void only_what_the_upstream_sent_counts(void **state)
{
    (void)state;
    static const struct {
        const char *upstream_status, *header_time;
        unsigned status;
    } rows[] = {
        {"500",                     "0.012",     500}, /* the application's own */
        {"502",                     "0.021",     502},
        {"503",                     "0.000",     503},
        {"502",                     "-",         0  }, /* refused, EOF, reset: nginx made it */
        {"504",                     "-",         0  },
        {"200",                     "0.010",     0  },
        {"502, 502",                "-, -",      0  },
        {"502, 200",                "-, 0.000",  0  },
        {"502, 500",                "-, 0.004",  500},
        {"502 : 503",               "- : 0.001", 503}, /* error_page to a location that proxies */
        {"502 : 502",               "0.001 : -", 0  },
        {"-",                       "-",         0  }, /* no attempt, or the client left */
        {"500",                     ABSENT,      500}, /* without header_time: nginx itself makes 502 and 504 */
        {"503",                     ABSENT,      503},
        {"502",                     ABSENT,      0  },
        {"504",                     ABSENT,      0  },
        {ABSENT,                    ABSENT,      0  },
        {"600",                     "0.001",     0  },
        {"99999999999999999999500", "0.001",     0  },
        {"",                        "",          0  },
        {"500,",                    "0.001",     0  },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        w5_record r = {0};
        put(&r, W5_F_upstream_status, rows[i].upstream_status);
        put(&r, W5_F_upstream_header_time, rows[i].header_time);
        if (w5_access_upstream_status(W5_ACCESS_NGINX, &r) != rows[i].status)
            fail_msg("row %zu", i);
    }
}

static void a_balancer_names_its_targets_status(void **state)
{
    (void)state;
    w5_record r = {0};
    w5_record_set(&r, W5_F_elb_status, W5_STR("502"));
    w5_record_set(&r, W5_F_target_status, W5_STR("-"));
    assert_int_equal(w5_access_upstream_status(W5_ACCESS_ALB, &r), 0);
    w5_record_set(&r, W5_F_target_status, W5_STR("503"));
    assert_int_equal(w5_access_upstream_status(W5_ACCESS_ALB, &r), 503);
    assert_int_equal(w5_access_upstream_status(W5_ACCESS_OTHER, &r), 0);
}

static void formats_say_whether_they_are_access_logs(void **state)
{
    (void)state;
    assert_int_equal(w5_access_kind(W5_STR("nginx-access")), W5_ACCESS_NGINX);
    assert_int_equal(w5_access_kind(W5_STR("alb")), W5_ACCESS_ALB);
    assert_int_equal(w5_access_kind(W5_STR("gunicorn-access")), W5_ACCESS_OTHER);
    assert_int_equal(w5_access_kind(W5_STR("nginx-error")), W5_ACCESS_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_the_upstream_sent_counts),
        cmocka_unit_test(a_balancer_names_its_targets_status),
        cmocka_unit_test(formats_say_whether_they_are_access_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
