#include "check.h"

#include <why502/base/out.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"

static w5_str escaped(w5_out *out, w5_escape how, w5_str text)
{
    w5_out_reset(out);
    w5_out_text(out, how, text);
    return w5_out_bytes(out);
}

static void every_sink_has_its_escape(void **state)
{
    (void)state;
    static const struct {
        w5_escape how;
        w5_str text, escaped;
    } cases[] = {
        {W5_TTY,      W5_LIT("plain \"text\" <b>"),           W5_LIT("plain \"text\" <b>")                  },
        {W5_TTY,      W5_LIT("\x1b[31mred\x07\n\t"),          W5_LIT("\\x1b[31mred\\x07\\x0a\\x09")         },
        {W5_TTY,      W5_LIT("\xe2\x80\xae\xc2\x9b\xff"),     W5_LIT("\\u{202e}\\u{9b}\\xff")               },
        {W5_TTY,      W5_LIT("a\0b"),                         W5_LIT("a\\x00b")                             },
        {W5_TTY,      W5_LIT("\xe6\x97\xa5\xe6\x9c\xac"),     W5_LIT("\xe6\x97\xa5\xe6\x9c\xac")            },
        {W5_JSON,     W5_LIT("a\"b\\c/d"),                    W5_LIT("a\\\"b\\\\c/d")                       },
        {W5_JSON,     W5_LIT("\b\f\n\r\t\x01\x1f"),           W5_LIT("\\b\\f\\n\\r\\t\\u0001\\u001f")       },
        {W5_JSON,     W5_LIT("<script>\x7f"),                 W5_LIT("\\u003cscript>\\u007f")               },
        {W5_JSON,     W5_LIT("\xc2\x9b\xe2\x80\xa8"),         W5_LIT("\\u009b\\u2028")                      },
        {W5_JSON,     W5_LIT("\xf3\xa0\x80\xa1"),             W5_LIT("\\udb40\\udc21")                      },
        {W5_JSON,     W5_LIT("a\xff\xc0z"),                   W5_LIT("a\xef\xbf\xbd\xef\xbf\xbdz")          },
        {W5_JSON,     W5_LIT("\xed\xa0\x80"),                 W5_LIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")},
        {W5_JSON,     W5_LIT("\xe6\x97\xa5\xf0\x9f\x98\x80"), W5_LIT("\xe6\x97\xa5\xf0\x9f\x98\x80")        },
        {W5_JSON,     W5_LIT("a\0b"),                         W5_LIT("a\\u0000b")                           },
        {W5_HTML,     W5_LIT("<a href='x' b=\"y\">&`"),
         W5_LIT("&#60;a href=&#39;x&#39; b=&#34;y&#34;&#62;&#38;&#96;")                                     },
        {W5_HTML,     W5_LIT("\x1b\n\xff\xe2\x80\xae"),       W5_LIT("\\x1b\\x0a\\xff\\u{202e}")            },
        {W5_MARKDOWN, W5_LIT("[x](y) ![z] `c` <b> |*_~"),
         W5_LIT("\\[x\\]\\(y\\) \\!\\[z\\] \\`c\\` \\<b\\> \\|\\*\\_\\~")                                   },
        {W5_MARKDOWN, W5_LIT("# 1. - + http://a @me"),        W5_LIT("\\# 1\\. \\- \\+ http\\://a \\@me")   },
        {W5_MARKDOWN, W5_LIT("\n\x1b"),                       W5_LIT("\\\\x0a\\\\x1b")                      },
        {W5_CODE,     W5_LIT("a`b|c\nd*"),                    W5_LIT("a\\x60b\\x7cc\\x0ad*")                },
        {W5_METRIC,   W5_LIT("a\"b\\c\nd\x1b"),               W5_LIT("a\\\"b\\\\c\\nd\\\\x1b")              },
    };
    w5_out *out = w5_out_memory();
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(escaped(out, cases[i].how, cases[i].text), cases[i].escaped);
    w5_out_done(out, NULL);
}

static bool is_tame(w5_str s)
{
    w5_glyphs walk = w5_glyphs_of(s);
    w5_glyph glyph;
    while (w5_glyphs_next(&walk, &glyph))
        if (glyph.code == UINT32_MAX || w5_utf8_hidden(glyph.code))
            return false;
    return true;
}

/* Every byte, every code point and every pair of bytes, through every sink: what leaves is valid
 * UTF-8 without a single control or format character. */
static void nothing_untamed_leaves(void **state)
{
    (void)state;
    w5_out *out = w5_out_memory();
    for (unsigned how = W5_TTY; how <= W5_METRIC; how++) {
        for (uint32_t pair = 0; pair < 0x10000; pair++) {
            const char bytes[2] = {(char)(pair >> 8), (char)pair};
            assert_true(is_tame(escaped(out, (w5_escape)how, (w5_str){bytes, 2})));
        }
        for (uint32_t code = 0; code < 0x110000; code += code < 0x30000 ? 1 : 251) {
            char bytes[4];
            size_t n = w5_utf8_encode(bytes, code);
            assert_true(is_tame(escaped(out, (w5_escape)how, (w5_str){bytes, n})));
        }
    }
    w5_out_done(out, NULL);
}

static void our_own_words_pass_unchanged(void **state)
{
    (void)state;
    w5_out *out = w5_out_memory();
    w5_out_lit(out, "<b>");
    w5_out_fmt(out, "%d %s", 42, "events");
    w5_out_repeat(out, "\xe2\x94\x80", 3);
    w5_out *other = w5_out_memory();
    w5_out_lit(other, "</b>\n");
    w5_out_copy(out, other);
    assert_str(w5_out_bytes(out), W5_STR("<b>42 events\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80</b>\n"));
    w5_out_reset(out);
    w5_out_fmt(out, "%2000d", 7);
    assert_int_equal(w5_out_bytes(out).len, 2000);
    assert_int_equal(w5_out_done(other, NULL), W5_OK);
    assert_int_equal(w5_out_done(out, NULL), W5_OK);
    assert_int_equal(w5_out_done(NULL, NULL), W5_OK);
}

static void a_descriptor_gets_every_byte(void **state)
{
    (void)state;
    enum {
        LINES = 100000
    };
    FILE *file = tmpfile();
    assert_non_null(file);
    w5_out *out = w5_out_fd(fileno(file));
    for (int i = 0; i < LINES; i++)
        w5_out_fmt(out, "line %05d\n", i);
    assert_int_equal(w5_out_flush(out, NULL), W5_OK);
    w5_out_lit(out, "end");
    assert_int_equal(w5_out_done(out, NULL), W5_OK);
    char text[32];
    rewind(file);
    for (int i = 0; i < LINES; i++) {
        int number = -1;
        assert_non_null(fgets(text, sizeof text, file));
        assert_int_equal(sscanf(text, "line %d", &number), 1);
        assert_int_equal(number, i);
    }
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "end");
    fclose(file);
}

