#include "check.h"
#include "report/sha256.h"

#include <stdio.h>
#include <string.h>

/* FIPS 180-2, appendix B; the third is 56 bytes, where the length needs a block of its own. */
static void the_examples_of_the_standard_come_out(void **state)
{
    static const struct {
        w5_str text;
        const char *digest;
    } cases[] = {
        {W5_LIT(""),                                                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {W5_LIT("abc"),                                                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {W5_LIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                                    },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned char digest[32];
        char text[65];
        w5_sha256(cases[i].text, digest);
        for (size_t b = 0; b < 32; b++)
            snprintf(text + 2 * b, 3, "%02x", digest[b]);
        assert_string_equal(text, cases[i].digest);
    }
    (void)state;
}

static void a_million_letters_pass_through_many_blocks(void **state)
{
    static char text[1000000];
    char base64[W5_SHA256_BASE64];
    memset(text, 'a', sizeof text);
    w5_sha256_base64((w5_str){text, sizeof text}, base64);
    assert_string_equal(base64, "zcduXJkU+5KBocfihNc+Z/GAmkiklyAOBG05zMcRLNA=");
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_come_out),
        cmocka_unit_test(a_million_letters_pass_through_many_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
