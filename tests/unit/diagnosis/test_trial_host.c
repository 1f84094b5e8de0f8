#include "scene.h"

static int begin(void **state)
{
    *state = scene_new();
    return 0;
}

static int end(void **state)
{
    scene_free(*state);
    return 0;
}

static void a_full_disk_opens_an_incident_by_itself(void **state)
{
    static const char *const story[] = {"error 30x3@1 disk-full " APP
                                        "|method=GET|path=/catalogue|errno=28",
                                        "error 60 - text=later", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "disk-full", "proven");
    assert_first(d, "free-disk");
}

static void a_database_that_waits_for_disk_space_is_a_full_disk(void **state)
{
    static const char *const story[] = {
        "mysql 20 db-disk-full reason=errno 28",
        "error 22x5@1 read-timeout/HN-110 " APP "|method=POST|path=/order", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "disk-full", "likely");
}

#define CREW                                                                                       \
    "gunicorn 0 master-start pid=10|version=20.1.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11", "gunicorn 0 worker-boot pid=12|subject=12"
#define ALL_TIME_OUT                                                                               \
    "gunicorn 40 worker-timeout pid=10|subject=11",                                                \
        "gunicorn 40 worker-timeout pid=10|subject=12",                                            \
        "gunicorn 40 worker-exit pid=11|subject=11", "gunicorn 40 worker-exit pid=12|subject=12",  \
        "error 40x2@0 premature-close/HU-EOF " APP "|method=GET|path=/items"

static void a_clock_that_jumps_kills_all_workers_at_once(void **state)
{
    static const char *const story[] = {CREW, "systemd 39 clock-change text=Time jumped",
                                        ALL_TIME_OUT, NULL};
    assert_cause(scene_only(*state, story), "clock-step", "proven");
}

static void without_a_jump_it_is_the_time_out(void **state)
{
    static const char *const story[] = {CREW, ALL_TIME_OUT, NULL};
    assert_cause(scene_only(*state, story), "gunicorn-worker-timeout", "proven");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_full_disk_opens_an_incident_by_itself),
        T(a_database_that_waits_for_disk_space_is_a_full_disk),
        T(a_clock_that_jumps_kills_all_workers_at_once),
        T(without_a_jump_it_is_the_time_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
