/* nginx_blocks.c -- which block of nginx.conf serves a request.
 *
 * Inheritance is nginx's: the innermost block that has a directive decides, others do not add to
 * it. Location choice is ngx_http_core_find_location's: an exact one, else the longest prefix,
 * unless a regular expression matches (and the prefix is no "^~"); nested ones likewise. */
#include "nginx_blocks.h"

#include <why502/base/regex.h>

bool w5_block_is(const w5_nginx_block *b, const char *kind)
{
    return w5_str_eq(b->kind, w5_str_of(kind));
}

size_t w5_block_find(const w5_config *c, w5_str name, size_t from)
{
    while (from > 0 && !w5_str_eq(c->setting[from - 1].name, name))
        from = c->extra[from - 1].earlier;
    return from;
}

/* --- addresses ------------------------------------------------------------------------------ */
static bool is_unix(w5_str address)
{
    return w5_str_starts(address, W5_STR("unix:"));
}

static void split_address(w5_str address, w5_str *host, w5_str *port)
{
    size_t at;
    *host = address;
    *port = W5_NONE;
    if (!w5_str_rfind_char(address, ':', &at) || w5_str_ends(address, W5_STR("]")))
        return;
    *host = w5_str_head(address, at);
    *port = w5_str_skip(address, at + 1);
}

static bool in_list(w5_str text, const w5_str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w5_str_ieq(text, list[i]))
            return true;
    return false;
}

static bool is_local(w5_str host)
{
    static const w5_str names[] = {W5_LIT("localhost"), W5_LIT("127.0.0.1"), W5_LIT("[::1]"),
                                   W5_LIT("::1")};
    return in_list(host, names, sizeof names / sizeof *names);
}

static bool is_anywhere(w5_str host)
{
    static const w5_str names[] = {W5_LIT(""), W5_LIT("*"), W5_LIT("0.0.0.0"), W5_LIT("[::]"),
                                   W5_LIT("::")};
    return in_list(host, names, sizeof names / sizeof *names);
}

/* Neither digits and dots nor in brackets. */
static bool is_name(w5_str host)
{
    for (size_t i = 0; i < host.len; i++)
        if ((host.ptr[i] < '0' || host.ptr[i] > '9') && host.ptr[i] != '.')
            return host.ptr[0] != '[';
    return false;
}

static w5_likeness address_likeness(w5_str address, w5_str upstream)
{
    w5_str host[2];
    w5_str port[2];
    if (w5_str_ieq(address, upstream))
        return W5_LIKE_SAME;
    if (is_unix(address) || is_unix(upstream))
        return W5_LIKE_NOT;
    split_address(address, &host[0], &port[0]);
    split_address(upstream, &host[1], &port[1]);
    if (!w5_str_eq(port[0], port[1]))
        return W5_LIKE_NOT;
    if (is_local(host[0]) && is_local(host[1]))
        return W5_LIKE_LOCAL;
    return is_name(host[0]) && !is_local(host[0]) && !is_name(host[1]) ? W5_LIKE_PORT : W5_LIKE_NOT;
}

bool w5_serves(w5_str listens, w5_str upstream)
{
    w5_str host[2];
    w5_str port[2];
    uint64_t number;
    if (w5_str_starts(listens, W5_STR("/")))
        return w5_str_take(&upstream, W5_STR("unix:")) && w5_str_eq(listens, upstream);
    if (address_likeness(listens, upstream) != W5_LIKE_NOT)
        return true;
    if (is_unix(listens) || is_unix(upstream))
        return false;
    split_address(listens, &host[0], &port[0]);
    split_address(upstream, &host[1], &port[1]);
    if (w5_str_u64(listens, &number))
        return w5_str_eq(listens, port[1]);
    return w5_str_eq(port[0], port[1]) && is_anywhere(host[0]);
}

/* --- upstreams ------------------------------------------------------------------------------ */
/* nginx compares names of upstreams without case (ngx_http_upstream.c). */
static w5_str lowered(w5_str name, char *room)
{
    for (size_t i = 0; i < name.len; i++)
        room[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] + 32) : name.ptr[i];
    return (w5_str){room, name.len};
}

