/* declared.c -- formats that a catalogue declares: a `format` stanza with a `match`.
 *
 * What the expression's named groups hold becomes the record's stamp, message, host and fields. The
 * formats are made once and shared; the compiled expressions are each stage's own (one expression
 * serves one thread). They are asked before all others: who declares a format means it. */
#include "declared.h"

#include <limits.h>

#include "fields_access.h"
#include "fields_nginx.h"
#include "levels.h"
#include "records.h"

enum {
    GROUPS = 32
};

enum { /* what a group can be beside a field */
    STAMP = W5_FIELDS,
    MESSAGE,
    HOST,
    NOTHING
};

struct w5_declared {
    w5_format format; /* first: a record's format leads here */
    w5_str match;
    size_t index, groups;
    uint8_t what[GROUPS]; /* by group */
};

/* --- a line ---------------------------------------------------------------------------------- */
/* "2026/11/20 16:37:20" is read as if hyphens stood there. */
static bool take_iso(w5_str s, w5_record *r)
{
    char text[48];
    int offset;
    unsigned digits;
    if (s.len < 10 || s.len > sizeof(text))
        return false;
    memcpy(text, s.ptr, s.len);
    if (text[4] == '/' && text[7] == '/')
        text[4] = text[7] = '-';
    w5_str rest = {text, s.len};
    if (!w5_take_iso(&rest, &r->at, &offset, &digits) || rest.len > 0)
        return false;
    r->zoned = offset != INT_MIN;
    r->digits = (uint8_t)(digits < 6 ? digits : 6);
    return true;
}

/* Seconds since 1970, with or without a fraction, or milliseconds. */
static bool take_epoch(w5_str s, w5_record *r)
{
    int64_t micros;
    if (!w5_str_micros(s, &micros) || micros <= 0)
        return false;
    bool millis = micros > INT64_C(100000000000) * W5_SECOND;
    r->at = millis ? micros / 1000 : micros;
    r->digits = millis || memchr(s.ptr, '.', s.len) ? 3 : 0;
    r->zoned = true;
    return true;
}

/* "20/Nov/2026:16:37:20 +0000" */
static bool take_common(w5_str s, w5_record *r)
{
    r->zoned = true;
    return w5_access_time_local(s, &r->at);
}

static bool read_stamp(w5_str s, w5_record *r)
{
    bool read = take_iso(s, r) || take_common(s, r) || take_epoch(s, r);
    if (!read)
        r->at = W5_TIME_NONE;
    return read;
}

static void set_field(w5_record *r, w5_field f, w5_str value)
{
    w5_str level = f == W5_F_level ? w5_level_word(value) : W5_NONE;
    w5_record_set(r, f, level.len ? level : value);
    if (f == W5_F_request)
        w5_nginx_request(r, value, true);
}

static bool take(const w5_declared *d, const w5_str *group, w5_record *r)
{
    for (size_t i = 1; i <= d->groups; i++) {
        if (!group[i].ptr)
            continue;
        if (d->what[i] == STAMP && !read_stamp(group[i], r))
            return false;
        if (d->what[i] == MESSAGE)
            r->message = group[i];
        else if (d->what[i] == HOST)
            r->host = group[i];
        else if (d->what[i] < W5_FIELDS)
            set_field(r, (w5_field)d->what[i], group[i]);
    }
    return true;
}

static w5_fit parse(void *memo, w5_str line, w5_record *r)
{
    (void)memo;
    const w5_declared *d = (const void *)r->format;
    w5_str group[GROUPS];
    w5_regex *re = r->stream ? w5_declared_regex(r->stream, d->index) : NULL;
    if (!re || w5_regex_match(re, line, group, d->groups + 1) != W5_OK)
        return W5_FIT_NO;
    r->message = line;
    return take(d, group, r) ? W5_FIT_YES : W5_FIT_NO;
}

/* --- a stanza -------------------------------------------------------------------------------- */
static int meaning(w5_str group)
{
    static const struct {
        w5_str name;
        int what;
    } own[] = {
        {W5_LIT("stamp"),   STAMP  },
        {W5_LIT("time"),    STAMP  },
        {W5_LIT("message"), MESSAGE},
        {W5_LIT("host"),    HOST   },
        {W5_LIT(""),        NOTHING},
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
        if (w5_str_eq(own[i].name, group))
            return own[i].what;
    return w5_field_find(group);
}

static w5_rc complain(const w5_stanza *s, const char *what, w5_err *err)
{
    return w5_fail(err, W5_ESYNTAX, 0, "%.*s:%u: format '%.*s': %s", W5_ARG(s->file), s->line,
                   W5_ARG(s->id), what);
}

static w5_rc read_groups(const w5_stanza *s, const w5_regex *re, w5_declared *d, w5_err *err)
{
    d->groups = w5_regex_groups(re);
    if (d->groups >= GROUPS)
        return complain(s, "too many groups in its expression", err);
    for (size_t i = 1; i <= d->groups; i++) {
        int what = meaning(w5_regex_group_name(re, i));
        if (what < 0)
            return w5_fail(err, W5_ESYNTAX, 0, "%.*s:%u: format '%.*s': no field is called '%.*s'",
                           W5_ARG(s->file), s->line, W5_ARG(s->id),
                           W5_ARG(w5_regex_group_name(re, i)));
        d->what[i] = (uint8_t)what;
    }
    return W5_OK;
}

static w5_rc read_stanza(const w5_stanza *s, w5_declared *d, w5_err *err)
{
    w5_regex *re = NULL;
    w5_err why = {0};
    if (w5_format_known(s->id))
        return complain(s, "a format of that name is built in; 'match' needs another id", err);
    d->match = w5_stanza_get(s, "match");
    d->format = (w5_format){.id = s->id,
                            .title = w5_stanza_get(s, "title"),
                            .sample = w5_stanza_get(s, "sample"),
                            .parse = parse};
    if (w5_regex_new(d->match, &re, &why) < 0)
        return complain(s, why.text, err);
    w5_rc rc = read_groups(s, re, d, err);
    w5_regex_free(re);
    return rc;
}

static bool declares(const w5_stanza *s)
{
    return w5_str_eq(s->kind, W5_STR("format")) && w5_stanza_get(s, "match").len > 0;
}

w5_rc w5_declared_read(const w5_catalogue *c, w5_arena *arena, const w5_declared **all, size_t *n,
                       w5_err *err)
{
    const w5_stanza *const *stanza;
    size_t stanzas = w5_catalogue_stanzas(c, &stanza);
    w5_declared *at = W5_NEW_N(arena, w5_declared, W5_DECLARED_MAX);
    *n = 0;
    *all = at;
    for (size_t i = 0; i < stanzas; i++) {
        if (!declares(stanza[i]))
            continue;
        if (*n == W5_DECLARED_MAX)
            return complain(stanza[i], "too many formats are declared", err);
        at[*n].index = *n;
        w5_rc rc = read_stanza(stanza[i], &at[*n], err);
        if (rc < 0)
            return rc;
        ++*n;
    }
    return W5_OK;
}

const w5_format *w5_declared_format(const w5_declared *all, size_t i)
{
    return &all[i].format;
}

w5_regex *w5_declared_compile(const w5_declared *all, size_t i)
{
    w5_regex *re = NULL;
    w5_err err = {0};
    return w5_regex_new(all[i].match, &re, &err) < 0 ? NULL : re;
}
