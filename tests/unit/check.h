/* check.h -- cmocka, and the four headers that it wants to stand before it. */
#ifndef W5_TESTS_CHECK_H
#define W5_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <why502/base/str.h>

/* Two slices are equal, or both are shown. */
#define assert_str(actual, expected)                                                               \
    do {                                                                                           \
        w5_str check_a = (actual), check_e = (expected);                                           \
        if (!w5_str_eq(check_a, check_e))                                                          \
            fail_msg("is \"%.*s\", should be \"%.*s\"", W5_ARG(check_a), W5_ARG(check_e));         \
    } while (0)

/* Run by qemu-user (make RUN=qemu-…): it has no filter of system calls, and its fork does not tell the
 * parent that a program could not be started. What rests on these is skipped there. */
static inline int is_emulated(void)
{
    const char *run = getenv("W5_RUN");
    return run && strstr(run, "qemu") != NULL;
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

#endif
