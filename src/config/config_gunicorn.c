/* config_gunicorn.c -- gunicorn.conf.py, read as literals.
 *
 * Nothing of the file is executed. `timeout = 120` at the left margin is a setting; what is
 * computed, or set only under a condition, is kept as it is written and told as trouble: its value
 * is not known, and that is not the same as "not set". */
#include "gunicorn.h"

typedef struct python {
    w5_config *c;
    w5_str file;
    w5_str rest;
    unsigned line;    /* of what is next */
    bool conditional; /* below an if, for, try … at the left margin */
} python;

/* --- logical lines -------------------------------------------------------------------------- */
/* How many bytes a string literal at the start of s takes; *newlines counts those inside. */
static size_t string_length(w5_str s, bool *closed)
{
    char quote = s.ptr[0];
    size_t marks = s.len >= 3 && s.ptr[1] == quote && s.ptr[2] == quote ? 3 : 1;
    size_t i = marks;
    *closed = true;
    while (i < s.len) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == quote &&
                 (marks == 1 || (i + 2 < s.len && s.ptr[i + 1] == quote && s.ptr[i + 2] == quote)))
            return i + marks;
        else if (s.ptr[i] == '\n' && marks == 1)
            break;
        i++;
    }
    *closed = false;
    return i < s.len ? i : s.len;
}

static size_t comment_length(w5_str s)
{
    size_t n;
    return w5_str_find_char(s, '\n', &n) ? n : s.len;
}

/* Takes one logical line: to the newline outside brackets and strings. Comments are cut off its
 * end, those inside brackets stay. */
static bool next_logical(python *p, w5_str *text, unsigned *line)
{
    size_t i = 0;
    size_t end = 0;
    unsigned open = 0;
    bool closed;
    if (p->rest.len == 0)
        return false;
    *line = p->line;
    while (i < p->rest.len) {
        w5_str s = w5_str_skip(p->rest, i);
        char c = s.ptr[0];
        if (c == '\n' && open == 0)
            break;
        size_t n = 1;
        if (c == '"' || c == '\'')
            n = string_length(s, &closed);
        else if (c == '#')
            n = comment_length(s);
        else if (c == '\\' && s.len > 1)
            n = 2;
        open += c == '(' || c == '[' || c == '{';
        open -= open > 0 && (c == ')' || c == ']' || c == '}');
        i += n;
        if (c != '#' || open > 0)
            end = i;
    }
    *text = w5_str_head(p->rest, end);
    w5_str taken = w5_str_head(p->rest, i + 1);
    for (size_t k = 0; k < taken.len; k++)
        p->line += taken.ptr[k] == '\n';
    p->rest = w5_str_skip(p->rest, i + 1);
    return true;
}

/* --- literals ------------------------------------------------------------------------------- */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(w5_str *s)
{
    while (s->len > 0) {
        char c = s->ptr[0];
        if (c == '#')
            *s = w5_str_skip(*s, comment_length(*s));
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')
            *s = w5_str_skip(*s, 1);
        else if (c == '\\' && s->len > 1 && s->ptr[1] == '\n')
            *s = w5_str_skip(*s, 2);
        else
            return;
    }
}

/* Whole and decimal numbers, with a sign and with "_" between digits. */
static bool take_number(w5_config *c, w5_str *s, w5_str *value)
{
    size_t i = s->len > 0 && (s->ptr[0] == '-' || s->ptr[0] == '+');
    size_t n = 0;
    size_t points = 0;
    char *text = w5_arena_alloc(c->arena, s->len + 1);
    if (i == 1 && s->ptr[0] == '-')
        text[n++] = '-';
    size_t first = i;
    for (; i < s->len && (is_digit(s->ptr[i]) || s->ptr[i] == '_' || s->ptr[i] == '.'); i++) {
        points += s->ptr[i] == '.';
        if (s->ptr[i] != '_')
            text[n++] = s->ptr[i];
    }
    if (i == first || !is_digit(s->ptr[first]) || points > 1)
        return false;
    *value = (w5_str){text, n};
    *s = w5_str_skip(*s, i);
    return true;
}

