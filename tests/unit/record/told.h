/* told.h -- a log of fixtures/formats is read as the file beside it tells (PATH.log, PATH.told).
 *
 * W5_TOLD=write makes the told files anew: read the difference before it is committed. */
#ifndef W5_TESTS_TOLD_H
#define W5_TESTS_TOLD_H

#include "stage.h"

static inline void told_write(const char *path, w5_str bytes)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fwrite(bytes.ptr, 1, bytes.len, f);
    fclose(f);
}

/* Compares line by line, so that the first difference is shown alone. */
static inline void told_compare(const char *path, w5_str is, w5_str should)
{
    w5_str a;
    w5_str b;
    for (unsigned n = 1; is.len > 0 || should.len > 0; n++) {
        if (!w5_str_cut(is, '\n', &a, &is))
            a = is, is = W5_NONE;
        if (!w5_str_cut(should, '\n', &b, &should))
            b = should, should = W5_NONE;
        if (!w5_str_eq(a, b))
            fail_msg("%s:%u\nis        %.*s\nshould be %.*s", path, n, W5_ARG(a), W5_ARG(b));
    }
}

static inline void assert_told_file(const char *folder, const char *name, const w5_record_options *options)
{
    char log[200];
    char told[200];
    snprintf(log, sizeof(log), "fixtures/formats/%s/%s.log", folder, name);
    snprintf(told, sizeof(told), "fixtures/formats/%s/%s.told", folder, name);
    w5_str text = stage_file(log);
    stage s = stage_new(options);
    stage_read(&s, text, text.len);
    const w5_stream *stream = w5_records_stream(s.records, 0);
    w5_out_fmt(s.out, "# %llu lines, %llu understood, %llu not, %llu forged\n", (unsigned long long)stream->lines,
               (unsigned long long)stream->understood, (unsigned long long)stream->not_understood,
               (unsigned long long)stream->forged);
    if (getenv("W5_TOLD")) {
        told_write(told, w5_out_bytes(s.out));
    } else {
        w5_str expected = stage_file(told);
        told_compare(told, w5_out_bytes(s.out), expected);
        free((void *)(uintptr_t)expected.ptr);
    }
    stage_free(&s);
    free((void *)(uintptr_t)text.ptr);
}

#endif
