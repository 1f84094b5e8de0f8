/* test_clues.c -- tests clues.c ignore.c */
#include "scene.h"

static const char own[] =
    "-- cause shop-night-job\n"
    "title:    The night job locks the shop\n"
    "explains: HU-EOF HN-110\n"
    "evidence: +5 slow-query fingerprint=lock* within 60s before join overlap\n"
    "evidence: +2 worker-boot within 2s after\n"
    "against:  -5 oom-kill within 5s around\n"
    "first:    shorten-transaction\n"
    "source:   https://example.com/runbook\n"
    "\n"
    "Prose.\n"
    "\n"
    "-- cause shop-driver\n"
    "title:    The shop waits for its driver\n"
    "explains: HU-EOF\n"
    "evidence: +5 request-error exception=SystemExit* library=MySQLdb within 3s around\n"
    "first:    shorten-transaction\n"
    "source:   https://example.com/runbook\n"
    "\n"
    "Prose.\n"
    "\n"
    "-- ignore known-probe\n"
    "class:    connection-refused\n"
    "upstream: 127.0.0.1:9*\n"
    "reason:   the probe of a service that is off at night\n";

static int begin(void **state)
{
    scene *s = scene_new();
    w5_err err;
    w5_catalogue_free(s->catalogue);
    s->catalogue = w5_catalogue_new(s->arena);
    if (w5_catalogue_load_builtin(s->catalogue, &err) != W5_OK ||
        w5_catalogue_load(s->catalogue, W5_STR("own.w5"), w5_str_of(own), &err) != W5_OK ||
        w5_catalogue_seal(s->catalogue, &err) != W5_OK)
        fail_msg("%s", err.text);
    w5_ledger_free(s->ledger);
    s->ledger = w5_ledger_new(s->catalogue);
    *state = s;
    return 0;
}

static int end(void **state)
{
    scene_free(*state);
    return 0;
}

#define CLOSED                                                                                     \
    "error 40 premature-close/HU-EOF " APP "|method=GET|path=/report",                             \
        "access 40 access status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|method=GET|" \
        "path=/report|request_time=30.1"
#define LOCKED                                                                                     \
    "slow 39 slow-query "                                                                          \
    "query_start=1795176005|query_end=1795176039.5|query_time=34.5|rows_examined=0|"               \
    "fingerprint=lock tables shop write"

static void a_cause_of_ones_own_is_found_by_its_clues(void **state)
{
    static const char *const story[] = {CLOSED, LOCKED, NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "shop-night-job", "proven");
    assert_first(d, "shorten-transaction");
    assert_string_equal(scene_text(&d->cause.summary), "The night job locks the shop");
}

/* An aborted request's stack tells whom it waited for, beside its innermost frame. */
static void a_library_is_a_clue(void **state)
{
    static const char *const story[] = {
        CLOSED,
        "gunicorn 40 request-error pid=11|path=/report|exception=SystemExit: 1|reason=abort|"
        "frame=/srv/shop/app/pages.py:8 in report|library=MySQLdb",
        NULL};
    assert_cause(scene_only(*state, story), "shop-driver", "likely");
}

static void another_library_is_none(void **state)
{
    static const char *const story[] = {
        CLOSED,
        "gunicorn 40 request-error pid=11|path=/report|exception=SystemExit: 1|reason=abort|"
        "frame=/srv/shop/app/pages.py:8 in report|library=urllib3",
        NULL};
    assert_not_cause(scene_only(*state, story), "shop-driver");
}

static void without_its_clue_it_is_not(void **state)
{
    static const char *const story[] = {CLOSED, NULL};
    assert_not_cause(scene_only(*state, story), "shop-night-job");
}

static void a_field_that_differs_is_no_clue(void **state)
{
    static const char *const story[] = {
        CLOSED,
        "slow 39 slow-query "
        "query_start=1795176005|query_end=1795176009|query_time=4|rows_examined=0|"
        "fingerprint=select",
        NULL};
    assert_not_cause(scene_only(*state, story), "shop-night-job");
}

static void a_clue_against_it_lowers_it(void **state)
{
    static const char *const story[] = {CLOSED, LOCKED, "kernel 41 oom-kill subject=1|comm=backup",
                                        NULL};
    assert_true(scene_only(*state, story)->cause.confidence < W5_PROVEN);
}

static void what_is_muted_is_counted_and_not_told(void **state)
{
    static const char *const story[] = {
        "error 10x5@1 connection-refused/CK-111 upstream=127.0.0.1:9200|path=/a|method=GET",
        "error 10x2@1 header-too-big/HU-BIG " APP "|path=/b|method=GET", NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 1);
    assert_int_equal(s->findings->ignored, 5);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_cause_of_ones_own_is_found_by_its_clues),
        T(without_its_clue_it_is_not),
        T(a_field_that_differs_is_no_clue),
        T(a_clue_against_it_lowers_it),
        T(what_is_muted_is_counted_and_not_told),
        T(a_library_is_a_clue),
        T(another_library_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
