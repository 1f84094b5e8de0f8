/* gunicorn_unit.c -- the gunicorn that a systemd unit starts: its options, environment, socket.
 *
 * Run by the seal, when every drop-in has been read. What a unit's command line leaves open (a
 * wrapper script, a variable from nowhere) becomes trouble: then the options are not known, which
 * is not the same as "not set". */
#include "config_systemd.h"
#include "gunicorn.h"

typedef struct variable {
    w5_str name, value, file;
    unsigned line;
} variable;

typedef struct unit {
    w5_config *c;
    w5_str name;
    variable *variable;
    size_t variables, room;
    w5_str folder; /* WorkingDirectory */
    w5_str config; /* -c */
} unit;

/* --- environment ---------------------------------------------------------------------------- */
static const variable *find_variable(const unit *u, w5_str name)
{
    for (size_t i = u->variables; i-- > 0;)
        if (w5_str_eq(u->variable[i].name, name))
            return &u->variable[i];
    return NULL;
}

static void add_variable(unit *u, w5_str assignment, w5_place at)
{
    w5_str name;
    w5_str value;
    if (!w5_str_cut(assignment, '=', &name, &value))
        return;
    u->variable = w5_grow(u->c->arena, u->variable, u->variables, &u->room, sizeof *u->variable);
    u->variable[u->variables++] = (variable){name, value, at.file, at.line};
}

static void read_environment(unit *u)
{
    size_t from = 0;
    for (const w5_setting *s; (s = w5_unit_setting(u->c, u->name, "Environment", &from));) {
        w5_words words = {0};
        w5_split_words(u->c, s->value, &words);
        for (size_t i = 0; i < words.count; i++)
            add_variable(u, words.word[i], (w5_place){s->file, s->line, u->name});
    }
}

static void read_environment_lines(unit *u, w5_str file, w5_str text)
{
    w5_place at = {file, 0, u->name};
    w5_str line;
    while (w5_next_line(&text, &line)) {
        w5_words words = {0};
        at.line++;
        line = w5_str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;
        w5_str_take(&line, W5_STR("export "));
        w5_split_words(u->c, line, &words);
        if (words.count > 0)
            add_variable(u, words.word[0], at);
    }
}

/* "-" before the path: it need not exist. */
static void read_environment_files(unit *u)
{
    size_t from = 0;
    for (const w5_setting *s; (s = w5_unit_setting(u->c, u->name, "EnvironmentFile", &from));) {
        w5_str path = s->value;
        w5_str text;
        w5_err err;
        bool optional = w5_str_take(&path, W5_STR("-"));
        path = w5_arena_str(u->c->arena, path);
        if (w5_slurp(u->c, path.ptr, &text, &err) == W5_OK)
            read_environment_lines(u, path, text);
        else if (!optional)
            w5_trouble(u->c, s->file, s->line, "%s", err.text);
    }
}

/* --- words of the command ------------------------------------------------------------------- */
typedef struct text {
    char *ptr;
    size_t len, room;
} text;

static void put(w5_config *c, text *t, w5_str s)
{
    if (t->len + s.len > t->room) {
        t->room = 2 * (t->len + s.len);
        char *grown = w5_arena_alloc(c->arena, t->room);
        if (t->len > 0)
            memcpy(grown, t->ptr, t->len);
        t->ptr = grown;
    }
    if (s.len > 0)
        memcpy(t->ptr + t->len, s.ptr, s.len);
    t->len += s.len;
}

