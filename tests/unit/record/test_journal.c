#include "classified.h"

#include "record/journal.h"

static void the_first_of_two_equal_fields_counts(void **state)
{
    (void)state;
    w5_journal j = {0};
    *w5_journal_field(&j, W5_STR("MESSAGE")) = W5_STR("");
    assert_null(w5_journal_field(&j, W5_STR("MESSAGE")));
    assert_null(w5_journal_field(&j, W5_STR("_CMDLINE")));
    assert_non_null(w5_journal_field(&j, W5_STR("_PID")));
}

static void an_impossible_time_is_none(void **state)
{
    (void)state;
    w5_wrapped w = {.at = W5_TIME_NONE, .count = 1};
    w5_journal j = {.message = W5_STR("m"), .realtime = W5_STR("99999999999999999999")};
    assert_true(w5_journal_tell(&j, &w));
    assert_int_equal(w.at, W5_TIME_NONE);
    assert_false(w5_journal_tell(&(w5_journal){0}, &w));
}

static void a_growing_text_stops_at_its_bound(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_growing g = {0};
    char *block = w5_arena_alloc(arena, 1 << 20);
    for (int i = 0; i < 6; i++)
        w5_growing_put(&g, arena, (w5_str){block, 1 << 20});
    assert_int_equal(g.len, 4 << 20);
    w5_arena_free(arena);
}

/* fixtures/formats/journal holds one story in every mode of journalctl. */
#define FROM_GUNICORN                                                                              \
    "worker-timeout subject=1300|pid=1201|level=crit|at=2026-03-15T09:47:10Z\n"                    \
    "request-error subject=1300|reason=abort|path=/report/\303\251|frame=/srv/app/views.py:42 in " \
    "report|at=2026-03-15T09:47:10Z\n"                                                             \
    "worker-exit subject=1300\n"                                                                   \
    "worker-boot subject=1305\n"
#define THE_KILL                                                                                   \
    "oom-kill subject=1305|comm=gunicorn|rss=801220kB|memcg=/system.slice/gunicorn.service\n"      \
    "unit-oom unit=gunicorn.service\n"                                                             \
    "worker-killed subject=1305|signal=9|at=2026-03-15T09:47:15Z\n"                                \
    "master-term pid=1201\n"                                                                       \
    "master-stop pid=1201\n"                                                                       \
    "unit-failed unit=gunicorn.service|signal=9\n"                                                 \
    "unit-failed unit=gunicorn.service|reason=oom-kill\n"
#define THE_BOOT "host-boot version=6.1.0-18-amd64\nunit-start unit=gunicorn.service"

static void every_mode_tells_the_same_events(void **state)
{
    static const struct {
        const char *mode, *end; /* `end`: of the last event, in its mode's precision */
    } modes[] = {
        {"short",                       "|at=2026-03-15T09:48:10Z?"                 },
        {"short-no-hostname",           "|at=2026-03-15T09:48:10Z?|host="           },
        {"short-catalog",               "|host=web-1"                               },
        {"short-precise",               "|at=2026-03-15T09:48:10.800000Z?"          },
        {"short-iso",                   "|at=2026-03-15T09:48:10Z"                  },
        {"short-iso-no-hostname",       "|at=2026-03-15T09:48:10Z"                  },
        {"short-iso-precise",           "|at=2026-03-15T09:48:10.800000Z"           },
        {"short-full",                  "|at=2026-03-15T09:48:10Z"                  },
        {"short-full-no-hostname",      "|at=2026-03-15T09:48:10Z"                  },
        {"short-full-berlin",           "|at=2026-03-15T09:48:10Z"                  },
        {"with-unit",                   "|at=2026-03-15T09:48:10Z"                  },
        {"with-unit-no-hostname",       "|at=2026-03-15T09:48:10Z"                  },
        {"short-unix",                  "|at=2026-03-15T09:48:10.800000Z"           },
        {"short-monotonic",             "|at=none"                                  },
        {"short-monotonic-no-hostname", "|at=none"                                  },
        {"short-delta",                 "|at=none"                                  },
        {"export",                      "|at=2026-03-15T09:48:10.800000Z|host=web-1"},
        {"json",                        "|at=2026-03-15T09:48:10.800000Z|host=web-1"},
        {"json-pretty",                 "|at=2026-03-15T09:48:10.800000Z"           },
        {"json-sse",                    "|at=2026-03-15T09:48:10.800000Z"           },
        {"json-seq",                    "|at=2026-03-15T09:48:10.800000Z"           },
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(modes); i++) {
        w5_str path = w5_arena_fmt(arena, "fixtures/formats/journal/%s.log", modes[i].mode);
        w5_str expected = w5_arena_fmt(arena, FROM_GUNICORN THE_KILL THE_BOOT "%s\n", modes[i].end);
        w5_str text = read_log(path.ptr);
        tells_all(state, text, expected.ptr, false, 0);
        free((void *)(uintptr_t)text.ptr);
    }
    w5_arena_free(arena);
}

/* The mark of the boot stands before a line that does not tell yet whose it is. */
static void verbose_tells_a_boot_once(void **state)
{
    w5_str text = read_log("fixtures/formats/journal/verbose.log");
    tells_all(state, text,
              FROM_GUNICORN THE_KILL
              "host-boot ident=journalctl|at=2026-03-15T09:48:10.000000Z\n"
              "unit-start unit=gunicorn.service|at=2026-03-15T09:48:10.800000Z|host=web-1\n",
              false, 0);
    free((void *)(uintptr_t)text.ptr);
}

static void reversed_or_empty_journals(void **state)
{
    file_holds(
        state, "fixtures/formats/journal/short-reverse.log",
        "worker-timeout 1, request-error 1, worker-exit 1, worker-boot 1, oom-kill 1, unit-oom 1, "
        "worker-killed 1, master-term 1, master-stop 1, unit-failed 2, host-boot 2, unit-start 1");
    file_holds(state, "fixtures/formats/journal/short-none.log", "");
}

/* Without prefixes only gunicorn's lines have a time and an author; its prints are nobody's. */
static void cat_tells_what_stands_in_the_messages(void **state)
{
    w5_str text = read_log("fixtures/formats/journal/cat.log");
    tells_all(state, text,
              FROM_GUNICORN
              "oom-kill subject=1305|at=none\n"
              "unit-oom unit=gunicorn.service|at=none\n"
              "worker-killed subject=1305|signal=9|at=2026-03-15T09:47:15Z\n"
              "master-term pid=1201\nmaster-stop pid=1201\n"
              "unit-failed signal=9|at=none\nunit-failed reason=oom-kill\nhost-boot at=none\n",
              false, 12);
    free((void *)(uintptr_t)text.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_two_equal_fields_counts),
        cmocka_unit_test(an_impossible_time_is_none),
        cmocka_unit_test(a_growing_text_stops_at_its_bound),
        cmocka_unit_test(every_mode_tells_the_same_events),
        cmocka_unit_test(verbose_tells_a_boot_once),
        cmocka_unit_test(reversed_or_empty_journals),
        cmocka_unit_test(cat_tells_what_stands_in_the_messages),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
