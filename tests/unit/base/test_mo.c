#include "check.h"

#include "base/mo.h"

static char bytes[1024];
static size_t used;

static void put_word(size_t at, size_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[at + (size_t)i] = (char)(value >> (8 * i));
}

static void put_string(size_t slot, w5_str s)
{
    put_word(slot, s.len);
    put_word(slot + 4, used);
    memcpy(bytes + used, s.ptr, s.len);
    used += s.len;
    bytes[used++] = '\0';
}

/* As msgfmt writes it: header, table of originals, table of translations, strings. */
static w5_str catalogue_of(const w5_str (*pairs)[2], size_t n)
{
    enum {
        HEADER = 28
    };
    memset(bytes, 0, sizeof bytes);
    put_word(0, 0x950412de);
    put_word(8, n);
    put_word(12, HEADER);
    put_word(16, HEADER + 8 * n);
    used = HEADER + 16 * n;
    for (size_t i = 0; i < n; i++) {
        put_string(HEADER + 8 * i, pairs[i][0]);
        put_string(HEADER + 8 * (n + i), pairs[i][1]);
    }
    return (w5_str){bytes, used};
}

static void every_text_is_found_and_no_other(void **state)
{
    (void)state;
    static const w5_str pairs[][2] = {
        {W5_LIT(""),                      W5_LIT("Content-Type: text/plain; charset=UTF-8\n")},
        {W5_LIT("%lu error\0%lu errors"), W5_LIT("\xe3\x82\xa8\xe3\x83\xa9\xe3\x83\xbc %lu") },
        {W5_LIT("cause"),                 W5_LIT("\xe5\x8e\x9f\xe5\x9b\xa0")                 },
        {W5_LIT("causes"),                W5_LIT("A\0B")                                     },
        {W5_LIT("remedy"),                W5_LIT("\xe5\xaf\xbe\xe7\xad\x96")                 },
    };
    w5_str mo = catalogue_of(pairs, COUNT(pairs));
    for (size_t i = 0; i < COUNT(pairs); i++) {
        w5_str found = w5_mo_find(mo, w5_str_of(pairs[i][0].ptr));
        assert_str(found, pairs[i][1]);
        assert_int_equal(found.ptr[found.len], '\0');
    }
    static const w5_str absent[] = {
        W5_LIT("a"), W5_LIT("caus"), W5_LIT("causez"), W5_LIT("zzz"), W5_LIT("%lu errors"),
    };
    for (size_t i = 0; i < COUNT(absent); i++)
        assert_null(w5_mo_find(mo, absent[i]).ptr);
}

static void an_empty_catalogue_knows_nothing(void **state)
{
    (void)state;
    assert_null(w5_mo_find(W5_NONE, W5_STR("cause")).ptr);
    w5_str mo = catalogue_of(NULL, 0);
    assert_null(w5_mo_find(mo, W5_STR("")).ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_found_and_no_other),
        cmocka_unit_test(an_empty_catalogue_knows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