/* A string without escapes that matter: paths and addresses have none. */
static bool take_string(w5_str *s, w5_str *value)
{
    bool closed;
    size_t prefix = 0;
    size_t backslash;
    while (prefix < s->len && prefix < 2 && strchr("rRbBuU", s->ptr[prefix]) != NULL &&
           s->ptr[prefix] != '\0')
        prefix++;
    w5_str literal = w5_str_skip(*s, prefix);
    if (literal.len == 0 || (literal.ptr[0] != '"' && literal.ptr[0] != '\''))
        return false;
    size_t n = string_length(literal, &closed);
    size_t marks =
        n >= 6 && literal.ptr[1] == literal.ptr[0] && literal.ptr[2] == literal.ptr[0] ? 3 : 1;
    if (!closed || n < 2 * marks)
        return false;
    *value = (w5_str){literal.ptr + marks, n - 2 * marks};
    *s = w5_str_skip(literal, n);
    return !w5_str_find_char(*value, '\\', &backslash);
}

static bool take_word(w5_str *s, w5_str *value)
{
    static const w5_str words[] = {W5_LIT("True"), W5_LIT("False"), W5_LIT("None")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (w5_str_take(s, words[i])) {
            *value = words[i];
            return true;
        }
    return false;
}

/* One literal; strings that stand side by side are one string. */
static bool take_literal(w5_config *c, w5_str *s, w5_str *value)
{
    w5_str more;
    if (take_number(c, s, value) || take_word(s, value))
        return true;
    if (!take_string(s, value))
        return false;
    for (skip_blanks(s); take_string(s, &more); skip_blanks(s))
        *value = w5_arena_fmt(c->arena, "%.*s%.*s", W5_ARG(*value), W5_ARG(more));
    return true;
}

typedef struct literals {
    w5_str *value;
    size_t count, room;
} literals;

static void put(w5_config *c, literals *l, w5_str value)
{
    l->value = w5_grow(c->arena, l->value, l->count, &l->room, sizeof *l->value);
    l->value[l->count++] = value;
}

static bool take_list(w5_config *c, w5_str *s, char close, literals *l)
{
    w5_str value;
    for (skip_blanks(s); s->len > 0 && s->ptr[0] != close; skip_blanks(s)) {
        if (!take_literal(c, s, &value))
            return false;
        put(c, l, value);
        skip_blanks(s);
        if (!w5_str_take(s, W5_STR(",")) && (s->len == 0 || s->ptr[0] != close))
            return false;
    }
    bool closed = s->len > 0;
    *s = w5_str_skip(*s, 1);
    return closed;
}

/* A whole expression that is a literal, or a list or tuple of literals. */
static bool parse_literals(w5_config *c, w5_str expression, literals *l)
{
    w5_str value;
    bool good;
    skip_blanks(&expression);
    if (w5_str_take(&expression, W5_STR("[")))
        good = take_list(c, &expression, ']', l);
    else if (w5_str_take(&expression, W5_STR("(")))
        good = take_list(c, &expression, ')', l);
    else if ((good = take_literal(c, &expression, &value)))
        put(c, l, value);
    skip_blanks(&expression);
    return good && expression.len == 0;
}

/* --- statements ----------------------------------------------------------------------------- */
static bool is_name_char(char c)
{
    return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "name = …" or "name: type = …". */
static bool is_assignment(w5_str s, w5_str *name, w5_str *expression)
{
    size_t n = 0;
    while (n < s.len && is_name_char(s.ptr[n]))
        n++;
    *name = w5_str_head(s, n);
    s = w5_str_trim(w5_str_skip(s, n));
    if (n > 0 && w5_str_take(&s, W5_STR(":"))) {
        size_t at;
        s = w5_str_find_char(s, '=', &at) ? w5_str_skip(s, at) : W5_NONE;
    }
    if (n == 0 || !w5_str_take(&s, W5_STR("=")) || w5_str_starts(s, W5_STR("=")))
        return false;
    *expression = w5_str_trim(s);
    return true;
}

/* The value of an earlier "name = literal" of the same file: settings serve as variables, too. */
static bool find_earlier(const python *p, w5_str name, w5_str *value)
{
    for (size_t i = p->c->settings; i-- > 0;) {
        const w5_setting *s = &p->c->setting[i];
        if (w5_str_eq(s->file, p->file) && w5_str_eq(s->name, name)) {
            *value = s->value;
            return true;
        }
    }
    return false;
}

static void add(python *p, w5_str name, w5_str value, unsigned line)
{
    size_t i = w5_set(p->c, "gunicorn", name, value, (w5_place){p->file, line, p->file});
    p->c->extra[i].rank = W5_RANK_FILE;
}

static void forget_earlier(python *p, w5_str name)
{
    for (size_t i = 0; i < p->c->settings; i++) {
        w5_setting *s = &p->c->setting[i];
        if (w5_str_eq(s->file, p->file) && w5_str_eq(s->name, name))
            s->in_force = false;
    }
}

static void assign(python *p, w5_str name, w5_str expression, unsigned line)
{
    literals l = {0};
    w5_str value;
    if (!w5_gunicorn_setting(name))
        return;
    forget_earlier(p, name);
    if (p->conditional) {
        w5_trouble(p->c, p->file, line, "'%.*s' is set under a condition: its value is not known",
                   W5_ARG(name));
        add(p, name, w5_arena_fmt(p->c->arena, "%.*s (under a condition)", W5_ARG(expression)),
            line);
    } else if (parse_literals(p->c, expression, &l)) {
        for (size_t i = 0; i < l.count; i++)
            add(p, name, l.value[i], line);
    } else if (find_earlier(p, expression, &value)) {
        add(p, name, value, line);
    } else {
        w5_trouble(p->c, p->file, line, "'%.*s' is computed: its value is not known", W5_ARG(name));
        add(p, name, expression, line);
    }
}

static bool begins_with(w5_str s, w5_str word)
{
    return w5_str_take(&s, word) && (s.len == 0 || !is_name_char(s.ptr[0]));
}

static bool is_branch(w5_str s)
{
    static const w5_str words[] = {
        W5_LIT("if"),  W5_LIT("elif"), W5_LIT("else"),   W5_LIT("for"),     W5_LIT("while"),
        W5_LIT("try"), W5_LIT("with"), W5_LIT("except"), W5_LIT("finally"), W5_LIT("match"),
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins_with(s, words[i]))
            return true;
    return false;
}

/* `if x: timeout = 3` on one line. */
static w5_str behind_colon(w5_str s)
{
    size_t at;
    return w5_str_rfind_char(s, ':', &at) ? w5_str_trim(w5_str_skip(s, at + 1)) : W5_NONE;
}

static void read_statement(python *p, w5_str statement, unsigned line, bool *skipping)
{
    w5_str name;
    w5_str expression;
    size_t at;
    bool margin = statement.len > 0 && statement.ptr[0] != ' ' && statement.ptr[0] != '\t';
    statement = w5_str_trim(statement);
    if (statement.len == 0)
        return;
    if (margin) {
        p->conditional = is_branch(statement);
        *skipping = begins_with(statement, W5_STR("def")) ||
                    begins_with(statement, W5_STR("class")) ||
                    begins_with(statement, W5_STR("async"));
        if (p->conditional)
            statement = behind_colon(statement);
    }
    if (*skipping)
        return;
    if (is_assignment(statement, &name, &expression))
        assign(p, name, expression, line);
    else if (begins_with(statement, W5_STR("from")) &&
             w5_str_find(statement, W5_STR("import *"), &at))
        w5_trouble(p->c, p->file, line, "what '%.*s' sets is not known", W5_ARG(statement));
}

void w5_read_gunicorn(w5_config *c, w5_str file, w5_str text)
{
    python p = {.c = c, .file = file, .rest = text, .line = 1};
    w5_str statement;
    unsigned line;
    bool skipping = false;
    unsigned count = 0;
    w5_know(c, "gunicorn", file);
    while (count++ < 4096 && next_logical(&p, &statement, &line))
        read_statement(&p, statement, line, &skipping);
    if (p.rest.len > 0)
        w5_trouble(c, file, p.line, "too many lines: the rest was not read");
}

/* --- units and files ------------------------------------------------------------------------ */
static bool is_gunicorns(const w5_config *c, size_t i)
{
    return w5_str_eq(c->setting[i].program, W5_STR("gunicorn"));
}

static size_t copy_scope(w5_config *c, w5_str from, w5_str unit)
{
    size_t copied = 0;
    size_t end = c->settings;
    for (size_t i = 0; i < end; i++) {
        w5_setting s = c->setting[i];
        if (!is_gunicorns(c, i) || !w5_str_eq(s.scope, from) || c->extra[i].rank != W5_RANK_FILE)
            continue;
        size_t k = w5_set(c, "gunicorn", s.name, s.value, (w5_place){s.file, s.line, unit});
        c->setting[k].in_force = s.in_force;
        c->extra[k].rank = W5_RANK_FILE;
        copied++;
    }
    return copied;
}

bool w5_gunicorn_adopt(w5_config *c, w5_str path, w5_str unit)
{
    if (w5_file_known(c, path)) {
        copy_scope(c, path, unit);
        return true;
    }
    for (size_t i = 0; i < c->files; i++)
        if (w5_str_eq(w5_name_of(c->file[i]), w5_name_of(path)) &&
            copy_scope(c, c->file[i], unit) > 0)
            return true;
    return false;
}

static bool is_adopted(const w5_config *c, w5_str file)
{
    for (size_t i = 0; i < c->settings; i++)
        if (is_gunicorns(c, i) && w5_str_eq(c->setting[i].file, file) &&
            !w5_str_eq(c->setting[i].scope, file) && c->extra[i].rank == W5_RANK_FILE)
            return true;
    return false;
}

/* What units have adopted no longer speaks for the file alone. */
static void settle_files(w5_config *c)
{
    for (size_t i = 0; i < c->settings; i++) {
        w5_setting *s = &c->setting[i];
        if (is_gunicorns(c, i) && w5_str_eq(s->scope, s->file) && is_adopted(c, s->file))
            s->in_force = false;
    }
    for (size_t i = 0; i < c->settings; i++)
        if (is_gunicorns(c, i) && w5_str_eq(c->setting[i].scope, c->setting[i].file))
            c->setting[i].scope = w5_name_of(c->setting[i].file);
}

static bool is_list(w5_str name)
{
    return w5_str_eq(name, W5_STR("bind")) || w5_str_eq(name, W5_STR("raw_env"));
}

/* Of one name in one scope the highest rank stands, and of that the last. */
static void settle_ranks(w5_config *c)
{
    for (size_t i = 0; i < c->settings; i++)
        for (size_t k = i + 1; k < c->settings && is_gunicorns(c, i); k++) {
            w5_setting *a = &c->setting[i];
            w5_setting *b = &c->setting[k];
            if (!is_gunicorns(c, k) || !a->in_force || !b->in_force ||
                !w5_str_eq(a->name, b->name) || !w5_str_eq(a->scope, b->scope))
                continue;
            if (c->extra[i].rank > c->extra[k].rank)
                b->in_force = false;
            else if (c->extra[i].rank < c->extra[k].rank || !is_list(a->name))
                a->in_force = false;
        }
}

void w5_seal_gunicorn(w5_config *c)
{
    size_t end = c->settings;
    for (size_t i = 0; i < end; i++) {
        w5_setting s = c->setting[i];
        bool first = s.in_force && w5_str_eq(s.program, W5_STR("systemd")) &&
                     w5_str_eq(s.name, W5_STR("ExecStart"));
        for (size_t k = 0; k < i && first; k++)
            first = !(c->setting[k].in_force && w5_str_eq(c->setting[k].name, s.name) &&
                      w5_str_eq(c->setting[k].scope, s.scope));
        if (first)
            w5_gunicorn_of_unit(c, s.scope);
    }
    settle_files(c);
    settle_ranks(c);
}