static bool is_variable_char(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The name behind a '$' at the start of *word, taken off it: "$A", "${A}", "${A:-fallback}". */
static bool take_variable(w5_str *word, w5_str *name, w5_str *fallback)
{
    w5_str rest = w5_str_skip(*word, 1);
    bool braces = w5_str_take(&rest, W5_STR("{"));
    size_t n = 0;
    while (n < rest.len && is_variable_char(rest.ptr[n]))
        n++;
    *name = w5_str_head(rest, n);
    *fallback = W5_NONE;
    rest = w5_str_skip(rest, n);
    if (braces && w5_str_take(&rest, W5_STR(":-")) && !w5_str_cut(rest, '}', fallback, word))
        return false;
    if (braces && !fallback->ptr && !w5_str_take(&rest, W5_STR("}")))
        return false;
    if (!fallback->ptr)
        *word = rest;
    return n > 0;
}

static void expand_variable(unit *u, text *t, w5_str *word, w5_place at)
{
    w5_str whole = *word;
    w5_str name;
    w5_str fallback;
    if (w5_str_take(word, W5_STR("$$"))) {
        put(u->c, t, W5_STR("$"));
        return;
    }
    if (!take_variable(word, &name, &fallback)) {
        put(u->c, t, w5_str_head(whole, 1));
        *word = w5_str_skip(whole, 1);
        return;
    }
    const variable *v = find_variable(u, name);
    if (v || fallback.ptr) {
        put(u->c, t, v ? v->value : fallback);
        return;
    }
    w5_trouble(u->c, at.file, at.line, "the value of $%.*s is not known", W5_ARG(name));
    put(u->c, t, w5_str_head(whole, whole.len - word->len));
}

/* Specifiers that a unit's name answers (systemd.unit(5)); others stay as they are. */
static void expand_specifier(unit *u, text *t, w5_str *word)
{
    size_t dot;
    size_t sign;
    w5_str stem = w5_str_rfind_char(u->name, '.', &dot) ? w5_str_head(u->name, dot) : u->name;
    bool instance = w5_str_find_char(stem, '@', &sign);
    switch (word->len > 1 ? word->ptr[1] : '\0') {
    case '%':
        put(u->c, t, W5_STR("%"));
        break;
    case 'n':
        put(u->c, t, u->name);
        break;
    case 'N':
        put(u->c, t, stem);
        break;
    case 'p':
        put(u->c, t, instance ? w5_str_head(stem, sign) : stem);
        break;
    case 'i':
    case 'I':
        put(u->c, t, instance ? w5_str_skip(stem, sign + 1) : W5_NONE);
        break;
    default:
        put(u->c, t, w5_str_head(*word, 2));
    }
    *word = w5_str_skip(*word, 2);
}

static w5_str expanded(unit *u, w5_str word, w5_place at)
{
    text t = {0};
    while (word.len > 0) {
        size_t plain = 0;
        while (plain < word.len && word.ptr[plain] != '$' && word.ptr[plain] != '%')
            plain++;
        put(u->c, &t, w5_str_head(word, plain));
        word = w5_str_skip(word, plain);
        if (word.len > 0 && word.ptr[0] == '$')
            expand_variable(u, &t, &word, at);
        else if (word.len > 0)
            expand_specifier(u, &t, &word);
    }
    return (w5_str){t.ptr ? t.ptr : "", t.len};
}

/* A variable that is a word of its own becomes as many words as its value has. */
static void expand_words(unit *u, const w5_words *raw, w5_words *words, w5_place at)
{
    for (size_t i = 0; i < raw->count; i++) {
        w5_str word = raw->word[i];
        bool alone = word.len > 1 && word.ptr[0] == '$' && word.ptr[1] != '{' && word.ptr[1] != '$';
        w5_str value = expanded(u, word, at);
        if (alone) {
            w5_split_words(u->c, value, words);
            continue;
        }
        words->word =
            w5_grow(u->c->arena, words->word, words->count, &words->room, sizeof *words->word);
        words->word[words->count++] = value;
    }
}

/* --- finding gunicorn in it ----------------------------------------------------------------- */
static bool is_gunicorn(w5_str word)
{
    w5_str name = w5_name_of(word);
    return w5_str_eq(name, W5_STR("gunicorn")) || w5_str_eq(name, W5_STR("gunicorn3")) ||
           w5_str_eq(name, W5_STR("gunicorn.app.wsgiapp"));
}

static bool ends_command(w5_str word)
{
    static const w5_str ends[] = {W5_LIT("&&"), W5_LIT("||"), W5_LIT(";"),  W5_LIT("|"),
                                  W5_LIT("&"),  W5_LIT(">"),  W5_LIT(">>"), W5_LIT("2>&1")};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (w5_str_eq(word, ends[i]))
            return true;
    return false;
}

static bool read_gunicorn_words(unit *u, const w5_words *words, w5_place at)
{
    size_t first = 0;
    while (first < words->count && !is_gunicorn(words->word[first]))
        first++;
    if (first == words->count)
        return false;
    size_t end = ++first;
    while (end < words->count && !ends_command(words->word[end]))
        end++;
    w5_gunicorn_options(u->c, words->word + first, end - first, W5_RANK_COMMAND, at, &u->config);
    return true;
}

/* `sh -c 'exec gunicorn …'`: the command is one word, split again. */
static bool read_shell_word(unit *u, const w5_words *words, w5_place at)
{
    for (size_t i = 0; i + 1 < words->count; i++) {
        w5_str option = words->word[i];
        w5_words inner = {0};
        if (option.len < 2 || option.ptr[0] != '-' || option.ptr[1] == '-' ||
            option.ptr[option.len - 1] != 'c')
            continue;
        w5_split_words(u->c, words->word[i + 1], &inner);
        return read_gunicorn_words(u, &inner, at);
    }
    return false;
}

static bool is_script(const w5_words *words)
{
    static const w5_str shells[] = {W5_LIT("sh"), W5_LIT("bash"), W5_LIT("dash"), W5_LIT("zsh")};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (w5_str_eq(w5_name_of(words->word[0]), shells[i]))
            return true;
    return w5_str_ends(words->word[0], W5_STR(".sh"));
}

static bool read_command(unit *u, const w5_setting *s)
{
    w5_place at = {s->file, s->line, u->name};
    w5_str line = s->value;
    w5_words raw = {0};
    w5_words words = {0};
    while (line.len > 0 && strchr("@-:+!|", line.ptr[0]) != NULL)
        line = w5_str_skip(line, 1);
    if (!w5_split_words(u->c, line, &raw))
        w5_trouble(u->c, at.file, at.line, "a quote is not closed");
    expand_words(u, &raw, &words, at);
    if (read_gunicorn_words(u, &words, at) || read_shell_word(u, &words, at))
        return true;
    if (words.count > 0 && is_script(&words)) {
        w5_str script = words.word[words.count > 1 ? 1 : 0];
        w5_trouble(u->c, at.file, at.line,
                   "what '%.*s' starts, and with which options, is not known", W5_ARG(script));
    }
    return false;
}

/* --- the rest of the unit ------------------------------------------------------------------- */
static void set(unit *u, const char *name, w5_str value, const variable *v, unsigned rank)
{
    size_t i =
        w5_set(u->c, "gunicorn", w5_str_of(name), value, (w5_place){v->file, v->line, u->name});
    u->c->extra[i].rank = rank;
}

static void use_environment(unit *u)
{
    const variable *arguments = find_variable(u, W5_STR("GUNICORN_CMD_ARGS"));
    const variable *workers = find_variable(u, W5_STR("WEB_CONCURRENCY"));
    const variable *port = find_variable(u, W5_STR("PORT"));
    if (workers)
        set(u, "workers", workers->value, workers, W5_RANK_DEFAULT);
    if (port)
        set(u, "bind", w5_arena_fmt(u->c->arena, "0.0.0.0:%.*s", W5_ARG(port->value)), port,
            W5_RANK_DEFAULT);
    if (!arguments)
        return;
    w5_words words = {0};
    w5_str config = W5_NONE;
    w5_place at = {arguments->file, arguments->line, u->name};
    w5_split_words(u->c, arguments->value, &words);
    w5_gunicorn_options(u->c, words.word, words.count, W5_RANK_ENVIRONMENT, at, &config);
    if (!u->config.ptr)
        u->config = config;
}

/* A socket unit's listener replaces `bind` (gunicorn/arbiter.py, LISTEN_FDS). */
static void use_socket(unit *u)
{
    size_t dot;
    size_t from = 0;
    if (!w5_str_rfind_char(u->name, '.', &dot))
        return;
    w5_str socket = w5_arena_fmt(u->c->arena, "%.*s.socket", (int)dot, u->name.ptr);
    for (const w5_setting *s; (s = w5_unit_setting(u->c, socket, "ListenStream", &from));) {
        w5_place at = {s->file, s->line, u->name};
        w5_str address = s->value;
        size_t colon;
        if (w5_str_starts(address, W5_STR("/")))
            address = w5_arena_fmt(u->c->arena, "unix:%.*s", W5_ARG(address));
        else if (!w5_str_find_char(address, ':', &colon))
            address = w5_arena_fmt(u->c->arena, "0.0.0.0:%.*s", W5_ARG(address));
        size_t i = w5_set(u->c, "gunicorn", W5_STR("bind"), address, at);
        u->c->extra[i].rank = W5_RANK_SOCKET;
    }
}

static bool exists(w5_config *c, w5_str path)
{
    const w5_str *found;
    return w5_glob(c, path, &found) > 0;
}

/* The configuration file it reads, unless it was read already: then it is known by its name. */
static void use_config(unit *u, w5_place at)
{
    w5_str path = u->config;
    bool named = path.len > 0;
    w5_str_take(&path, W5_STR("file:"));
    if (w5_str_starts(path, W5_STR("python:"))) {
        w5_trouble(u->c, at.file, at.line, "settings from the module '%.*s' are not known",
                   W5_ARG(path));
        return;
    }
    if (!named)
        path = W5_STR("gunicorn.conf.py");
    path = w5_below(u->c->arena, u->folder, path);
    bool absolute = path.ptr[0] == '/';
    if (!w5_gunicorn_adopt(u->c, path, u->name) && absolute && (named || exists(u->c, path))) {
        w5_read_included(u->c, path, w5_read_gunicorn, at);
        w5_gunicorn_adopt(u->c, path, u->name);
    }
}

void w5_gunicorn_of_unit(w5_config *c, w5_str unit_name)
{
    unit u = {.c = c, .name = unit_name};
    size_t from = 0;
    const w5_setting *folder = w5_unit_setting(c, unit_name, "WorkingDirectory", &(size_t){0});
    if (folder)
        u.folder = folder->value;
    w5_str_take(&u.folder, W5_STR("-"));
    read_environment(&u);
    read_environment_files(&u);
    for (const w5_setting *s; (s = w5_unit_setting(c, unit_name, "ExecStart", &from));) {
        w5_place at = {s->file, s->line, unit_name};
        if (!read_command(&u, s))
            continue;
        w5_know(c, "gunicorn", at.file);
        use_environment(&u);
        use_socket(&u);
        use_config(&u, at);
        return;
    }
}
