/* config_mysql.c -- my.cnf of MySQL and MariaDB, and mysqld-auto.cnf.
 *
 * The grammar is my_default.cc's: '-' and '_' are one, names may carry a prefix, '#' begins a
 * comment also behind a value, the last one wins. mysqld-auto.cnf (SET PERSIST) is read by the
 * server after all others and so wins whatever the order here. */
#include <why502/base/json.h>

#include "ini.h"
#include "reading.h"

enum {
    FROM_FILE,
    PERSISTED
};

/* --- names ---------------------------------------------------------------------------------- */
/* MariaDB 10.11 knows these under a second name (facts: its --help --verbose). */
static const struct {
    w5_str alias, name;
} aliases[] = {
    {W5_LIT("log_slow_query"),      W5_LIT("slow_query_log")     },
    {W5_LIT("log_slow_query_time"), W5_LIT("long_query_time")    },
    {W5_LIT("log_slow_query_file"), W5_LIT("slow_query_log_file")},
    {W5_LIT("log_slow_queries"),    W5_LIT("slow_query_log")     },
};

/* Variables whose own name begins like a prefix. */
static const w5_str whole_names[] = {
    W5_LIT("skip_name_resolve"),  W5_LIT("skip_networking"),    W5_LIT("skip_external_locking"),
    W5_LIT("skip_grant_tables"),  W5_LIT("skip_show_database"), W5_LIT("skip_slave_start"),
    W5_LIT("skip_replica_start"), W5_LIT("skip_log_bin"),
};

static w5_str underscored(w5_config *c, w5_str key)
{
    char *text = w5_arena_alloc(c->arena, key.len + 1);
    for (size_t i = 0; i < key.len; i++)
        text[i] = key.ptr[i] == '-' ? '_' : key.ptr[i];
    return (w5_str){text, key.len};
}

static bool is_whole(w5_str name)
{
    for (size_t i = 0; i < sizeof whole_names / sizeof *whole_names; i++)
        if (w5_str_eq(name, whole_names[i]))
            return true;
    return false;
}

/* Takes prefixes off the name; they may give it a value. */
static w5_str plain_name(w5_str name, w5_str *value)
{
    w5_str_take(&name, W5_STR("loose_"));
    if (is_whole(name))
        return name;
    if (w5_str_take(&name, W5_STR("skip_")) || w5_str_take(&name, W5_STR("disable_")))
        *value = W5_STR("OFF");
    else if (w5_str_take(&name, W5_STR("enable_")))
        *value = W5_STR("ON");
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (w5_str_eq(name, aliases[i].alias))
            return aliases[i].name;
    return name;
}

/* --- values --------------------------------------------------------------------------------- */
static w5_str unescaped(w5_config *c, w5_str value)
{
    static const char from[] = "ntbrs\\";
    static const char to[] = "\n\t\b\r \\";
    size_t at;
    size_t n = 0;
    if (!w5_str_find_char(value, '\\', &at))
        return value;
    char *text = w5_arena_alloc(c->arena, value.len + 1);
    for (size_t i = 0; i < value.len; i++) {
        const char *p = value.ptr[i] == '\\' && i + 1 < value.len && value.ptr[i + 1] != '\0'
                            ? strchr(from, value.ptr[i + 1])
                            : NULL;
        text[n++] = p ? to[p - from] : value.ptr[i];
        i += p != NULL;
    }
    return (w5_str){text, n};
}

/* --- groups --------------------------------------------------------------------------------- */
/* The groups that the server itself reads, with or without a version behind them. */
static bool is_servers(w5_str group)
{
    static const w5_str groups[] = {
        W5_LIT("mysqld"),   W5_LIT("server"),        W5_LIT("mariadb"),
        W5_LIT("mariadbd"), W5_LIT("client-server"), W5_LIT("galera"),
    };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        w5_str rest = group;
        if (w5_str_take(&rest, groups[i]) &&
            (rest.len == 0 ||
             (rest.len > 1 && rest.ptr[0] == '-' && rest.ptr[1] >= '0' && rest.ptr[1] <= '9')))
            return true;
    }
    return false;
}

