#include "loading.h"

static w5_str title_of(const loaded *l, w5_str id)
{
    const w5_class *k = w5_catalogue_class(l->catalogue, id);
    return k == NULL ? W5_STR("(none)") : k->title;
}

static void a_later_layer_replaces_in_place(void **state)
{
    (void)state;
    const char *texts[] = {CLASSES, "-- class abort\ntitle: mine\nfamily: look-alike\n"};
    loaded l = load_texts(texts, 2);
    const w5_class *const *all;
    assert_int_equal(l.rc, W5_OK);
    assert_int_equal(w5_catalogue_classes(l.catalogue, &all), 4);
    assert_str(title_of(&l, W5_STR("abort")), W5_STR("mine"));
    assert_str(all[1]->id, W5_STR("abort"));
    assert_int_equal(all[1]->index, 2);
    unload(&l);
}

static void a_later_layer_disables(void **state)
{
    (void)state;
    const char *texts[] = {CLASSES, "-- class abort\ndisable: yes\n"};
    loaded l = load_texts(texts, 2);
    const w5_class *const *all;
    assert_int_equal(l.rc, W5_OK);
    assert_null(w5_catalogue_class(l.catalogue, W5_STR("abort")));
    assert_null(w5_catalogue_stanza(l.catalogue, W5_STR("class"), W5_STR("abort")));
    assert_int_equal(w5_catalogue_classes(l.catalogue, &all), 3);
    assert_int_equal(all[1]->index, 2);
    unload(&l);
}

static void what_was_disabled_can_be_written_anew(void **state)
{
    (void)state;
    const char *texts[] = {CLASSES, "-- class abort\ndisable: yes\n",
                           "-- class abort\ntitle: again\nfamily: life\n"};
    loaded l = load_texts(texts, 3);
    assert_int_equal(l.rc, W5_OK);
    assert_str(title_of(&l, W5_STR("abort")), W5_STR("again"));
    unload(&l);
}

static void a_later_layer_extends(void **state)
{
    (void)state;
    const char *texts[] = {
        CLASSES "-- cause x\ntitle: old\nexplains: refused\nthen: raise\n\nFirst.\n",
        "-- cause x\nextend: yes\ntitle: new\nthen: lower\nevidence: +1 oom\n\nSecond.\n"};
    loaded l = load_texts(texts, 2);
    assert_int_equal(l.rc, W5_OK);
    const w5_cause *cause = w5_catalogue_cause(l.catalogue, W5_STR("x"));
    assert_str(cause->title, W5_STR("new"));
    assert_int_equal(cause->then.n, 2);
    assert_str(cause->then.at[1], W5_STR("lower"));
    assert_int_equal(cause->clues, 1);
    assert_str(cause->stanza->prose, W5_STR("First.\n\nSecond."));
    unload(&l);
}

static void layers_make_mistakes(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {"-- class n\ntitle: t\nfamily: life\n-- class n\ntitle: t\nfamily: life\n",
         "b.w5:4: class 'n' stands twice, first at b.w5:1"                                                                                 },
        {"-- class abrot\ndisable: yes\n",                                           "b.w5:1: unknown class 'abrot'; did you mean 'abort'?"},
        {"-- class abort\ndisable: yes\ntitle: t\n",
         "b.w5:1: class 'abort' is disabled: nothing else may stand in it"                                                                 },
        {"-- class nowhere-near\nextend: yes\ntitle: t\n",                           "b.w5:1: unknown class 'nowhere-near'"                },
    };
    expect_complaints(rows, COUNT(rows));
}

static void the_nearest_id_is_found_among_all_kinds(void **state)
{
    (void)state;
    const char *texts[] = {CLASSES};
    loaded l = load_texts(texts, 1);
    assert_str(w5_catalogue_nearest(l.catalogue, W5_STR("timeuot")), W5_STR("timeout"));
    assert_str(w5_catalogue_nearest(l.catalogue, W5_STR("raies")), W5_STR("raise"));
    assert_str(w5_catalogue_nearest(l.catalogue, W5_STR("xyzzyxyzzy")), W5_STR(""));
    unload(&l);
}

static void the_text_may_go_after_loading(void **state)
{
    (void)state;
    char text[] = "-- class c\ntitle: kept\nfamily: life\n";
    loaded l = {.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    assert_int_equal(w5_catalogue_load(l.catalogue, W5_STR("x"), w5_str_of(text), &l.err), W5_OK);
    memset(text, '#', sizeof(text) - 1);
    assert_int_equal(w5_catalogue_seal(l.catalogue, &l.err), W5_OK);
    assert_str(title_of(&l, W5_STR("c")), W5_STR("kept"));
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_layer_replaces_in_place),
        cmocka_unit_test(a_later_layer_disables),
        cmocka_unit_test(what_was_disabled_can_be_written_anew),
        cmocka_unit_test(a_later_layer_extends),
        cmocka_unit_test(layers_make_mistakes),
        cmocka_unit_test(the_nearest_id_is_found_among_all_kinds),
        cmocka_unit_test(the_text_may_go_after_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
