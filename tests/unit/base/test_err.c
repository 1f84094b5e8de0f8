#include "check.h"

#include <why502/base/err.h>

#include <errno.h>

static void a_failure_is_told_once_with_its_code(void **state)
{
    (void)state;
    w5_err err;
    assert_int_equal(w5_fail(&err, W5_EIO, ENOENT, "cannot open '%s'", "error.log"), W5_EIO);
    assert_int_equal(err.code, W5_EIO);
    assert_int_equal(err.sys, ENOENT);
    assert_string_equal(err.text, "cannot open 'error.log': No such file or directory");
    assert_int_equal(w5_fail(&err, W5_ESYNTAX, 0, "line %d", 7), W5_ESYNTAX);
    assert_string_equal(err.text, "line 7");
    assert_int_equal(w5_fail(NULL, W5_EBUSY, 0, "nobody listens"), W5_EBUSY);
}

static void hostile_names_are_made_visible(void **state)
{
    (void)state;
    static const struct {
        const char *name, *shown;
    } cases[] = {
        {"a\x1b[31mb",      "'a\\x1b[31mb'"    },
        {"a\nb",            "'a\\x0ab'"        },
        {"a\xe2\x80\xae.b", "'a\\u{202e}.b'"   },
        {"\xc2\x9b"
         "1m",     "'\\u{9b}1m'"      },
        {"\xff\xc0\xaf",    "'\\xff\\xc0\\xaf'"},
        {"\xe3\x81\x82",    "'\xe3\x81\x82'"   },
        {"%n%s",            "'%n%s'"           },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_err err;
        w5_fail(&err, W5_EINVAL, 0, "'%s'", cases[i].name);
        assert_string_equal(err.text, cases[i].shown);
    }
}

static void a_long_message_ends_between_characters(void **state)
{
    (void)state;
    char name[1200];
    w5_err err;
    for (size_t n = 1; n < 5; n++) {
        memset(name, 'x', n);
        for (size_t i = n; i + 4 < sizeof name; i += 3)
            memcpy(name + i, "\xe3\x81\x82", 4);
        w5_fail(&err, W5_EINVAL, 0, "%s", name);
        size_t len = strlen(err.text);
        assert_in_range(len, sizeof err.text - 4, sizeof err.text - 1);
        assert_memory_equal(err.text + len - 3, "\xe3\x81\x82", 3);
        w5_fail(&err, W5_EINVAL, ENOSPC, "%s", name);
        assert_non_null(strstr(err.text, "\xe3\x81\x82: No space left on device"));
    }
}

static void every_code_has_words(void **state)
{
    (void)state;
    assert_string_equal(w5_rc_text(W5_OK), "ok");
    assert_string_equal(w5_rc_text(W5_EDAMAGED), "damaged");
    assert_string_equal(w5_rc_text((w5_rc)-99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_told_once_with_its_code),
        cmocka_unit_test(hostile_names_are_made_visible),
        cmocka_unit_test(a_long_message_ends_between_characters),
        cmocka_unit_test(every_code_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
