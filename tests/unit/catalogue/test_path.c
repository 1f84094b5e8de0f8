#include "loading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static char *make_folder(void **state)
{
    char *folder = *state;
    strcpy(folder, "/tmp/w5-path-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static int setup(void **state)
{
    *state = malloc(100);
    make_folder(state);
    return 0;
}

static int teardown(void **state)
{
    char command[200];
    snprintf(command, sizeof(command), "rm -r %s", (char *)*state);
    int rc = system(command);
    free(*state);
    return rc;
}

#define A_CLASS(title) "-- class c\ntitle: " title "\nfamily: life\n"

static void a_folder_is_read_in_the_order_of_names(void **state)
{
    const char *folder = *state;
    loaded l = {.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    write_file(folder, "20-b.w5", "-- pattern b\nstarts: x\n");
    write_file(folder, "10-a.w5", "-- pattern a\nstarts: x\n");
    write_file(folder, "30-c.w5.bak", "no stanza at all\n");
    write_file(folder, ".hidden.w5", "no stanza at all\n");
    assert_int_equal(w5_catalogue_load_path(l.catalogue, folder, &l.err), W5_OK);
    assert_int_equal(w5_catalogue_seal(l.catalogue, &l.err), W5_OK);
    const w5_pattern *const *all;
    assert_int_equal(w5_catalogue_patterns(l.catalogue, &all), 2);
    assert_str(all[0]->id, W5_STR("a"));
    unload(&l);
}

static void a_folder_is_one_layer_and_each_path_another(void **state)
{
    const char *folder = *state;
    char file[200];
    loaded l = {.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    write_file(folder, "a.w5", A_CLASS("one"));
    snprintf(file, sizeof(file), "%s/a.w5", folder);
    assert_int_equal(w5_catalogue_load_path(l.catalogue, folder, &l.err), W5_OK);
    assert_int_equal(w5_catalogue_load_path(l.catalogue, file, &l.err), W5_OK);
    write_file(folder, "b.w5", A_CLASS("two"));
    assert_int_equal(w5_catalogue_load_path(l.catalogue, folder, &l.err), W5_ESYNTAX);
    assert_non_null(strstr(l.err.text, "/b.w5:1: class 'c' stands twice, first at "));
    unload(&l);
}

static void what_cannot_be_read_is_told(void **state)
{
    const char *folder = *state;
    char path[200];
    loaded l = {.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    snprintf(path, sizeof(path), "%s/none.w5", folder);
    assert_int_equal(w5_catalogue_load_path(l.catalogue, path, &l.err), W5_EIO);
    assert_int_equal(l.err.sys, ENOENT);
    snprintf(path, sizeof(path), "%s/folder.w5", folder);
    mkdir(path, 0700);
    assert_int_equal(w5_catalogue_load_path(l.catalogue, folder, &l.err), W5_EIO);
    unload(&l);
}

static void a_file_without_end_is_refused(void **state)
{
    (void)state;
    loaded l = {.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    assert_int_equal(w5_catalogue_load_path(l.catalogue, "/dev/zero", &l.err), W5_ESYNTAX);
    assert_string_equal(l.err.text, "/dev/zero:1: longer than 4194304 bytes");
    unload(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_folder_is_read_in_the_order_of_names, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_is_one_layer_and_each_path_another, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_told, setup, teardown),
        cmocka_unit_test(a_file_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
