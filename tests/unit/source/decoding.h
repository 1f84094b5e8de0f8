/* decoding.h -- what every decoder is asked, whatever its library.
 *
 * Each test_decoder_<library>.c brings `pack`, which makes one member of its format. */
#ifndef W5_TESTS_SOURCE_DECODING_H
#define W5_TESTS_SOURCE_DECODING_H

#include <stdlib.h>

#include <why502/base/arena.h>

#include "source/decoder.h"

#include "check.h"

/* Not every build has every library. */
#define MAYBE __attribute__((unused))

typedef size_t (*packer)(w5_str text, char *out, size_t room);

typedef struct decoding {
    const w5_decoder *decoder;
    packer pack;
    size_t sum; /* where a byte of the sum over the text stands, from the end; 0: it has none there */
} decoding;

enum {
    PACKED_MAX = 1 << 20
};

/* Decodes `packed`, offered in pieces, into `out`: the last answer (W5_OK: it wants more). */
static MAYBE w5_rc unpack(const w5_decoder *d, w5_str packed, size_t piece, size_t step, char *out,
                          size_t room, size_t *len, w5_err *err)
{
    void *state;
    w5_rc rc = d->begin(&state, err);
    size_t made;
    size_t before;
    *len = 0;
    assert_int_equal(rc, W5_OK);
    do {
        w5_str in = w5_str_head(packed, piece);
        made = 0;
        before = packed.len;
        rc = d->decode(state, &in, out + *len, step < room - *len ? step : room - *len, &made, err);
        packed = w5_str_skip(packed, w5_str_head(packed, piece).len - in.len);
        *len += made;
    } while (rc == W5_OK && (made > 0 || packed.len < before));
    d->end(state);
    return rc;
}

/* Text like a log's, `size` bytes, in a buffer that the caller frees. */
static MAYBE char *log_text(size_t size)
{
    static const char line[] = "2026/11/20 10:00:00 [error] 7#7: *1 connect() failed (111)\n";
    char *text = w5_xmalloc(size);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 997 == 5 ? (char)('0' + i % 10) : line[i % (sizeof line - 1)];
    return text;
}

static MAYBE void its_beginning_is_known(void **state)
{
    const decoding *d = *state;
    char packed[4096];
    size_t n = d->pack(W5_STR("one line\n"), packed, sizeof packed);
    assert_int_equal(d->decoder->sniff((w5_str){packed, n}), W5_SNIFF_YES);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(d->decoder->sniff((w5_str){packed, i}), W5_SNIFF_MORE);
    assert_int_equal(d->decoder->sniff(W5_STR("2026/11/20 10:00:00 [error]")), W5_SNIFF_NO);
    assert_int_equal(d->decoder->sniff((w5_str){packed, W5_DECODER_SNIFF}), W5_SNIFF_YES);
}

static MAYBE void what_was_packed_comes_out(void **state)
{
    static const size_t pieces[] = {1, 7, 4096, PACKED_MAX};
    static const size_t sizes[] = {0, 1, 1000, 400000};
    const decoding *d = *state;
    char *packed = w5_xmalloc(PACKED_MAX);
    char *out = w5_xmalloc(PACKED_MAX);
    for (size_t i = 0; i < COUNT(pieces) * COUNT(sizes); i++) {
        size_t size = sizes[i / COUNT(pieces)];
        char *text = log_text(size);
        size_t n = d->pack((w5_str){text, size}, packed, PACKED_MAX);
        size_t len;
        w5_err err = {0};
        assert_int_equal(unpack(d->decoder, (w5_str){packed, n}, pieces[i % COUNT(pieces)], 65536,
                                out, PACKED_MAX, &len, &err),
                         W5_END);
        assert_str(((w5_str){out, len}), ((w5_str){text, size}));
        free(text);
    }
    free(packed);
    free(out);
}

