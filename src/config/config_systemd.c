/* config_systemd.c -- units, their drop-ins, and the gunicorn that they start.
 *
 * Syntax: systemd.syntax(7); what an assignment does to an earlier one: systemd.service(5) and
 * systemd.exec(5). Drop-ins may come in any order, so command lines are read by the seal. */
#include "config_systemd.h"

#include <stdlib.h>

#include "gunicorn.h"

/* --- lines */
static bool is_comment(w5_str line)
{
    return line.len > 0 && (line.ptr[0] == '#' || line.ptr[0] == ';');
}

/* A line with those that continue it; comments between them are no part of it. */
static bool next_logical(w5_config *c, w5_str *text, unsigned *line_number, w5_str *line)
{
    w5_str more;
    if (!w5_next_line(text, line))
        return false;
    (*line_number)++;
    *line = w5_str_trim(*line);
    while (!is_comment(*line) && w5_str_ends(*line, W5_STR("\\")) && w5_next_line(text, &more)) {
        (*line_number)++;
        more = w5_str_trim(more);
        if (is_comment(more))
            continue;
        *line = w5_arena_fmt(c->arena, "%.*s %.*s", (int)line->len - 1, line->ptr, W5_ARG(more));
    }
    if (w5_str_ends(*line, W5_STR("\\")) && !is_comment(*line))
        line->len--;
    return true;
}

/* --- units */
/* "/etc/systemd/system/app.service.d/limits.conf" -> "app.service". */
static w5_str unit_of(w5_str file)
{
    w5_str folder = w5_name_of(w5_folder_of(file));
    if (w5_str_ends(folder, W5_STR(".d")) && w5_str_ends(file, W5_STR(".conf")))
        return w5_str_head(folder, folder.len - 2);
    return w5_name_of(file);
}

/* Assignments that add up until an empty one. */
static bool adds_up(w5_str key)
{
    static const w5_str begins[] = {
        W5_LIT("Exec"),      W5_LIT("Environment"),   W5_LIT("Listen"),
        W5_LIT("After"),     W5_LIT("Before"),        W5_LIT("Wants"),
        W5_LIT("Requires"),  W5_LIT("WantedBy"),      W5_LIT("BindsTo"),
        W5_LIT("PartOf"),    W5_LIT("Conflicts"),     W5_LIT("PassEnvironment"),
        W5_LIT("Condition"), W5_LIT("Documentation"), W5_LIT("ReadWritePaths"),
    };
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (w5_str_starts(key, begins[i]))
            return true;
    return false;
}

static void forget(w5_config *c, size_t *last)
{
    for (size_t i = *last; i > 0; i = c->extra[i - 1].earlier)
        c->setting[i - 1].in_force = false;
    *last = 0;
}

static void assign(w5_config *c, w5_str line, w5_place at)
{
    w5_str key;
    w5_str value;
    if (!w5_str_cut(line, '=', &key, &value)) {
        w5_trouble(c, at.file, at.line, "'%.*s' is no assignment", W5_ARG(line));
        return;
    }
    key = w5_str_trim(key);
    value = w5_str_trim(value);
    size_t *last = w5_latest_of(c, "systemd", at.scope, key);
    if (value.len == 0 || !adds_up(key))
        forget(c, last);
    if (value.len == 0)
        return;
    size_t added = w5_set(c, "systemd", key, value, at);
    c->extra[added].earlier = *last <= added ? *last : 0; /* one that did not fit has its place */
    *last = added + 1;
}

/* `systemctl cat` writes "# /path/of/the/file" before each file. */
static bool is_mark(w5_str line, w5_str *file)
{
    if (!w5_str_take(&line, W5_STR("# /")) || w5_str_find_char(line, ' ', &(size_t){0}))
        return false;
    *file = (w5_str){line.ptr - 1, line.len + 1};
    return w5_str_ends(*file, W5_STR(".conf")) || w5_str_ends(*file, W5_STR(".service")) ||
           w5_str_ends(*file, W5_STR(".socket"));
}

