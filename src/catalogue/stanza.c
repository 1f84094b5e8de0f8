#include "stanza.h"

/* Cuts the next line off; the reader's line number then belongs to what follows. */
static w5_str take_line(w5_stanza_reader *r)
{
    w5_str line = r->rest;
    if (!w5_str_cut(r->rest, '\n', &line, &r->rest))
        r->rest = w5_str_skip(r->rest, r->rest.len);
    r->line++;
    return line.len > 0 && line.ptr[line.len - 1] == '\r' ? w5_str_head(line, line.len - 1) : line;
}

static bool is_blank(w5_str line)
{
    return w5_str_trim(line).len == 0;
}

static bool opens_stanza(w5_str line)
{
    return w5_str_starts(line, W5_STR("-- "));
}

static bool is_comment(w5_str line)
{
    return line.len > 0 && line.ptr[0] == '#';
}

static bool is_indented(w5_str line)
{
    return line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
}

w5_rc w5_stanza_reader_init(w5_stanza_reader *r, w5_str file, w5_str text, w5_arena *arena,
                            w5_err *err)
{
    size_t at;
    if (text.len > W5_CATALOGUE_FILE_MAX)
        return w5_stanza_fail(err, file, 1U, "longer than %zu bytes", W5_CATALOGUE_FILE_MAX);
    if (w5_str_find_char(text, '\0', &at))
        return w5_stanza_fail(err, file, 1U, "a NUL byte at offset %zu: this is no text", at);
    w5_str_take(&text, W5_STR("\xef\xbb\xbf"));
    *r = (w5_stanza_reader){.file = file, .rest = text, .line = 1, .arena = arena};
    return W5_OK;
}

static bool is_id(w5_str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '.' && c != '-' && c != '_')))
            return false;
    }
    return id.len > 0 && id.len <= W5_STANZA_ID_MAX;
}

/* "-- KIND ID" */
static w5_rc read_head(w5_stanza_reader *r, w5_stanza *s, w5_err *err)
{
    s->file = r->file;
    s->line = r->line;
    w5_str line = take_line(r), rest = w5_str_trim(w5_str_skip(line, 2));
    if (!w5_str_cut(rest, ' ', &s->kind, &s->id))
        return w5_stanza_fail(err, s->file, s->line, "expected '-- KIND ID', found '%.*s'",
                              W5_ARG(w5_str_head(line, 80)));
    s->id = w5_str_trim(s->id);
    if (!is_id(s->id))
        return w5_stanza_fail(err, s->file, s->line,
                              "'%.*s' is no id: at most %d of a-z 0-9 . - _, no blank",
                              W5_ARG(w5_str_head(s->id, 80)), W5_STANZA_ID_MAX);
    return W5_OK;
}

static w5_rc skip_to_head(w5_stanza_reader *r, w5_err *err)
{
    while (r->rest.len > 0) {
        w5_stanza_reader here = *r;
        w5_str line = take_line(r);
        if (opens_stanza(line)) {
            *r = here;
            return W5_OK;
        }
        if (!is_blank(line) && !is_comment(line))
            return w5_stanza_fail(err, r->file, here.line,
                                  "expected '-- KIND ID' or a comment, found '%.*s'",
                                  W5_ARG(w5_str_head(line, 80)));
    }
    return W5_END;
}

static bool ends_keys(w5_str line)
{
    return is_blank(line) || opens_stanza(line);
}

static size_t count_keys(w5_stanza_reader r)
{
    size_t n = 0;
    while (r.rest.len > 0) {
        w5_str line = take_line(&r);
        if (ends_keys(line))
            break;
        n += !is_comment(line) && !is_indented(line);
    }
    return n;
}

/* "   | more": what stands behind the bar, as it stands. */
static w5_rc continue_value(const w5_stanza_reader *r, w5_str line, struct w5_key *key, w5_err *err)
{
    w5_str more = w5_str_trim(line);
    if (key == NULL || more.len == 0 || more.ptr[0] != '|')
        return w5_stanza_fail(err, r->file, r->line - 1,
                              "a line that begins with a blank must go on with '|': '%.*s'",
                              W5_ARG(w5_str_head(more, 80)));
    size_t bar = 0;
    w5_str_find_char(line, '|', &bar);
    more = w5_str_skip(line, bar + 1);
    w5_str_take(&more, W5_STR(" "));
    if (key->value.len + more.len >= W5_STANZA_VALUE_MAX)
        return w5_stanza_fail(err, r->file, r->line - 1, "the value of '%.*s' is too long",
                              W5_ARG(key->name));
    key->value = w5_arena_fmt(r->arena, "%.*s\n%.*s", W5_ARG(key->value), W5_ARG(more));
    return W5_OK;
}

