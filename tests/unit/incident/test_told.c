#include "scene.h"

#include "incident/ledger.h"

/* Rows come to another ledger as lines; these are what an event log of the first would write. */
typedef struct copying {
    w5_ledger *into;
    w5_stream *const *stream;
    size_t rows;
} copying;

static w5_str line_of(const w5_told_row *row)
{
    char stamp[48];
    w5_out *out = w5_out_memory();
    w5_out_fmt(out, "{\"v\":1,\"folded\":\"%.*s\"", W5_ARG(row->table));
    for (size_t i = 0; i < row->members; i++) {
        const w5_told_member *m = &row->member[i];
        w5_out_fmt(out, ",\"%s\":", m->key);
        if (m->type == W5_TOLD_NUMBER)
            w5_out_fmt(out, "%jd", (intmax_t)m->number);
        else if (m->type == W5_TOLD_STAMP)
            w5_out_fmt(out, "\"%.*s\"", (int)w5_time_rfc3339(stamp, m->number, 6), stamp);
        else
            w5_out_fmt(out, "\"%.*s\"", W5_ARG(m->text));
    }
    w5_out_fmt(out, "}");
    w5_str line = w5_arena_str(made_in, w5_out_bytes(out));
    w5_out_done(out, NULL);
    return line;
}

static void put_line(w5_ledger *l, const w5_told_row *row, w5_stream *s, w5_str line, w5_str id)
{
    w5_record r = {.stream = s,
                   .format = row->lane->format,
                   .host = row->host,
                   .at = row->at,
                   .zoned = row->zoned,
                   .line = row->line,
                   .count = 1,
                   .id = id,
                   .told = line};
    w5_event e = {.record = &r, .klass = w5_catalogue_class(catalogue(), row->klass)};
    w5_ledger_put(l, &e);
}

/* Each comes twice, as over a lossy carrier. */
static void copy_row(void *context, const w5_told_row *row)
{
    copying *c = context;
    w5_str id = w5_arena_fmt(made_in, "%zu", c->rows++);
    w5_str line = line_of(row);
    for (int i = 0; i < 2; i++)
        put_line(c->into, row, c->stream[row->lane->stream], line, id);
}

static scene copy_of(const scene *s, size_t *rows)
{
    scene other = *s;
    copying c = {.into = other.l = w5_ledger_new(catalogue()), .stream = s->log};
    w5_ledger_tell(s->l, copy_row, &c);
    *rows = c.rows;
    return other;
}

static scene bad_hour(int seconds, int paths)
{
    scene s = begin();
    for (int i = 0; i < seconds; i++) {
        fails(&s, i, i % 3 ? "connection-refused" : "premature-close", i % 2 ? "10.0.0.1:80" : "b");
        say(&s, ERROR_LOG, i, "no-live-upstreams", "NL-1",
            w5_arena_fmt(made_in,
                         "pid=7|connection=%d|request=GET /p/%d/x HTTP/1.1|upstream=app|text=y",
                         2 * i + 1, i % paths)
                .ptr);
        answer(&s, i, i % 2 ? 200 : 502, "10.0.0.1:80");
        life(&s, i, "worker-timeout");
        say(&s, ERROR_LOG, i, "static-file", "", "pid=7|errno=2|text=z");
        goes_on(&s, APP_LOG, i);
    }
    return s;
}

static void assert_alike(scene *a, scene *b)
{
    const w5_timeline *one = scene_timeline(a, W5_TIME_NONE);
    const w5_timeline *other = scene_timeline(b, W5_TIME_NONE);
    w5_incidents mine = w5_incidents_build(one, made_in), its = w5_incidents_build(other, made_in);
    assert_int_equal(one->cells, other->cells);
    assert_int_equal(one->traffics, other->traffics);
    assert_int_equal(one->paths, other->paths);
    assert_int_equal(one->upstream_errors, other->upstream_errors);
    assert_int_equal(w5_ledger_sum(a->l).upstream_errors, w5_ledger_sum(b->l).upstream_errors);
    for (size_t i = 0; i < one->classes; i++) {
        assert_int_equal(one->by_class[i], other->by_class[i]);
        assert_int_equal(w5_ledger_sum(a->l).by_class[i], w5_ledger_sum(b->l).by_class[i]);
    }
    assert_int_equal(mine.n, its.n);
    for (size_t i = 0; i < mine.n; i++) {
        assert_string_equal(mine.at[i]->id, its.at[i]->id);
        assert_int_equal(mine.at[i]->requests_failed, its.at[i]->requests_failed);
        assert_int_equal(mine.at[i]->requests, its.at[i]->requests);
        assert_str(told(mine.at[i]->codes), told(its.at[i]->codes));
    }
}

