#include "loading.h"

static loaded load_builtin(void)
{
    loaded l = {.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    l.rc = w5_catalogue_load_builtin(l.catalogue, &l.err);
    if (l.rc == W5_OK)
        l.rc = w5_catalogue_seal(l.catalogue, &l.err);
    if (l.rc != W5_OK)
        fail_msg("%s", l.err.text);
    return l;
}

static void the_built_in_catalogue_is_sound(void **state)
{
    (void)state;
    loaded l = load_builtin();
    const w5_class *const *classes;
    const w5_cause *const *causes;
    const w5_remedy *const *remedies;
    assert_true(w5_catalogue_classes(l.catalogue, &classes) >= 84);
    assert_true(w5_catalogue_causes(l.catalogue, &causes) >= 46);
    assert_true(w5_catalogue_remedies(l.catalogue, &remedies) >= 37);
    unload(&l);
}

static void what_a_user_touched_is_not_built_in_any_more(void **state)
{
    (void)state;
    loaded l = load_builtin();
    const w5_stanza *s =
        w5_catalogue_stanza(l.catalogue, W5_STR("remedy"), W5_STR("nginx-buffers"));
    assert_true(w5_catalogue_is_builtin(l.catalogue, s));
    unload(&l);
    l = (loaded){.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    w5_catalogue_load_builtin(l.catalogue, &l.err);
    w5_catalogue_load(l.catalogue, W5_STR("mine.w5"),
                      W5_STR("-- remedy nginx-buffers\nextend: yes\nsee: check-logs\n"), &l.err);
    assert_int_equal(w5_catalogue_seal(l.catalogue, &l.err), W5_OK);
    s = w5_catalogue_stanza(l.catalogue, W5_STR("remedy"), W5_STR("nginx-buffers"));
    assert_false(w5_catalogue_is_builtin(l.catalogue, s));
    unload(&l);
}

/* Trouble opens incidents by itself: the application's and the database's, and nginx's own. */
static void only_trouble_opens_incidents(void **state)
{
    (void)state;
    static const char *const trouble[] = {
        "nginx-fd-limit", "nginx-connections", "nginx-no-memory", "nginx-worker-exit",
        "worker-timeout", "worker-killed",     "boot-failure",    "unit-failed",
        "disk-full",      "db-crash",
    };
    loaded l = load_builtin();
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(l.catalogue, &all), found = 0;
    for (size_t i = 0; i < n; i++)
        found += all[i]->trouble;
    for (size_t i = 0; i < COUNT(trouble); i++)
        assert_true(w5_catalogue_class(l.catalogue, w5_str_of(trouble[i]))->trouble);
    assert_int_equal(found, COUNT(trouble));
    unload(&l);
}

static void every_page_has_prose_neighbours_a_command_and_a_source(void **state)
{
    (void)state;
    loaded l = load_builtin();
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(l.catalogue, &all);
    for (size_t i = 0; i < n; i++) {
        const w5_class *k = all[i];
        if (k->stanza->prose.len < 100 || k->see.n < 2 ||
            w5_stanza_get(k->stanza, "command").len == 0 ||
            w5_stanza_get(k->stanza, "source").len == 0)
            fail_msg("the page of '%.*s' is poor", W5_ARG(k->id));
        assert_true((k->family == W5_UPSTREAM) == (k->codes.n > 0));
    }
    unload(&l);
}

/* The two documents' ranks and grades are theirs: nothing else may have one. */
static void the_documents_ranks_stand(void **state)
{
    (void)state;
    static const struct {
        w5_str id, rank, grade;
    } rows[] = {
        {W5_LIT("check-logs"),       W5_LIT("0"),  W5_LIT("")            },
        {W5_LIT("nginx-timeouts"),   W5_LIT("1"),  W5_LIT("最優先")   },
        {W5_LIT("nginx-buffers"),    W5_LIT("1b"), W5_LIT("")            },
        {W5_LIT("gunicorn-timeout"), W5_LIT("2"),  W5_LIT("優先")      },
        {W5_LIT("gunicorn-workers"), W5_LIT("3"),  W5_LIT("優先")      },
        {W5_LIT("gunicorn-gevent"),  W5_LIT("4"),  W5_LIT("次善策")   },
        {W5_LIT("db-optimize"),      W5_LIT("5"),  W5_LIT("次善策")   },
        {W5_LIT("lb-idle-timeout"),  W5_LIT("6"),  W5_LIT("環境調整")},
        {W5_LIT("instance-upgrade"), W5_LIT("7"),  W5_LIT("環境調整")},
        {W5_LIT("lighten-page"),     W5_LIT("B2"), W5_LIT("")            },
    };
    loaded l = load_builtin();
    const w5_remedy *const *all;
    size_t n = w5_catalogue_remedies(l.catalogue, &all), ranked = 0;
    for (size_t i = 0; i < n; i++)
        ranked += all[i]->rank.len > 0;
    assert_int_equal(ranked, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const w5_remedy *r = w5_catalogue_remedy(l.catalogue, rows[i].id);
        assert_str(r->rank, rows[i].rank);
        assert_str(r->grade, rows[i].grade);
    }
    unload(&l);
}

static void whatever_a_user_disables_the_rest_stands(void **state)
{
    (void)state;
    static const char *const kinds[] = {"class", "cause", "remedy", "pattern"};
    loaded whole = load_builtin();
    const w5_stanza *const *all;
    size_t n = w5_catalogue_stanzas(whole.catalogue, &all);
    for (size_t i = 0; i < n; i += 7) {
        loaded l = {.arena = w5_arena_new()};
        w5_str text = w5_arena_fmt(l.arena, "-- %.*s %.*s\ndisable: yes\n", W5_ARG(all[i]->kind),
                                   W5_ARG(all[i]->id));
        l.catalogue = w5_catalogue_new(l.arena);
        assert_int_equal(w5_catalogue_load_builtin(l.catalogue, &l.err), W5_OK);
        assert_int_equal(w5_catalogue_load(l.catalogue, W5_STR("mine.w5"), text, &l.err), W5_OK);
        if (w5_catalogue_seal(l.catalogue, &l.err) != W5_OK)
            fail_msg("%s", l.err.text);
        for (size_t k = 0; k < COUNT(kinds); k++)
            if (w5_str_eq(all[i]->kind, w5_str_of(kinds[k])))
                assert_null(w5_catalogue_stanza(l.catalogue, all[i]->kind, all[i]->id));
        unload(&l);
    }
    unload(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_catalogue_is_sound),
        cmocka_unit_test(what_a_user_touched_is_not_built_in_any_more),
        cmocka_unit_test(only_trouble_opens_incidents),
        cmocka_unit_test(every_page_has_prose_neighbours_a_command_and_a_source),
        cmocka_unit_test(the_documents_ranks_stand),
        cmocka_unit_test(whatever_a_user_disables_the_rest_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