static bool is_key_name(w5_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((name.ptr[i] < 'a' || name.ptr[i] > 'z') && name.ptr[i] != '-')
            return false;
    return name.len > 0;
}

static w5_rc read_key(const w5_stanza_reader *r, w5_str line, struct w5_key *key, w5_err *err)
{
    key->line = r->line - 1;
    if (!w5_str_cut(line, ':', &key->name, &key->value) || !is_key_name(key->name))
        return w5_stanza_fail(err, r->file, key->line,
                              "expected 'key: value' or a blank line before prose, found '%.*s'",
                              W5_ARG(w5_str_head(line, 80)));
    key->value = w5_str_trim(key->value);
    if (key->value.len == 0)
        return w5_stanza_fail(err, r->file, key->line, "'%.*s' has no value", W5_ARG(key->name));
    if (key->value.len > W5_STANZA_VALUE_MAX)
        return w5_stanza_fail(err, r->file, key->line, "the value of '%.*s' is too long",
                              W5_ARG(key->name));
    return W5_OK;
}

static w5_rc read_keys(w5_stanza_reader *r, w5_stanza *s, w5_err *err)
{
    size_t n = count_keys(*r), at = 0;
    if (n > W5_STANZA_KEYS_MAX)
        return w5_stanza_fail(err, s->file, s->line, "more than %d keys", W5_STANZA_KEYS_MAX);
    struct w5_key *keys = W5_NEW_N(r->arena, struct w5_key, n + 1);
    while (r->rest.len > 0) {
        w5_stanza_reader here = *r;
        w5_str line = take_line(r);
        if (ends_keys(line)) {
            *r = here;
            break;
        }
        if (is_comment(line))
            continue;
        w5_rc rc = is_indented(line) ? continue_value(r, line, at > 0 ? &keys[at - 1] : NULL, err)
                                     : read_key(r, line, &keys[at++], err);
        if (rc < 0)
            return rc;
    }
    s->key = keys;
    s->keys = at;
    return W5_OK;
}

/* Up to the next stanza, without the comments that stand before that one. */
static w5_rc read_prose(w5_stanza_reader *r, w5_stanza *s, w5_err *err)
{
    const char *from = NULL, *to = NULL;
    unsigned line = r->line;
    while (r->rest.len > 0) {
        w5_stanza_reader here = *r;
        w5_str text = take_line(r);
        if (opens_stanza(text)) {
            *r = here;
            break;
        }
        if (is_blank(text) || is_comment(text))
            continue;
        if (from == NULL) {
            from = text.ptr;
            line = here.line;
        }
        to = text.ptr + text.len;
    }
    s->prose = to == NULL ? W5_STR("") : (w5_str){from, (size_t)(to - from)};
    if (s->prose.len > W5_STANZA_PROSE_MAX)
        return w5_stanza_fail(err, s->file, line, "more than %zu bytes of prose",
                              W5_STANZA_PROSE_MAX);
    return W5_OK;
}

w5_rc w5_stanza_read(w5_stanza_reader *r, w5_stanza *stanza, w5_err *err)
{
    w5_stanza s = {0};
    w5_rc rc = skip_to_head(r, err);
    if (rc == W5_OK)
        rc = read_head(r, &s, err);
    if (rc == W5_OK)
        rc = read_keys(r, &s, err);
    if (rc == W5_OK)
        rc = read_prose(r, &s, err);
    if (rc == W5_OK)
        *stanza = s;
    return rc;
}

w5_str w5_stanza_get(const w5_stanza *s, const char *key)
{
    size_t at = 0;
    w5_str value = W5_STR("");
    w5_stanza_next(s, key, &at, &value);
    return value;
}

bool w5_stanza_find(const w5_stanza *s, w5_str key, size_t *at, w5_str *value)
{
    for (; *at < s->keys; ++*at) {
        if (!w5_str_eq(s->key[*at].name, key))
            continue;
        *value = s->key[(*at)++].value;
        return true;
    }
    return false;
}

bool w5_stanza_next(const w5_stanza *s, const char *key, size_t *at, w5_str *value)
{
    return w5_stanza_find(s, w5_str_of(key), at, value);
}