/* Cut anywhere it wants more; it never reads past the slice and never makes bytes up. */
static MAYBE void a_cut_stream_gives_what_it_has(void **state)
{
    const decoding *d = *state;
    size_t size = 50000;
    char *text = log_text(size);
    char *packed = w5_xmalloc(PACKED_MAX);
    char *out = w5_xmalloc(PACKED_MAX);
    size_t n = d->pack((w5_str){text, size}, packed, PACKED_MAX);
    for (size_t cut = 0; cut < n; cut += cut < 40 ? 1 : 97) {
        char *exact = w5_xmalloc(cut);
        size_t len;
        w5_err err = {0};
        memcpy(exact, packed, cut);
        w5_rc rc = unpack(d->decoder, (w5_str){exact, cut}, PACKED_MAX, 65536, out, PACKED_MAX,
                          &len, &err);
        assert_int_equal(rc, W5_OK);
        assert_true(len <= size && memcmp(out, text, len) == 0);
        free(exact);
    }
    free(text);
    free(packed);
    free(out);
}

/* One bit turned over, anywhere: an answer, no crash; told where the format has a check sum. */
static MAYBE void a_flipped_bit_is_survived(void **state)
{
    const decoding *d = *state;
    size_t size = 20000;
    char *text = log_text(size);
    char *packed = w5_xmalloc(PACKED_MAX);
    char *out = w5_xmalloc(PACKED_MAX);
    size_t n = d->pack((w5_str){text, size}, packed, PACKED_MAX);
    unsigned silent = 0;
    for (size_t at = 0; at < n; at += at < 64 || at + 64 > n ? 1 : 13) {
        size_t len;
        w5_err err = {0};
        packed[at] = (char)(packed[at] ^ 0x10);
        w5_rc rc =
            unpack(d->decoder, (w5_str){packed, n}, PACKED_MAX, 65536, out, PACKED_MAX, &len, &err);
        packed[at] = (char)(packed[at] ^ 0x10);
        silent += rc == W5_END && (len != size || memcmp(out, text, size) != 0);
        assert_true(rc >= 0 || err.text[0] != '\0');
    }
    assert_int_equal(silent, 0);
    free(text);
    free(packed);
    free(out);
}

static MAYBE void members_follow_each_other(void **state)
{
    const decoding *d = *state;
    char packed[8192];
    char out[64];
    void *decoder;
    w5_err err = {0};
    size_t made;
    assert_int_equal(d->decoder->begin(&decoder, &err), W5_OK);
    for (unsigned i = 0; i < 3; i++) {
        w5_str in = {packed, d->pack(W5_STR("again\n"), packed, sizeof packed)};
        size_t len = 0;
        w5_rc rc;
        do {
            rc = d->decoder->decode(decoder, &in, out + len, sizeof out - len, &made, &err);
            len += made;
        } while (rc == W5_OK);
        assert_int_equal(rc, W5_END);
        assert_int_equal(in.len, 0);
        assert_str(((w5_str){out, len}), W5_STR("again\n"));
        assert_int_equal(d->decoder->reset(decoder, &err), W5_OK);
    }
    d->decoder->end(decoder);
}

static MAYBE void a_wrong_check_sum_is_told_behind_the_text(void **state)
{
    const decoding *d = *state;
    char packed[256];
    char out[256];
    size_t len;
    w5_err err = {0};
    size_t n = d->pack(W5_STR("the text itself is good\n"), packed, sizeof packed);
    assert_true(d->sum > 0);
    packed[n - d->sum] = (char)(packed[n - d->sum] ^ 1);
    assert_int_equal(unpack(d->decoder, (w5_str){packed, n}, n, 64, out, sizeof out, &len, &err),
                     W5_EDAMAGED);
    assert_str(((w5_str){out, len}), W5_STR("the text itself is good\n"));
    assert_non_null(strstr(err.text, "damaged"));
}

#define DECODING_TESTS(d)                                                                          \
    cmocka_unit_test_prestate(its_beginning_is_known, d),                                          \
        cmocka_unit_test_prestate(what_was_packed_comes_out, d),                                   \
        cmocka_unit_test_prestate(a_cut_stream_gives_what_it_has, d),                              \
        cmocka_unit_test_prestate(a_flipped_bit_is_survived, d),                                   \
        cmocka_unit_test_prestate(members_follow_each_other, d)

#endif