/* The last one wins, but nothing wins over what was persisted. Groups of clients do not count. */
static void shadow(w5_config *c, size_t added)
{
    size_t *last = w5_latest_of(c, "mysql", W5_STR(""), c->setting[added].name);
    if (*last > 0 && c->extra[*last - 1].rank > c->extra[added].rank) {
        c->setting[added].in_force = false;
        return;
    }
    if (*last > 0)
        c->setting[*last - 1].in_force = false;
    *last = added + 1;
}

static void add(w5_config *c, w5_str name, w5_str value, w5_place place, unsigned rank)
{
    size_t i = w5_set(c, "mysql", name, value, place);
    c->extra[i].rank = rank;
    if (is_servers(place.scope))
        shadow(c, i);
    else
        c->setting[i].in_force = false;
}

/* --- files ---------------------------------------------------------------------------------- */
static void include_file(w5_config *c, w5_str path, w5_place at)
{
    path = w5_below(c->arena, w5_folder_of(at.file), path);
    if (w5_world_writable(path.ptr))
        w5_trouble(c, at.file, at.line, "everybody may write '%.*s': the server ignores it",
                   W5_ARG(path));
    else
        w5_read_included(c, path, w5_read_mysql, at);
}

static void include_folder(w5_config *c, w5_str folder, w5_place at)
{
    const w5_str *path;
    folder = w5_below(c->arena, w5_folder_of(at.file), folder);
    size_t n = w5_glob(c, w5_below(c->arena, folder, W5_STR("*.cnf")), &path);
    for (size_t i = 0; i < n; i++)
        include_file(c, path[i], at);
}

static bool include(w5_config *c, w5_str key, w5_place at)
{
    if (w5_str_take(&key, W5_STR("!includedir")))
        include_folder(c, w5_str_trim(key), at);
    else if (w5_str_take(&key, W5_STR("!include")))
        include_file(c, w5_str_trim(key), at);
    else
        return false;
    return true;
}

static void read_lines(w5_config *c, w5_str file, w5_str text)
{
    w5_ini ini = {.text = text};
    w5_str key;
    w5_str value;
    while (w5_ini_next(&ini, &key, &value)) {
        w5_place at = {file, ini.line, ini.group};
        w5_str flag = W5_STR("ON");
        if (include(c, w5_before_comment(key, '#'), at))
            continue;
        if (ini.group.len == 0) {
            w5_trouble(c, file, ini.line, "'%.*s' stands before any [group]", W5_ARG(key));
            continue;
        }
        w5_str name = plain_name(underscored(c, w5_before_comment(key, '#')), &flag);
        bool has_value = value.ptr != NULL;
        value = has_value ? unescaped(c, w5_unquoted(w5_before_comment(value, '#'))) : flag;
        add(c, name, value, at, FROM_FILE);
    }
    w5_ini_done(&ini, c, file);
}

/* Any object with a "Value" is a variable; how deep it stands changed between the file's versions
 * 1 and 2 (sql/persisted_variable.cc). Three levels are all there are. */
static void read_variables(w5_config *c, const w5_json *object, w5_place at, unsigned depth)
{
    w5_str key;
    const w5_json *inner;
    for (size_t i = 0; i < w5_json_count(object) && depth < 4; i++) {
        if (!w5_json_member(object, i, &key, &inner) || w5_json_what(inner) != W5_JSON_OBJECT)
            continue;
        const w5_json *value = w5_json_get(inner, "Value");
        if (value)
            add(c, plain_name(key, &(w5_str){0}), w5_json_str(value), at, PERSISTED);
        else
            read_variables(c, inner, at, depth + 1);
    }
}

static void read_persisted(w5_config *c, w5_str file, w5_str text)
{
    const w5_json *top;
    size_t used;
    if (w5_json_read(c->arena, text, &used, &top) == W5_OK)
        read_variables(c, top, (w5_place){file, 1, W5_STR("mysqld")}, 0);
    else
        w5_trouble(c, file, 1, "this is no JSON: what SET PERSIST has set is not known");
}

void w5_read_mysql(w5_config *c, w5_str file, w5_str text)
{
    w5_str start = text;
    w5_know(c, "mysql", file);
    while (start.len > 0 && (start.ptr[0] == ' ' || start.ptr[0] == '\n'))
        start = w5_str_skip(start, 1);
    if (w5_str_starts(start, W5_STR("{")))
        read_persisted(c, file, start);
    else
        read_lines(c, file, text);
}
