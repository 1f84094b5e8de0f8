/* config_uwsgi.c -- the [uwsgi] group of uWSGI's ini files.
 *
 * Names may be written with '-' or '_'; they are kept with '-', as uWSGI's own table has them
 * (core/uwsgi.c). Placeholders such as %n are left as they stand. */
#include "ini.h"
#include "reading.h"

static w5_str dashed(w5_config *c, w5_str key)
{
    char *text = w5_arena_alloc(c->arena, key.len + 1);
    for (size_t i = 0; i < key.len; i++)
        text[i] = key.ptr[i] == '_' ? '-' : key.ptr[i];
    return (w5_str){text, key.len};
}

void w5_read_uwsgi(w5_config *c, w5_str file, w5_str text)
{
    w5_ini ini = {.text = text};
    w5_str key;
    w5_str value;
    w5_know(c, "uwsgi", file);
    while (w5_ini_next(&ini, &key, &value)) {
        w5_place at = {file, ini.line, w5_name_of(file)};
        if (!w5_str_eq(ini.group, W5_STR("uwsgi")))
            continue;
        w5_set(c, "uwsgi", dashed(c, key), value.ptr ? w5_unquoted(value) : W5_STR("true"), at);
    }
    w5_ini_done(&ini, c, file);
}