void w5_nginx_note_upstreams(w5_config *c)
{
    for (size_t i = 0; i < c->upstreams; i++) {
        w5_str name = c->upstream[i].name;
        name = lowered(name, w5_arena_alloc(c->arena, name.len + 1));
        size_t *first = w5_latest_of(c, "upstream", W5_STR(""), name);
        *first = *first > 0 ? *first : i + 1;
    }
}

static const w5_upstream_block *find_upstream(const w5_config *c, w5_str name)
{
    char room[4096]; /* no word of nginx.conf is longer: NGX_CONF_BUFFER (ngx_conf_file.c) */
    if (name.len > sizeof room)
        return NULL;
    size_t found = w5_latest_seen(c, "upstream", W5_STR(""), lowered(name, room));
    return found > 0 ? &c->upstream[found - 1] : NULL;
}

w5_likeness w5_nginx_likeness(const w5_config *c, w5_str pass, w5_str upstream)
{
    size_t at;
    const w5_upstream_block *u = find_upstream(c, pass);
    w5_likeness best = address_likeness(pass, upstream);
    for (size_t i = 0; u && i < u->servers; i++) {
        w5_likeness l = address_likeness(u->server[i], upstream);
        best = l > best ? l : best;
    }
    if (best == W5_LIKE_NOT && pass.len > 0 && w5_str_find_char(pass, '$', &at))
        return W5_LIKE_VARIABLE;
    return best;
}

/* The value of `set $name` nearest to a block, if it is plain. */
static bool find_variable(const w5_config *c, const w5_nginx_block *b, w5_str name, w5_str *value)
{
    w5_str variable;
    for (; b; b = b->parent)
        for (size_t i = b->last; i > 0; i = c->extra[i - 1].earlier)
            if (w5_str_eq(c->setting[i - 1].name, W5_STR("set")) &&
                w5_str_cut(c->setting[i - 1].value, ' ', &variable, value) &&
                w5_str_eq(variable, name))
                return memchr(value->ptr, '$', value->len) == NULL;
    return false;
}