static void the_first_failure_is_kept(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0)
        skip();
    w5_out *out = w5_out_fd(full);
    w5_err err;
    w5_out_lit(out, "lost");
    assert_int_equal(w5_out_flush(out, &err), W5_EIO);
    assert_int_equal(err.sys, ENOSPC);
    for (int i = 0; i < 100000; i++)
        w5_out_lit(out, "dropped ");
    assert_int_equal(w5_out_done(out, &err), W5_EIO);
    assert_int_equal(err.sys, ENOSPC);
    close(full);
}

static void a_slow_pipe_is_waited_for(void **state)
{
    (void)state;
    enum {
        SIZE = 300000
    };
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    if (fork() == 0) {
        static char bytes[4096];
        size_t sum = 0;
        fcntl(ends[0], F_SETFL, 0);
        close(ends[1]);
        for (ssize_t n; (n = read(ends[0], bytes, sizeof bytes)) > 0; usleep(100))
            sum += (size_t)n;
        _exit(sum == SIZE ? 0 : 1);
    }
    close(ends[0]);
    w5_out *out = w5_out_fd(ends[1]);
    w5_out_repeat(out, "x", SIZE);
    assert_int_equal(w5_out_done(out, NULL), W5_OK);
    close(ends[1]);
    int status = -1;
    wait(&status);
    assert_int_equal(status, 0);
}

static void columns_are_counted_as_shown(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        size_t columns;
    } cases[] = {
        {W5_LIT(""),                                     0},
        {W5_LIT("host: \"a\""),                          9},
        {W5_LIT("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"), 6},
        {W5_LIT("\xed\x95\x9c\xea\xb8\x80 ok"),          7},
        {W5_LIT("e\xcc\x81"),                            1},
        {W5_LIT("\x1b[0m"),                              7},
        {W5_LIT("\xf0\x9f\x98\x80"),                     2},
        {W5_LIT("\xff"),                                 4},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(w5_out_width(cases[i].text), cases[i].columns);
}

static void what_fits_is_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        size_t columns;
        w5_str fits;
    } cases[] = {
        {W5_LIT("abcdef"),                   3,  W5_LIT("abc")         },
        {W5_LIT("abcdef"),                   0,  W5_LIT("")            },
        {W5_LIT("abc"),                      99, W5_LIT("abc")         },
        {W5_LIT("\xe6\x97\xa5\xe6\x9c\xac"), 3,  W5_LIT("\xe6\x97\xa5")},
        {W5_LIT("\xe6\x97\xa5\xe6\x9c\xac"), 1,  W5_LIT("")            },
        {W5_LIT("ae\xcc\x81z"),              2,  W5_LIT("ae\xcc\x81")  },
        {W5_LIT("a\x1b[0m"),                 4,  W5_LIT("a")           }, /* \x1b takes 4 */
        {W5_LIT("a\x1b[0m"),                 5,  W5_LIT("a\x1b")       },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str fits = w5_out_fit(cases[i].text, cases[i].columns);
        assert_str(fits, cases[i].fits);
        assert_true(w5_out_width(fits) <= cases[i].columns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sink_has_its_escape),
        cmocka_unit_test(nothing_untamed_leaves),
        cmocka_unit_test(our_own_words_pass_unchanged),
        cmocka_unit_test(a_descriptor_gets_every_byte),
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(a_slow_pipe_is_waited_for),
        cmocka_unit_test(columns_are_counted_as_shown),
        cmocka_unit_test(what_fits_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
