#include "check.h"

#include "source/ahead.h"

#include <stdlib.h>
#include <why502/base/arena.h>

/* Numbers one behind the other, in pieces of changing size, and then an end or a failure. */
typedef struct counting {
    uint64_t at, end;
    w5_rc over;
} counting;

static char byte_at(uint64_t at)
{
    return (char)(at * 7 ^ at >> 9);
}

static w5_rc count(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    counting *c = from;
    size_t n = c->at % 1000 + 1;
    n = n < room ? n : room;
    n = n < c->end - c->at ? n : (size_t)(c->end - c->at);
    for (size_t i = 0; i < n; i++)
        out[i] = byte_at(c->at + i);
    c->at += n;
    *got = n;
    if (n > 0)
        return W5_OK;
    return c->over < 0 ? w5_fail(err, c->over, 0, "it is torn") : c->over;
}

static void the_bytes_and_their_end_are_those_of_the_reader(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        w5_rc over;
    } cases[] = {
        {0,          W5_END     },
        {1,          W5_END     },
        {3 * 131072, W5_END     },
        {3000001,    W5_END     },
        {700000,     W5_EDAMAGED},
        {0,          W5_EDAMAGED},
    };
    char *buffer = w5_xmalloc(70000);
    for (size_t i = 0; i < COUNT(cases); i++) {
        counting c = {.end = cases[i].bytes, .over = cases[i].over};
        w5_ahead *a = w5_ahead_new(count, &c, &c.at);
        w5_err err = {0};
        w5_rc rc;
        uint64_t sum = 0;
        size_t got = 0;
        assert_non_null(a);
        while ((rc = w5_ahead_read(a, buffer, sum % 70000 + 1, &got, &err)) == W5_OK) {
            for (size_t k = 0; k < got; k++)
                if (buffer[k] != byte_at(sum + k))
                    fail_msg("byte %zu", (size_t)sum + k);
            sum += got;
            assert_true(w5_ahead_where(a) >= sum && w5_ahead_where(a) <= cases[i].bytes);
        }
        assert_int_equal(rc, cases[i].over);
        assert_int_equal(sum, cases[i].bytes);
        assert_int_equal(w5_ahead_read(a, buffer, 1, &got, &err), cases[i].over); /* it stays so */
        if (rc < 0)
            assert_string_equal(err.text, "it is torn");
        w5_ahead_free(a);
    }
    free(buffer);
}

static void nobody_needs_to_read_to_the_end(void **state)
{
    (void)state;
    char byte;
    size_t got;
    for (int reads = 0; reads < 3; reads++) {
        counting c = {.end = UINT64_C(1) << 40, .over = W5_END};
        w5_ahead *a = w5_ahead_new(count, &c, &c.at);
        for (int i = 0; i < reads; i++)
            assert_int_equal(w5_ahead_read(a, &byte, 1, &got, NULL), W5_OK);
        w5_ahead_free(a);
    }
    w5_ahead_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_and_their_end_are_those_of_the_reader),
        cmocka_unit_test(nobody_needs_to_read_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