static void read_text(w5_config *c, w5_str file, w5_str text)
{
    w5_place at = {file, 0, unit_of(file)};
    w5_str line;
    unsigned pairs = 0;
    while (next_logical(c, &text, &at.line, &line) && pairs++ < 4096) {
        if (is_mark(line, &at.file)) {
            at.line = 0;
            at.scope = unit_of(at.file);
        } else if (line.len > 0 && !is_comment(line) && line.ptr[0] != '[') {
            assign(c, line, at);
        }
    }
    if (text.len > 0)
        w5_trouble(c, at.file, at.line, "too many lines: the rest was not read");
}

/* --- drop-ins */
/* systemd.unit(5): a drop-in of the same name in an earlier folder replaces later ones. */
static const w5_str system_folders[] = {
    W5_LIT("/etc/systemd/system"),
    W5_LIT("/run/systemd/system"),
    W5_LIT("/usr/lib/systemd/system"),
    W5_LIT("/lib/systemd/system"),
};

#define FOLDERS (sizeof system_folders / sizeof *system_folders)

static int by_name(const void *a, const void *b)
{
    const w5_str *first = a;
    const w5_str *second = b;
    return w5_str_cmp(w5_name_of(*first), w5_name_of(*second));
}

static void add_drop_ins(w5_config *c, w5_str folder, w5_str unit, w5_words *found)
{
    const w5_str *path;
    w5_str pattern = w5_arena_fmt(c->arena, "%.*s/%.*s.d/*.conf", W5_ARG(folder), W5_ARG(unit));
    size_t n = w5_glob(c, pattern, &path);
    for (size_t i = 0; i < n; i++) {
        bool replaced = false;
        for (size_t k = 0; k < found->count; k++)
            replaced |= w5_str_eq(w5_name_of(found->word[k]), w5_name_of(path[i]));
        if (replaced)
            continue;
        found->word = w5_grow(c->arena, found->word, found->count, &found->room, sizeof(w5_str));
        found->word[found->count++] = path[i];
    }
}

/* Of a unit among systemd's own the drop-ins of all its folders, of a copy elsewhere those beside
 * it: this machine's would be no part of it. */
static void read_drop_ins(w5_config *c, w5_str file)
{
    w5_words found = {0};
    w5_str folder = w5_folder_of(file);
    bool system = false;
    for (size_t i = 0; i < FOLDERS; i++)
        system |= w5_str_eq(folder, system_folders[i]);
    for (size_t i = 0; i < FOLDERS && system; i++)
        add_drop_ins(c, system_folders[i], unit_of(file), &found);
    if (!system)
        add_drop_ins(c, folder, unit_of(file), &found);
    if (found.count > 0)
        qsort(found.word, found.count, sizeof *found.word, by_name);
    for (size_t i = 0; i < found.count; i++)
        if (!w5_file_known(c, found.word[i]))
            w5_read_included(c, found.word[i], w5_read_systemd, (w5_place){file, 1, W5_NONE});
}

void w5_read_systemd(w5_config *c, w5_str file, w5_str text)
{
    w5_know(c, "systemd", file);
    read_text(c, file, text);
    if (!w5_str_ends(file, W5_STR(".conf")))
        read_drop_ins(c, file);
}

/* --- what a unit starts */
const w5_setting *w5_unit_setting(const w5_config *c, w5_str unit, const char *key, size_t *from)
{
    for (size_t i = *from; i < c->settings; i++) {
        const w5_setting *s = &c->setting[i];
        if (s->in_force && w5_str_eq(s->program, W5_STR("systemd")) && w5_str_eq(s->scope, unit) &&
            w5_str_eq(s->name, w5_str_of(key))) {
            *from = i + 1;
            return s;
        }
    }
    return NULL;
}
