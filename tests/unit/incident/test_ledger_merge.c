/* The end state of a ledger depends on what was put in, not on the order of sources nor on the
 * cuts. */
#include "build.h"

#include "incident/ledger.h"

enum {
    STREAMS = 4,
    LINES = 1500
};

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % sides;
}

typedef struct script { /* events of each stream, in the order of its lines */
    w5_stream *stream[STREAMS];
    made_event *line[STREAMS];
    size_t lines;
} script;

#define TEXT(...) (w5_arena_fmt(made_in, __VA_ARGS__).ptr)

static made_event any_error(w5_stream *s, uint64_t line, w5_time at, uint32_t *seed)
{
    static const char *const classes[][2] = {
        {"connection-refused", "CK-111"   },
        {"premature-close",    "HU-EOF"   },
        {"read-timeout",       "HN-110"   },
        {"no-live-upstreams",  "CN-NOLIVE"}
    };
    const char *const *k = classes[dice(seed, 4)];
    unsigned peer = dice(seed, 3);
    return event(s, line, k[0], k[1], at,
                 TEXT("pid=7|connection=%u|client=10.0.0.%u|server=shop|request=GET /p%u HTTP/1.1|"
                      "upstream=http://127.0.0.1:800%u/x|text=an error",
                      dice(seed, 40), dice(seed, 9), dice(seed, 12), peer));
}

static made_event any_life(w5_stream *s, uint64_t line, w5_time at, uint32_t *seed)
{
    static const char *const classes[] = {"worker-timeout", "worker-exit", "worker-boot",
                                          "worker-exit"};
    return event(s, line, classes[dice(seed, 4)], "", at,
                 TEXT("pid=5|subject=%u|text=a life", 100 + dice(seed, 5)));
}

static made_event any_access(w5_stream *s, uint64_t line, w5_time at, uint32_t *seed)
{
    static const char *const statuses[] = {"200", "200", "200", "502", "404", "499"};
    made_event m = event(s, line, "access", "", at,
                         TEXT("request=GET /p%u HTTP/1.1|upstream_addr=127.0.0.1:800%u|"
                              "request_time=0.%u%u|text=access",
                              dice(seed, 30), dice(seed, 3), dice(seed, 10), dice(seed, 10)));
    w5_record_set(&m.record, W5_F_status, w5_str_of(statuses[dice(seed, 6)]));
    return m;
}

/* `back`: now and then time goes back by so many seconds. */
static script write_jumping_script(uint32_t seed, size_t lines, unsigned back)
{
    script s = {.lines = lines};
    static const char *const names[STREAMS][2] = {
        {"error.log",       "nginx-error" },
        {"gunicorn.log",    "gunicorn"    },
        {"access.log",      "nginx-access"},
        {"other-error.log", "nginx-error" }
    };
    for (uint32_t i = 0; i < STREAMS; i++) {
        w5_time at = NOON;
        s.stream[i] = stream(i, names[i][0], names[i][1]);
        s.line[i] = W5_NEW_N(made_in, made_event, lines);
        for (size_t n = 0; n < lines; n++) {
            at += dice(&seed, 10) == 0 ? dice(&seed, 3) * W5_SECOND : 0;
            at += dice(&seed, 500) == 0 ? 90 * W5_SECOND : 0;
            at -= back > 0 && dice(&seed, 50) == 0 ? back * W5_SECOND : 0;
            s.line[i][n] = i == 1   ? any_life(s.stream[i], n + 1, at, &seed)
                           : i == 2 ? any_access(s.stream[i], n + 1, at, &seed)
                                    : any_error(s.stream[i], n + 1, at, &seed);
        }
    }
    return s;
}

static script write_script(uint32_t seed, size_t lines)
{
    return write_jumping_script(seed, lines, 0);
}