static bool is_variable_char(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Puts the first variable's value in its place: false when there is none that is known. */
static bool resolve_one(const w5_config *c, const w5_nginx_block *b, w5_str *target)
{
    size_t at;
    w5_str value;
    if (!w5_str_find_char(*target, '$', &at))
        return false;
    w5_str tail = w5_str_skip(*target, at + 1);
    bool braces = w5_str_take(&tail, W5_STR("{"));
    size_t n = 0;
    while (n < tail.len && is_variable_char(tail.ptr[n]))
        n++;
    w5_str name = w5_arena_fmt(c->arena, "$%.*s", (int)n, tail.ptr);
    tail = w5_str_skip(tail, n);
    if (braces)
        w5_str_take(&tail, W5_STR("}"));
    if (!find_variable(c, b, name, &value))
        return false;
    *target =
        w5_arena_fmt(c->arena, "%.*s%.*s%.*s", (int)at, target->ptr, W5_ARG(value), W5_ARG(tail));
    return true;
}

static w5_str with_port(const w5_config *c, w5_str host, unsigned port)
{
    w5_str bare;
    w5_str number;
    size_t at;
    split_address(host, &bare, &number);
    if (number.len > 0 || port == 0 || find_upstream(c, host) || w5_str_find_char(host, '$', &at))
        return host;
    return w5_arena_fmt(c->arena, "%.*s:%u", W5_ARG(host), port);
}

w5_str w5_nginx_block_upstream(const w5_config *c, const w5_nginx_block *b)
{
    static const struct {
        w5_str scheme;
        unsigned port;
    } schemes[] = {
        {W5_LIT("http://"),  80 },
        {W5_LIT("https://"), 443},
        {W5_LIT("grpc://"),  80 },
        {W5_LIT("grpcs://"), 443},
    };
    w5_str target = b->target;
    w5_str host;
    w5_str uri;
    unsigned port = 0;
    for (int i = 0; i < 8 && resolve_one(c, b, &target); i++)
        ;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (w5_str_take(&target, schemes[i].scheme))
            port = schemes[i].port;
    if (is_unix(target)) {
        w5_str path = w5_str_skip(target, 5);
        return w5_str_cut(path, ':', &host, &uri) ? w5_str_head(target, 5 + host.len) : target;
    }
    if (w5_str_cut(target, '/', &host, &uri))
        target = host;
    return target.len > 0 ? with_port(c, target, port) : target;
}

/* --- locations ------------------------------------------------------------------------------ */
static bool takes_prefix(const w5_nginx_block *b, w5_str *prefix, bool *final)
{
    *prefix = b->args;
    *final = w5_str_take(prefix, W5_STR("^~ "));
    return !w5_str_starts(*prefix, W5_STR("= ")) && !w5_str_starts(*prefix, W5_STR("~"));
}

static bool regex_matches(w5_str pattern, w5_str path)
{
    w5_regex *re;
    w5_str whole;
    if (w5_regex_new(pattern, &re, NULL) != W5_OK)
        return false;
    bool yes = w5_regex_match(re, path, &whole, 1) == W5_OK;
    w5_regex_free(re);
    return yes;
}

static bool takes_regex(const w5_nginx_block *b, w5_str path)
{
    char caseless[1024] = "(?i)";
    w5_str pattern = b->args;
    if (w5_str_take(&pattern, W5_STR("~ ")))
        return regex_matches(pattern, path);
    if (!w5_str_take(&pattern, W5_STR("~* ")) || pattern.len + 4 > sizeof caseless)
        return false;
    memcpy(caseless + 4, pattern.ptr, pattern.len);
    return regex_matches((w5_str){caseless, pattern.len + 4}, path);
}

static bool is_exact(const w5_nginx_block *b, w5_str path)
{
    w5_str text = b->args;
    return w5_str_take(&text, W5_STR("= ")) && w5_str_eq(text, path);
}

/* Among the locations that stand directly in `parent`. */
static const w5_nginx_block *choose(const w5_nginx_block *parent, w5_str path)
{
    const w5_nginx_block *best = NULL;
    size_t longest = 0;
    bool best_final = false;
    w5_str prefix;
    bool final;
    for (const w5_nginx_block *b = parent->first_child; b; b = b->sibling) {
        if (!w5_block_is(b, "location"))
            continue;
        if (is_exact(b, path))
            return b;
        if (takes_prefix(b, &prefix, &final) && w5_str_starts(path, prefix) &&
            (!best || prefix.len > longest)) {
            best = b;
            longest = prefix.len;
            best_final = final;
        }
    }
    for (const w5_nginx_block *b = parent->first_child; b && !best_final; b = b->sibling)
        if (w5_block_is(b, "location") && takes_regex(b, path))
            return b;
    return best;
}

/* Locations in locations, as deep as anyone writes them: a file of nothing but braces costs no more. */
static const w5_nginx_block *choose_nested(const w5_nginx_block *server, w5_str path)
{
    enum {
        DEEPEST = 16
    };
    const w5_nginx_block *found = NULL;
    const w5_nginx_block *b = choose(server, path);
    for (int depth = 0; b && depth < DEEPEST; depth++, b = choose(b, path))
        found = b;
    return found;
}

static bool find_in(const w5_config *c, const w5_nginx_block *b, w5_str name, w5_setting *setting)
{
    size_t found = w5_block_find(c, name, b->last);
    if (found > 0)
        *setting = c->setting[found - 1];
    return found > 0;
}

/* The last word of try_files is where requests go for which there is no file. */
static bool fallback_of(const w5_config *c, const w5_nginx_block *b, w5_str *target)
{
    w5_setting s;
    size_t at;
    if (b->target.len > 0 || !find_in(c, b, W5_STR("try_files"), &s) ||
        !w5_str_rfind_char(s.value, ' ', &at))
        return false;
    *target = w5_str_skip(s.value, at + 1);
    at = 0;
    while (at < target->len && target->ptr[at] != '?' && target->ptr[at] != '$')
        at++;
    *target = w5_str_head(*target, at);
    return target->len > 0 && target->ptr[0] != '=';
}

static const w5_nginx_block *find_named(const w5_nginx_block *server, w5_str name)
{
    for (const w5_nginx_block *b = server->first_child; b; b = b->sibling)
        if (w5_block_is(b, "location") && w5_str_eq(b->args, name))
            return b;
    return NULL;
}

const w5_nginx_block *w5_nginx_location(const w5_config *c, const w5_nginx_block *server,
                                        w5_str path)
{
    w5_str query;
    w5_str target;
    w5_str_cut(path, '?', &path, &query);
    const w5_nginx_block *b = choose_nested(server, path);
    for (int i = 0; b && i < 5 && fallback_of(c, b, &target); i++)
        b = target.ptr[0] == '@' ? find_named(server, target) : choose_nested(server, target);
    return b;
}

/* --- the answer ----------------------------------------------------------------------------- */
typedef struct choice {
    const w5_nginx_block *block;
    w5_likeness likeness;
} choice;

/* Of two equally likely locations the more general one speaks for the upstream. */
static void consider(const w5_config *c, choice *best, const w5_nginx_block *b, w5_str upstream)
{
    w5_likeness l = upstream.len == 0 ? W5_LIKE_SAME : w5_nginx_likeness(c, b->pass, upstream);
    if (b->pass.len == 0 || l == W5_LIKE_NOT)
        return;
    if (l > best->likeness || (l == best->likeness && b->args.len < best->block->args.len))
        *best = (choice){b, l};
}

static choice choose_by_path(const w5_config *c, w5_str upstream, w5_str path)
{
    choice best = {NULL, W5_LIKE_NOT};
    for (const w5_nginx_block *b = c->first_block; b && path.len > 0; b = b->next) {
        const w5_nginx_block *l = w5_block_is(b, "server") ? w5_nginx_location(c, b, path) : NULL;
        if (l && l->pass.len > 0)
            consider(c, &best, l, upstream);
    }
    return best;
}

static choice choose_any(const w5_config *c, w5_str upstream)
{
    choice best = {NULL, W5_LIKE_NOT};
    for (const w5_nginx_block *b = c->first_block; b; b = b->next)
        consider(c, &best, b, upstream);
    return best;
}

/* "proxy_read_timeout" asked of a location that passes by uwsgi means its own. */
static w5_str own_name(const w5_nginx_block *b, w5_str name, char *room, size_t size)
{
    w5_str rest = name;
    if (!b || b->protocol.len == 0 || !w5_str_take(&rest, W5_STR("proxy_")) ||
        b->protocol.len + 1 + rest.len > size)
        return name;
    memcpy(room, b->protocol.ptr, b->protocol.len);
    room[b->protocol.len] = '_';
    memcpy(room + b->protocol.len + 1, rest.ptr, rest.len);
    return (w5_str){room, b->protocol.len + 1 + rest.len};
}

static bool find_outside(const w5_config *c, const w5_nginx_block *chosen, w5_str name,
                         w5_setting *setting)
{
    for (const w5_nginx_block *b = c->first_block; b; b = b->next) {
        bool its_upstream =
            chosen && w5_block_is(b, "upstream") && w5_str_ieq(b->args, chosen->pass);
        bool shared = b->kind.len == 0 || w5_block_is(b, "http") || w5_block_is(b, "events");
        if ((its_upstream || shared) && find_in(c, b, name, setting))
            return true;
    }
    return false;
}

w5_rc w5_nginx_get(const w5_config *c, w5_str name, w5_str upstream, w5_str path,
                   w5_setting *setting)
{
    char room[64];
    choice chosen = choose_by_path(c, upstream, path);
    if (!chosen.block && (upstream.len > 0 || path.len > 0))
        chosen = choose_any(c, upstream);
    w5_str own = own_name(chosen.block, name, room, sizeof room);
    for (const w5_nginx_block *b = chosen.block; b; b = b->parent)
        if (find_in(c, b, own, setting))
            return W5_OK;
    if (find_outside(c, chosen.block, own, setting))
        return W5_OK;
    for (const w5_nginx_block *b = c->first_block; b && upstream.len + path.len == 0; b = b->next)
        if (find_in(c, b, name, setting))
            return W5_OK;
    return W5_MISS;
}
