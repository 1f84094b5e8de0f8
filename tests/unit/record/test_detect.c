#include "record/detect.h"

#include "stage.h"

static void formats_stand_by_order_and_then_by_id(void **state)
{
    (void)state;
    w5_ranks ranks;
    w5_ranks_init(&ranks);
    assert_true(ranks.n > 1);
    for (size_t i = 1; i < ranks.n; i++) {
        const w5_format *a = ranks.at[i - 1];
        const w5_format *b = ranks.at[i];
        assert_true(a->order < b->order || (a->order == b->order && w5_str_cmp(a->id, b->id) < 0));
        assert_int_equal(b->order < W5_LOOSE, i < ranks.strict);
    }
    assert_int_equal(w5_ranks_find(&ranks, ranks.at[1]), 1);
    assert_int_equal(w5_ranks_find(&ranks, NULL), ranks.n);
}

static void a_format_is_known_by_its_id(void **state)
{
    (void)state;
    const w5_format *const *all;
    size_t n = w5_formats(&all);
    for (size_t i = 0; i < n; i++)
        assert_ptr_equal(w5_format_find(all[i]->id), all[i]);
    assert_true(w5_format_known(W5_STR("nginx-error")));
    assert_false(w5_format_known(W5_STR("nginx")));
    assert_false(w5_format_known(W5_STR("")));
}

/* In a file of its name: gunicorn's access log looks like nginx's. */
static void every_sample_is_read_as_its_own_format(void **state)
{
    (void)state;
    const w5_format *const *all;
    size_t n = w5_formats(&all);
    for (size_t i = 0; i < n; i++) {
        stage s = stage_new(NULL);
        w5_records_begin(s.records, 0, all[i]->id, W5_STR(""), STAGE_HINT);
        stage_put(&s, all[i]->sample, all[i]->sample.len);
        stage_end(&s);
        const w5_stream *stream = w5_records_stream(s.records, 0);
        if (stream->format != all[i])
            fail_msg("the sample of %.*s is read as %s", W5_ARG(all[i]->id),
                     stream->format ? stream->format->id.ptr : "nothing");
        stage_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_stand_by_order_and_then_by_id),
        cmocka_unit_test(a_format_is_known_by_its_id),
        cmocka_unit_test(every_sample_is_read_as_its_own_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