/* Small enough that everything has to be coarsened. */
static w5_ledger *ledger(size_t cells)
{
    w5_ledger *l = w5_ledger_new(catalogue());
    l->cells->rows.max = cells;
    l->traffic.max = cells;
    l->paths.max = cells / 16 + 1;
    l->requests.max = cells / 4 + 1;
    return l;
}

static void feed_stream(w5_ledger *l, const script *s, size_t i)
{
    for (size_t n = 0; n < s->lines; n++)
        put(l, s->line[i][n]);
}

/* Everything that a report could show, as text. */
static w5_str describe(w5_ledger *l, const script *s)
{
    static char text[1 << 20];
    size_t n = 0;
    const w5_timeline *t = timeline(l, s->stream, STREAMS, NULL);
#define SAY(...)                                                                                   \
    n += (size_t)snprintf(text + n, n < sizeof(text) ? sizeof(text) - n : 0, __VA_ARGS__)
#define WORD(id) W5_ARG(w5_timeline_str(t, id))
    SAY("level %u thinning %u errors %ju\n", l->cells->rows.level, l->cells->thinning,
        (uintmax_t)w5_ledger_sum(l).upstream_errors);
    for (size_t i = 0; i < t->cells; i++) {
        const w5_cell *c = &t->cell[i];
        SAY("%jd-%jd %ju-%ju x%ju f%ju k%u p%u s%u c%u n%d %.*s %.*s %.*s %.*s %.*s %.*s '%.*s'\n",
            (intmax_t)((c->at - NOON) / W5_SECOND), (intmax_t)((c->until - NOON) / W5_SECOND),
            (uintmax_t)c->line, (uintmax_t)c->last_line, (uintmax_t)c->count, (uintmax_t)c->failed,
            c->klass, c->pid, c->subject, c->connection, c->number, WORD(c->code),
            WORD(c->upstream), WORD(c->method), WORD(c->path), WORD(c->server), WORD(c->client),
            WORD(c->text));
    }
    for (size_t i = 0; i < t->traffics; i++)
        SAY("%jd+%u %u %.*s x%ju\n", (intmax_t)((t->traffic[i].at - NOON) / W5_SECOND),
            t->traffic[i].span, t->traffic[i].status, WORD(t->traffic[i].upstream),
            (uintmax_t)t->traffic[i].count);
    for (size_t i = 0; i < t->paths; i++)
        SAY("%.*s %ju %ju\n", WORD(t->path[i].path), (uintmax_t)t->path[i].requests,
            (uintmax_t)t->path[i].failed);
    w5_incidents all = w5_incidents_build(t, made_in);
    for (size_t i = 0; i < all.n; i++)
        SAY("%s %.*s %ju/%ju %.*s | %.*s\n", all.at[i]->id, W5_ARG(all.at[i]->upstream),
            (uintmax_t)all.at[i]->errors, (uintmax_t)all.at[i]->requests_failed,
            W5_ARG(told(all.at[i]->classes)), W5_ARG(told(all.at[i]->statuses)));
#undef SAY
#undef WORD
    assert_true(n < sizeof(text));
    return w5_arena_str(made_in, (w5_str){text, n});
}

static void assert_same(w5_str is, w5_str should)
{
    if (w5_str_eq(is, should))
        return;
    size_t at = 0;
    while (at < is.len && at < should.len && is.ptr[at] == should.ptr[at])
        at++;
    size_t from = at > 200 ? at - 200 : 0;
    fail_msg("differs after %zu bytes:\n%.300s\n--- should be\n%.300s", at, is.ptr + from,
             should.ptr + from);
}

static const size_t sizes[] = {W5_CELLS_MAX, 1500, 300, 60};

static w5_str straight(const script *s, size_t cells)
{
    w5_ledger *l = ledger(cells);
    for (size_t i = 0; i < STREAMS; i++)
        feed_stream(l, s, i);
    w5_str answer = describe(l, s);
    w5_ledger_free(l);
    return answer;
}

