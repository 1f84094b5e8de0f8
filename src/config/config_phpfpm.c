/* config_phpfpm.c -- php-fpm.conf and its pools.
 *
 * The scope of a setting is its pool; "global" is fpm's own. "$pool" in a value stands for the
 * pool's name (fpm_conf.c). */
#include "ini.h"
#include "reading.h"

static w5_str with_pool(w5_config *c, w5_str value, w5_str pool)
{
    enum {
        LONGEST = 4096 /* PATH_MAX: what holds "$pool" is a path */
    };
    w5_str head;
    w5_str tail;
    for (int i = 0; i < 8 && value.len + pool.len < LONGEST && w5_str_cut_at(value, W5_STR("$pool"), &head, &tail); i++)
        value = w5_arena_fmt(c->arena, "%.*s%.*s%.*s", W5_ARG(head), W5_ARG(pool), W5_ARG(tail));
    return value;
}

static void include(w5_config *c, w5_str pattern, w5_place at)
{
    const w5_str *path;
    size_t n = w5_glob(c, w5_below(c->arena, w5_folder_of(at.file), pattern), &path);
    for (size_t i = 0; i < n; i++)
        w5_read_included(c, path[i], w5_read_phpfpm, at);
}

static void shadow(w5_config *c, size_t added)
{
    const w5_setting *now = &c->setting[added];
    size_t *last = w5_latest_of(c, "php-fpm", now->scope, now->name);
    if (*last > 0)
        c->setting[*last - 1].in_force = false;
    *last = added + 1;
}

void w5_read_phpfpm(w5_config *c, w5_str file, w5_str text)
{
    w5_ini ini = {.text = text};
    w5_str key;
    w5_str value;
    w5_know(c, "php-fpm", file);
    while (w5_ini_next(&ini, &key, &value)) {
        w5_place at = {file, ini.line, ini.group.len > 0 ? ini.group : W5_STR("global")};
        value = value.ptr ? w5_unquoted(w5_before_comment(value, ';')) : value;
        if (w5_str_eq(key, W5_STR("include")))
            include(c, value, at);
        else if (value.ptr)
            shadow(c, w5_set(c, "php-fpm", key, with_pool(c, value, at.scope), at));
        else
            w5_trouble(c, file, ini.line, "'%.*s' has no value", W5_ARG(key));
    }
    w5_ini_done(&ini, c, file);
}
