/* test_engine.c -- the whole river on a few lines in memory. */
#include "check.h"

#include <why502/engine.h>

#define LINE(second, number)                                                                       \
    "2026/11/20 10:00:" second " [error] 7#7: *" number " connect() failed (111: Connection refused) " \
    "while connecting to upstream, client: 203.0.113.9, server: shop.example, request: \"GET /pay "   \
    "HTTP/1.1\", upstream: \"http://127.0.0.1:8000/pay\", host: \"shop.example\"\n"

typedef struct scene {
    w5_arena *arena;
    w5_catalogue *catalogue;
    w5_engine *engine;
} scene;

static scene begin(w5_engine_options options)
{
    scene s = {.arena = w5_arena_new()};
    s.catalogue = w5_catalogue_new(s.arena);
    assert_int_equal(w5_catalogue_load_builtin(s.catalogue, NULL), W5_OK);
    assert_int_equal(w5_catalogue_seal(s.catalogue, NULL), W5_OK);
    s.engine = w5_engine_new(s.catalogue, NULL, &options);
    return s;
}

static void end(scene *s)
{
    w5_engine_free(s->engine);
    w5_catalogue_free(s->catalogue);
    w5_arena_free(s->arena);
}

static void lines_become_an_incident(void **state)
{
    (void)state;
    scene s = begin((w5_engine_options){.host = W5_STR("web-1")});
    w5_engine_feed(s.engine, W5_STR("error.log"), W5_STR(""),
                   W5_STR(LINE("01", "1") LINE("01", "2") LINE("04", "3")));
    const w5_run *run = w5_engine_run(s.engine);
    assert_int_equal(run->lines, 3);
    assert_int_equal(run->totals.upstream_errors, 3);
    assert_int_equal(run->findings->n, 1);
    assert_int_equal(run->findings->at[0]->incident->requests_failed, 3);
    assert_str(run->findings->at[0]->incident->upstream, W5_STR("127.0.0.1:8000"));
    end(&s);
}

static void asking_twice_gives_the_same_answer(void **state)
{
    (void)state;
    scene s = begin((w5_engine_options){.host = W5_STR("web-1")});
    w5_engine_feed(s.engine, W5_STR("error.log"), W5_STR(""), W5_STR(LINE("01", "1")));
    char id[17];
    memcpy(id, w5_engine_run(s.engine)->findings->at[0]->incident->id, sizeof(id));
    assert_string_equal(w5_engine_run(s.engine)->findings->at[0]->incident->id, id);
    w5_engine_feed(s.engine, W5_STR("more.log"), W5_STR(""), W5_STR(LINE("20", "9")));
    const w5_run *run = w5_engine_run(s.engine);
    assert_string_equal(run->findings->at[0]->incident->id, id);
    assert_int_equal(run->findings->at[0]->incident->errors, 2);
    end(&s);
}

static void a_file_that_is_not_there_is_told_and_stops_nothing(void **state)
{
    (void)state;
    scene s = begin((w5_engine_options){.host = W5_STR("web-1")});
    w5_err err = {0};
    assert_true(w5_engine_add(s.engine, "/nowhere/at/all.log", &err) >= 0);
    assert_int_equal(w5_engine_read(s.engine, &err), W5_OK);
    const w5_run *run = w5_engine_run(s.engine);
    assert_int_equal(run->troubles, 1);
    assert_int_equal(run->findings->n, 0);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_an_incident),
        cmocka_unit_test(asking_twice_gives_the_same_answer),
        cmocka_unit_test(a_file_that_is_not_there_is_told_and_stops_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