static void a_ledger_read_from_its_rows_is_the_same(void **state)
{
    size_t rows;
    scene s = bad_hour(120, 7), other = copy_of(&s, &rows);
    assert_true(rows > 240);
    assert_alike(&s, &other);
    w5_ledger_free(s.l);
    w5_ledger_free(other.l);
    (void)state;
}

static void a_condensed_ledger_is_so_few_rows_and_counts_the_same(void **state)
{
    enum {
        ROWS = 256
    };
    size_t rows;
    scene s = bad_hour(3000, 700);
    uint64_t errors = w5_ledger_sum(s.l).upstream_errors;
    w5_ledger_condense(s.l, ROWS);
    scene other = copy_of(&s, &rows);
    assert_in_range(rows, 10, 2 * ROWS);
    assert_alike(&s, &other);
    assert_int_equal(w5_ledger_sum(other.l).upstream_errors, errors);
    w5_ledger_free(s.l);
    w5_ledger_free(other.l);
    (void)state;
}

static void rows_of_strangers_are_as_good_as_left_out(void **state)
{
    static const char *const lines[] = {
        "{",
        "{\"v\":1}",
        "{\"folded\":\"ledger\",\"count\":1}",
        "{\"folded\":\"cell\"}",
        "{\"folded\":\"cell\",\"count\":-1,\"number\":99999999999,\"level\":99}",
        "{\"folded\":\"cell\",\"count\":18446744073709551615,\"until\":\"no time\"}",
        "{\"folded\":\"mix\",\"count\":\"7\",\"level\":-2}",
        "{\"folded\":\"peers\",\"a\":\"x\"}",
        "{\"folded\":\"lane\",\"offset\":-9999999,\"workers\":{}}",
        "{\"folded\":\"total\",\"count\":{},\"forged\":1.5}",
    };
    scene s = begin();
    const w5_lane lane = {.format = s.log[0]->format};
    const w5_told_row row = {.lane = &lane, .klass = W5_STR("premature-close"), .at = NOON};
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        put_line(s.l, &row, s.log[0], w5_str_of(lines[i]), W5_NONE);
    assert_int_equal(scene_timeline(&s, W5_TIME_NONE)->cells, 0);
    assert_int_equal(w5_ledger_sum(s.l).upstream_errors, 0);
    assert_int_equal(w5_ledger_sum(s.l).forged, 0);
    w5_ledger_free(s.l);
    (void)state;
}

static void sums_of_hostile_rows_do_not_overflow(void **state)
{
    scene s = begin();
    const w5_lane lane = {.format = s.log[0]->format};
    const w5_told_row row = {.lane = &lane, .klass = W5_STR("premature-close"), .at = NOON};
    w5_str cell = W5_STR("{\"folded\":\"cell\",\"level\":15,\"count\":999999999999999,"
                         "\"until\":\"9999-12-31T23:59:59\",\"failed\":999999999999999}");
    w5_str path = W5_STR("{\"folded\":\"path\",\"path\":\"/\",\"sum\":999999999999999,"
                         "\"requests\":999999999999999}");
    for (int i = 0; i < 5; i++) {
        put_line(s.l, &row, s.log[0], cell, W5_NONE);
        put_line(s.l, &row, s.log[0], path, W5_NONE);
    }
    assert_true(scene_end(&s).n <= 1);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ledger_read_from_its_rows_is_the_same),
        cmocka_unit_test(a_condensed_ledger_is_so_few_rows_and_counts_the_same),
        cmocka_unit_test(rows_of_strangers_are_as_good_as_left_out),
        cmocka_unit_test(sums_of_hostile_rows_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
