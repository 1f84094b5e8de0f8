/* config_nginx.c -- nginx.conf, what it includes, and the output of `nginx -T`.
 *
 * The grammar is ngx_conf_read_token's (src/core/ngx_conf_file.c): words, quoted words, ';', '{',
 * '}', '#' to the end of the line. Blocks become a chain with parents, without recursion, so that
 * no depth of braces can exhaust the stack. */
#include "nginx_blocks.h"

/* Real configurations nest five or six deep. */
enum {
    DEEPEST = 64
};

typedef struct reader {
    w5_config *c;
    w5_str file;
    w5_str rest;
    unsigned line;
    w5_nginx_block *base; /* the block that the file is a part of */
    w5_nginx_block *current;
    w5_str *word; /* of the directive being read */
    size_t words, room;
    unsigned at; /* line of its first word */
} reader;

/* --- words ---------------------------------------------------------------------------------- */
typedef enum token {
    T_WORD,
    T_OPEN,
    T_CLOSE,
    T_END,
    T_EOF
} token;

static char peek(const reader *r)
{
    return r->rest.len > 0 ? r->rest.ptr[0] : '\0';
}

static void advance(reader *r, size_t n)
{
    for (size_t i = 0; i < n && i < r->rest.len; i++)
        r->line += r->rest.ptr[i] == '\n';
    r->rest = w5_str_skip(r->rest, n);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(reader *r)
{
    size_t n;
    while (r->rest.len > 0 && (is_blank(peek(r)) || peek(r) == '#')) {
        n = 1;
        if (peek(r) == '#' && !w5_str_find_char(r->rest, '\n', &n))
            n = r->rest.len;
        advance(r, n);
    }
}

/* What stands behind a backslash; others keep it. */
static bool unescape(char c, char *out)
{
    static const char from[] = "\"'\\trn";
    static const char to[] = "\"'\\\t\r\n";
    const char *p = c ? strchr(from, c) : NULL;
    if (p)
        *out = to[p - from];
    return p != NULL;
}

static w5_str unescaped(w5_config *c, w5_str raw)
{
    size_t at;
    if (!w5_str_find_char(raw, '\\', &at))
        return raw;
    char *text = w5_arena_alloc(c->arena, raw.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++)
        if (raw.ptr[i] == '\\' && i + 1 < raw.len && unescape(raw.ptr[i + 1], text + n))
            n++, i++;
        else
            text[n++] = raw.ptr[i];
    return (w5_str){text, n};
}

static w5_str quoted_word(reader *r, char quote)
{
    size_t n = 1;
    while (n < r->rest.len && r->rest.ptr[n] != quote)
        n += r->rest.ptr[n] == '\\' && n + 1 < r->rest.len ? 2 : 1;
    w5_str raw = w5_str_skip(w5_str_head(r->rest, n), 1);
    if (n >= r->rest.len)
        w5_trouble(r->c, r->file, r->line, "a quote is not closed");
    advance(r, n + 1);
    return unescaped(r->c, raw);
}

/* Ends at a blank, ';' or '{', but "${name}" is a part of the word. */
static w5_str bare_word(reader *r)
{
    size_t n = 0;
    bool variable = false;
    while (n < r->rest.len) {
        char c = r->rest.ptr[n];
        if (is_blank(c) || c == ';' || (c == '{' && !variable))
            break;
        n += c == '\\' && n + 1 < r->rest.len ? 2 : 1;
        variable = c == '$';
    }
    w5_str raw = w5_str_head(r->rest, n);
    advance(r, n);
    return unescaped(r->c, raw);
}

static token next_token(reader *r, w5_str *word)
{
    skip_blanks(r);
    if (r->rest.len == 0)
        return T_EOF;
    char c = peek(r);
    if (c == '"' || c == '\'') {
        *word = quoted_word(r, c);
        return T_WORD;
    }
    if (c == ';' || c == '{' || c == '}') {
        advance(r, 1);
        return c == ';' ? T_END : c == '{' ? T_OPEN : T_CLOSE;
    }
    *word = bare_word(r);
    return T_WORD;
}

static void add_word(reader *r, w5_str word)
{
    if (r->words == 0)
        r->at = r->line;
    r->word = w5_grow(r->c->arena, r->word, r->words, &r->room, sizeof *r->word);
    r->word[r->words++] = word;
}

/* The words from `first` on, with `between` them. */
static w5_str joined(const reader *r, size_t first, w5_str between)
{
    size_t len = 0;
    for (size_t i = first; i < r->words; i++)
        len += r->word[i].len + between.len;
    char *text = w5_arena_alloc(r->c->arena, len + 1);
    size_t n = 0;
    for (size_t i = first; i < r->words; i++) {
        if (i > first && between.len > 0) {
            memcpy(text + n, between.ptr, between.len);
            n += between.len;
        }
        if (r->word[i].len > 0)
            memcpy(text + n, r->word[i].ptr, r->word[i].len);
        n += r->word[i].len;
    }
    return (w5_str){text, n};
}

static bool word_is(const reader *r, size_t i, const char *text)
{
    return i < r->words && w5_str_eq(r->word[i], w5_str_of(text));
}

/* --- directives ----------------------------------------------------------------------------- */
static void add_format(reader *r)
{
    w5_config *c = r->c;
    size_t first = r->words > 2 && w5_str_starts(r->word[2], W5_STR("escape=")) ? 3 : 2;
    if (r->words <= first)
        return;
    c->format = w5_grow(c->arena, c->format, c->formats, &c->format_room, sizeof *c->format);
    c->format[c->formats++] = (w5_named_format){r->word[1], joined(r, first, W5_STR(""))};
}

static void add_server(reader *r)
{
    w5_upstream_block *u = &r->c->upstream[r->c->upstreams - 1];
    w5_str address = r->word[1];
    size_t at;
    bool port = w5_str_starts(address, W5_STR("unix:")) ||
                (w5_str_rfind_char(address, ':', &at) && !w5_str_ends(address, W5_STR("]")));
    w5_str *grown = W5_NEW_N(r->c->arena, w5_str, u->servers + 1);
    if (u->servers > 0)
        memcpy(grown, u->server, u->servers * sizeof *grown);
    grown[u->servers++] = port ? address : w5_arena_fmt(r->c->arena, "%.*s:80", W5_ARG(address));
    u->server = grown;
}

static const struct {
    w5_str directive, protocol;
} passes[] = {
    {W5_LIT("proxy_pass"),   W5_LIT("proxy")  },
    {W5_LIT("fastcgi_pass"), W5_LIT("fastcgi")},
    {W5_LIT("uwsgi_pass"),   W5_LIT("uwsgi")  },
    {W5_LIT("scgi_pass"),    W5_LIT("scgi")   },
    {W5_LIT("grpc_pass"),    W5_LIT("grpc")   },
};

static void note_pass(reader *r)
{
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        if (w5_str_eq(r->word[0], passes[i].directive)) {
            r->current->target = r->word[1];
            r->current->protocol = passes[i].protocol;
        }
}

static void include(reader *r)
{
    w5_config *c = r->c;
    w5_place here = {r->file, r->at, W5_NONE};
    w5_str pattern = w5_below(c->arena, c->prefix, r->word[1]);
    const w5_str *path;
    size_t wild = strcspn(pattern.ptr, "*?[");
    w5_nginx_block *outside = c->inside;
    c->inside = r->current;
    if (wild == pattern.len) {
        w5_read_included(c, pattern, w5_read_nginx, here);
    } else {
        size_t n = w5_glob(c, pattern, &path);
        for (size_t i = 0; i < n; i++)
            w5_read_included(c, path[i], w5_read_nginx, here);
    }
    c->inside = outside;
}

static void end_directive(reader *r)
{
    if (r->words == 0 || r->current->opaque)
        return;
    if (word_is(r, 0, "include") && r->words == 2) {
        include(r);
        return;
    }
    if (word_is(r, 0, "log_format"))
        add_format(r);
    if (word_is(r, 0, "server_name"))
        r->current->names = joined(r, 1, W5_STR(" "));
    if (r->words > 1 && word_is(r, 0, "server") && w5_block_is(r->current, "upstream"))
        add_server(r);
    if (r->words > 1)
        note_pass(r);
    w5_str value =
        word_is(r, 0, "log_format") ? joined(r, 2, W5_STR("")) : joined(r, 1, W5_STR(" "));
    size_t i = w5_set(r->c, "nginx", r->word[0], value, (w5_place){r->file, r->at, W5_NONE});
    r->c->extra[i].block = r->current;
    r->c->extra[i].earlier = r->current->last <= i ? r->current->last : 0;
    r->current->last = i + 1;
}

/* --- blocks --------------------------------------------------------------------------------- */
static void adopt(w5_nginx_block *parent, w5_nginx_block *b)
{
    b->parent = parent;
    b->depth = parent->depth + 1;
    if (parent->last_child)
        parent->last_child->sibling = b;
    else
        parent->first_child = b;
    parent->last_child = b;
}

static w5_nginx_block *add_block(w5_config *c, w5_nginx_block *parent)
{
    w5_nginx_block *b = W5_NEW(c->arena, w5_nginx_block);
    if (parent)
        adopt(parent, b);
    if (c->last_block)
        c->last_block->next = b;
    else
        c->first_block = b;
    c->last_block = b;
    return b;
}

/* Their lines are pairs of values, no directives. */
static const w5_str opaque_blocks[] = {
    W5_LIT("types"), W5_LIT("map"), W5_LIT("geo"), W5_LIT("split_clients"), W5_LIT("charset_map"),
};

static bool is_opaque(w5_str kind)
{
    for (size_t i = 0; i < sizeof opaque_blocks / sizeof *opaque_blocks; i++)
        if (w5_str_eq(kind, opaque_blocks[i]))
            return true;
    return false;
}

/* Lua stands between braces as it is (lua-nginx-module): strings and comments may hold more. */
static void skip_lua(reader *r)
{
    unsigned open = 1;
    while (r->rest.len > 0 && open > 0) {
        char c = peek(r);
        size_t n = 1;
        if (c == '"' || c == '\'') {
            while (n < r->rest.len && r->rest.ptr[n] != c && r->rest.ptr[n] != '\n')
                n += r->rest.ptr[n] == '\\' ? 2 : 1;
            n++;
        } else if (w5_str_starts(r->rest, W5_STR("--"))) {
            n = w5_str_find_char(r->rest, '\n', &n) ? n : r->rest.len;
        }
        open += c == '{';
        open -= c == '}';
        advance(r, n);
    }
}

/* A file of nothing but braces would make every walk outwards a long one. */
static void skip_block(reader *r)
{
    w5_str word;
    w5_trouble(r->c, r->file, r->line, "blocks stand deeper in each other than %d", DEEPEST);
    for (unsigned open = 1; open > 0;) {
        token t = next_token(r, &word);
        if (t == T_EOF)
            return;
        open += t == T_OPEN;
        open -= t == T_CLOSE;
    }
}

static void open_block(reader *r)
{
    w5_config *c = r->c;
    if (r->current->depth >= DEEPEST) {
        skip_block(r);
        return;
    }
    if (r->words == 0) {
        w5_trouble(c, r->file, r->line, "a '{' without a name before it");
        add_word(r, W5_NONE);
    }
    if (w5_str_ends(r->word[0], W5_STR("_by_lua_block"))) {
        skip_lua(r);
        return;
    }
    w5_nginx_block *b = add_block(c, r->current);
    b->kind = r->word[0];
    b->args = joined(r, 1, W5_STR(" "));
    b->opaque = r->current->opaque || is_opaque(b->kind);
    if (w5_block_is(b, "upstream") && !b->opaque) {
        c->upstream =
            w5_grow(c->arena, c->upstream, c->upstreams, &c->upstream_room, sizeof *c->upstream);
        c->upstream[c->upstreams++] =
            (w5_upstream_block){.name = b->args, .file = r->file, .line = r->at};
    }
    r->current = b;
}

static void close_block(reader *r)
{
    if (r->words > 0)
        w5_trouble(r->c, r->file, r->at, "'%.*s' is not ended by ';'", W5_ARG(r->word[0]));
    if (r->current == r->base) {
        w5_trouble(r->c, r->file, r->line, "a '}' too many");
        return;
    }
    r->current = r->current->parent;
}

static void end_file(reader *r)
{
    if (r->words > 0)
        w5_trouble(r->c, r->file, r->at, "the file ends inside '%.*s'", W5_ARG(r->word[0]));
    if (r->current != r->base)
        w5_trouble(r->c, r->file, r->line, "the file ends inside a block: a '}' is missing");
}

static void read_directives(reader *r)
{
    w5_str word;
    for (token t = next_token(r, &word); t != T_EOF; t = next_token(r, &word)) {
        if (t == T_WORD) {
            add_word(r, word);
            continue;
        }
        if (t == T_END)
            end_directive(r);
        else if (t == T_OPEN)
            open_block(r);
        else
            close_block(r);
        r->words = 0;
    }
    end_file(r);
}

/* --- files ---------------------------------------------------------------------------------- */
/* Relative includes start from the folder of nginx.conf. Of a piece such as sites-enabled/app that
 * was given alone, this is the nearest folder above it that has one. */
static w5_str find_prefix(w5_config *c, w5_str file)
{
    w5_str folder = w5_folder_of(file);
    w5_str up = folder;
    const w5_str *found;
    if (c->virtual_files > 0 || w5_str_eq(w5_name_of(file), W5_STR("nginx.conf")))
        return folder;
    for (int i = 0; i < 4 && up.len > 1; i++, up = w5_folder_of(up))
        if (w5_glob(c, w5_below(c->arena, up, W5_STR("nginx.conf")), &found) > 0)
            return up;
    return folder;
}

static void read_file(w5_config *c, w5_str file, w5_str text)
{
    w5_know(c, "nginx", file);
    if (!c->inside)
        c->prefix = find_prefix(c, file);
    w5_nginx_block *base = c->inside ? c->inside : add_block(c, NULL);
    reader r = {.c = c, .file = file, .rest = text, .line = 1, .base = base, .current = base};
    read_directives(&r);
}

/* src/core/nginx.c writes "# configuration file PATH:" before each file it loaded. */
static bool is_mark(w5_str line, w5_str *name)
{
    if (!w5_str_take(&line, W5_STR("# configuration file ")) || !w5_str_ends(line, W5_STR(":")))
        return false;
    *name = w5_str_head(line, line.len - 1);
    return true;
}

/* `nginx -T` reports on standard error; pasted together it stands among the lines. */
static bool is_report(w5_str line)
{
    static const w5_str reports[] = {
        W5_LIT("nginx: the configuration file "),
        W5_LIT("nginx: configuration file "),
        W5_LIT("nginx: [warn] "),
        W5_LIT("nginx: [emerg] "),
        W5_LIT("nginx: [notice] "),
    };
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
        if (w5_str_starts(line, reports[i]))
            return true;
    return false;
}

static void add_line(char *text, w5_virtual *file, w5_str line)
{
    memmove(text + file->text.len, line.ptr, line.len);
    text[file->text.len + line.len] = '\n';
    file->text.len += line.len + 1;
}

/* Cuts the output into its files: their texts are moved together in a copy. */
static size_t cut_dump(w5_config *c, w5_str text, w5_virtual **files)
{
    size_t n = 0;
    size_t room = 0;
    w5_str line;
    w5_str name;
    char *copy = w5_arena_alloc(c->arena, text.len + 1);
    *files = NULL;
    while (w5_next_line(&text, &line)) {
        if (is_mark(line, &name)) {
            if (n > 0)
                copy += (*files)[n - 1].text.len;
            *files = w5_grow(c->arena, *files, n, &room, sizeof **files);
            (*files)[n++] = (w5_virtual){
                w5_arena_str(c->arena, name), {copy, 0}
            };
        } else if (n > 0 && !is_report(line)) {
            add_line(copy, &(*files)[n - 1], line);
        }
    }
    return n;
}

static void read_dump(w5_config *c, w5_str text)
{
    w5_virtual *files;
    c->virtual_files = cut_dump(c, text, &files);
    c->virtual_file = files;
    if (c->virtual_files > 0)
        read_file(c, files[0].name, files[0].text);
    c->virtual_files = 0;
}

static bool is_dump(w5_str text)
{
    w5_str line;
    w5_str name;
    while (w5_next_line(&text, &line))
        if (is_mark(line, &name))
            return true;
        else if (line.len > 0 && !is_report(line))
            return false;
    return false;
}

void w5_read_nginx(w5_config *c, w5_str file, w5_str text)
{
    if (!c->inside && is_dump(text))
        read_dump(c, text);
    else
        read_file(c, file, text);
}

/* --- the seal ------------------------------------------------------------------------------- */
static w5_str scope_of(w5_config *c, const w5_nginx_block *b)
{
    w5_str what = w5_block_is(b, "server") ? b->names : b->args;
    if (what.len == 0)
        return b->kind.len > 0 ? b->kind : W5_STR("main");
    return w5_arena_fmt(c->arena, "%.*s %.*s", W5_ARG(b->kind), W5_ARG(what));
}

/* Directives that may stand only once in a block; nginx refuses to start with two. */
static bool is_single(w5_str name)
{
    static const w5_str endings[] = {
        W5_LIT("_timeout"),         W5_LIT("_buffer_size"),  W5_LIT("_buffers"),
        W5_LIT("_buffering"),       W5_LIT("_buffers_size"), W5_LIT("worker_connections"),
        W5_LIT("worker_processes"), W5_LIT("_http_version"), W5_LIT("client_max_body_size"),
    };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (w5_str_ends(name, endings[i]))
            return true;
    return false;
}

static void shadow_earlier(w5_config *c, size_t later)
{
    const w5_setting *s = &c->setting[later];
    w5_str block = {(const char *)&c->extra[later].block, sizeof c->extra[later].block};
    size_t *last = w5_latest_of(c, "nginx", block, s->name);
    size_t found = *last;
    *last = later + 1;
    if (found == 0)
        return;
    c->setting[found - 1].in_force = false;
    w5_trouble(c, s->file, s->line, "'%.*s' stands twice in one block", W5_ARG(s->name));
}

void w5_seal_nginx(w5_config *c)
{
    w5_nginx_note_upstreams(c);
    for (w5_nginx_block *b = c->first_block; b; b = b->next) {
        b->scope = scope_of(c, b);
        b->pass = w5_nginx_block_upstream(c, b);
    }
    for (size_t i = 0; i < c->settings; i++) {
        const w5_nginx_block *b = c->extra[i].block;
        if (!b)
            continue;
        c->setting[i].scope = b->scope;
        c->setting[i].upstream = b->pass;
        if (is_single(c->setting[i].name))
            shadow_earlier(c, i);
    }
}
