#include "source/source_compressed.h"

#include <stdlib.h>

#include "gzip.h"
#include "scene.h"

/* A reader of `bytes` in pieces, silent once before each. */
typedef struct dripping {
    w5_str bytes;
    size_t piece;
    bool silent;
} dripping;

static w5_rc drip(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    dripping *d = from;
    (void)err;
    d->silent = !d->silent;
    if (d->silent)
        return W5_WAIT;
    *got = w5_str_head(d->bytes, d->piece < room ? d->piece : room).len;
    if (*got > 0)
        memcpy(out, d->bytes.ptr, *got);
    d->bytes = w5_str_skip(d->bytes, *got);
    return *got > 0 ? W5_OK : W5_END;
}

static w5_rc unpack_all(w5_str bytes, size_t piece, char *out, size_t *len, w5_err *err)
{
    dripping d = {bytes, piece, false};
    bool more;
    w5_unpack *u;
    w5_rc rc;
    *len = 0;
    assert_int_equal(w5_unpack_new(w5_decoder_for(bytes, &more), W5_NONE, drip, &d, &u, err),
                     W5_OK);
    do {
        size_t got = 0;
        rc = w5_unpack_read(u, out + *len, 16, &got, err);
        *len += got;
    } while (rc == W5_OK || rc == W5_WAIT);
    w5_unpack_free(u);
    return rc;
}

static void members_and_padding_are_one_text(void **state)
{
    char packed[1024];
    char out[256];
    size_t len;
    w5_err err = {0};
    (void)state;
    size_t n = gzip(W5_STR("first member\n"), packed, sizeof packed);
    n += gzip(W5_STR("second member\n"), packed + n, sizeof packed - n);
    memset(packed + n, 0, 100); /* tapes and some rsync options pad with zeros */
    for (size_t piece = 1; piece < 64; piece += 7) {
        assert_int_equal(unpack_all((w5_str){packed, n + 100}, piece, out, &len, &err), W5_END);
        assert_str(((w5_str){out, len}), W5_STR("first member\nsecond member\n"));
    }
}

static void damage_is_told_behind_what_is_good(void **state)
{
    static const struct {
        const char *tail;
        size_t cut;
        const char *why;
    } cases[] = {
        {"rubbish", 0, "what follows the gzip data is something else"},
        {"",        6, "the gzip data end too early"                 },
        {"\x1f",    0, "what follows the gzip data is something else"},
    };
    char packed[1024];
    char out[256];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len;
        w5_err err = {0};
        size_t n = gzip(W5_STR("good\n"), packed, sizeof packed) - cases[i].cut;
        memcpy(packed + n, cases[i].tail, strlen(cases[i].tail));
        n += strlen(cases[i].tail);
        assert_int_equal(unpack_all((w5_str){packed, n}, 5, out, &len, &err), W5_EDAMAGED);
        assert_str(((w5_str){out, len}), W5_STR("good\n"));
        assert_string_equal(err.text, cases[i].why);
    }
}

static void content_decides_and_not_the_name(void **state)
{
    scene *s = *state;
    char packed[256];
    size_t n = gzip(W5_STR("packed\n"), packed, sizeof packed);
    put(s, "plain.log.gz", "plain\n");
    put_bytes(s, "packed.log", 0, (w5_str){packed, n});
    const w5_source *plain = add(s, at(s, "plain.log.gz"));
    const w5_source *hidden = add(s, at(s, "packed.log"));
    assert_str(plain->compression, W5_STR(""));
    assert_str(hidden->compression, W5_STR("gzip"));
    assert_false(hidden->seekable);
    assert_str(read_all(s, 0), W5_STR("plain\npacked\n"));
    assert_int_equal(hidden->consumed, n);
    assert_int_equal(hidden->bytes, 7);
}

static void a_damaged_file_does_not_stop_the_others(void **state)
{
    scene *s = *state;
    char packed[256];
    size_t n = gzip(W5_STR("one\ntwo\n"), packed, sizeof packed);
    put_bytes(s, "cut.gz", 0, (w5_str){packed, n - 3});
    put(s, "good.log", "three\n");
    const w5_source *cut = add(s, at(s, "cut.gz"));
    add(s, at(s, "good.log"));
    assert_str(read_all(s, 0), W5_STR("one\ntwo\nthree\n"));
    assert_int_equal(cut->error.code, W5_EDAMAGED);
    assert_non_null(strstr(cut->error.text, "cannot read all of '"));
    assert_non_null(strstr(cut->error.text, "cut.gz': the gzip data end too early"));
}

static void an_earlier_run_may_have_read_a_part(void **state)
{
    scene *s = *state;
    char packed[256];
    w5_err err;
    w5_block block;
    size_t n = gzip(W5_STR("one\ntwo\n"), packed, sizeof packed);
    put_bytes(s, "a.gz", 0, (w5_str){packed, n});
    const w5_source *source = add(s, at(s, "a.gz"));
    assert_int_equal(w5_sources_skip(s->sources, 0, 4, &err), W5_OK);
    assert_int_equal(w5_sources_next(s->sources, 0, &block), W5_OK);
    assert_str(block.bytes, W5_STR("two\n"));
    assert_int_equal(block.offset, 4);
    assert_int_equal(source->bytes, 4);
}

static void a_pipe_may_be_compressed(void **state)
{
    scene *s = *state;
    int ends[2];
    char packed[256];
    size_t n = gzip(W5_STR("through a pipe\n"), packed, sizeof packed);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    const w5_source *source = add(s, "-");
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(write(ends[1], packed + i, 1), 1);
        read_all(s, 0);
    }
    close(ends[1]);
    close(ends[0]);
    assert_str(read_all(s, W5_SECOND), W5_STR("through a pipe\n"));
    assert_str(source->compression, W5_STR("gzip"));
    assert_int_equal(source->error.code, W5_OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_padding_are_one_text),
        cmocka_unit_test(damage_is_told_behind_what_is_good),
        TEST(content_decides_and_not_the_name),
        TEST(a_damaged_file_does_not_stop_the_others),
        TEST(an_earlier_run_may_have_read_a_part),
        TEST(a_pipe_may_be_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