static void the_order_of_sources_does_not_matter(void **state)
{
    (void)state;
    for (size_t size = 0; size < COUNT(sizes); size++) {
        script s = write_script(7 + (uint32_t)size, LINES);
        w5_str should = straight(&s, sizes[size]);
        w5_ledger *backwards = ledger(sizes[size]), *mixed = ledger(sizes[size]);
        for (size_t i = STREAMS; i-- > 0;)
            feed_stream(backwards, &s, i);
        for (size_t n = 0; n < s.lines; n++)
            for (size_t i = 0; i < STREAMS; i++)
                put(mixed, s.line[i][n]);
        assert_same(describe(backwards, &s), should);
        assert_same(describe(mixed, &s), should);
        w5_ledger_free(backwards);
        w5_ledger_free(mixed);
    }
}

static void chunks_merged_are_the_whole(void **state)
{
    (void)state;
    for (size_t size = 0; size < COUNT(sizes); size++) {
        uint32_t seed = 99 + (uint32_t)size;
        script s = write_script(seed, LINES);
        w5_str should = straight(&s, sizes[size]);
        w5_ledger *whole = ledger(sizes[size]);
        for (size_t i = 0; i < STREAMS; i++)
            for (size_t n = 0; n < s.lines;) {
                w5_ledger *chunk = ledger(sizes[size]);
                size_t end = n + 1 + dice(&seed, 300);
                for (; n < end && n < s.lines; n++)
                    put(chunk, s.line[i][n]);
                w5_ledger_merge(whole, chunk);
                w5_ledger_free(chunk);
            }
        assert_same(describe(whole, &s), should);
        w5_ledger_free(whole);
    }
}

static void moving_to_a_fresh_string_table_changes_nothing(void **state)
{
    (void)state;
    for (size_t size = 0; size < COUNT(sizes); size++) {
        script s = write_script(31 + (uint32_t)size, LINES);
        w5_str should = straight(&s, sizes[size]);
        w5_ledger *l = ledger(sizes[size]);
        for (size_t i = 0; i < STREAMS; i++)
            for (size_t n = 0; n < s.lines; n++) {
                put(l, s.line[i][n]);
                if (n % 97 == 0)
                    w5_ledger_move_names(l);
            }
        assert_same(describe(l, &s), should);
        w5_ledger_free(l);
    }
}

/* Rows and names that were used lately are found without a look into the tables. */
static void what_was_used_lately_changes_nothing(void **state)
{
    (void)state;
    for (size_t size = 0; size < COUNT(sizes); size++) {
        script s = write_jumping_script(57 + (uint32_t)size, LINES, 13 * (unsigned)(size % 2));
        w5_str should = straight(&s, sizes[size]);
        w5_ledger *forgetful = ledger(sizes[size]);
        for (size_t i = 0; i < STREAMS; i++)
            for (size_t n = 0; n < s.lines; n++) {
                put(forgetful, s.line[i][n]);
                w5_ledger_cool(forgetful);
            }
        assert_same(describe(forgetful, &s), should);
        w5_ledger_free(forgetful);
    }
}

static void a_reset_ledger_is_a_new_one(void **state)
{
    (void)state;
    script s = write_script(3, LINES);
    w5_str should = straight(&s, W5_CELLS_MAX);
    w5_ledger *l = ledger(W5_CELLS_MAX);
    feed_stream(l, &s, 3);
    w5_ledger_reset(l);
    for (size_t i = 0; i < STREAMS; i++)
        feed_stream(l, &s, i);
    assert_same(describe(l, &s), should);
    w5_ledger_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_sources_does_not_matter),
        cmocka_unit_test(chunks_merged_are_the_whole),
        cmocka_unit_test(moving_to_a_fresh_string_table_changes_nothing),
        cmocka_unit_test(what_was_used_lately_changes_nothing),
        cmocka_unit_test(a_reset_ledger_is_a_new_one),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
