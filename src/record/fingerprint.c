/* fingerprint.c -- see fingerprint.h.
 *
 * Two passes over the bytes: `plain` removes comments and literals and folds blanks in one walk;
 * `lists` then collapses value lists and LIMIT, which need to see whole words. */
#include "fingerprint.h"

#include <stdlib.h>

typedef struct text {
    char *ptr;
    size_t len;
} text;

/* ASCII, whatever the locale: the classes of <ctype.h> cost a call for every byte. */
static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

static bool is_word(char c)
{
    return is_digit(c) || (unsigned char)((c | 0x20) - 'a') <= 'z' - 'a';
}

static bool is_space(char c)
{
    return c == ' ' || (unsigned char)(c - '\t') <= '\r' - '\t';
}

static char lower(char c)
{
    return (unsigned char)(c - 'A') <= 'Z' - 'A' ? (char)(c | 0x20) : c;
}

static bool ends_with_word(const text *t)
{
    return t->len && (is_word(t->ptr[t->len - 1]) || t->ptr[t->len - 1] == '_' ||
                      t->ptr[t->len - 1] == '$');
}

static void put(text *t, char c)
{
    if (c == ' ' && (t->len == 0 || t->ptr[t->len - 1] == ' '))
        return;
    t->ptr[t->len++] = c;
}

static void put_mark(text *t)
{
    if (t->len == 0 || t->ptr[t->len - 1] != '?')
        t->ptr[t->len++] = '?';
}

/* The index behind a string that begins at i; doubled and back-slashed quotes do not end it. */
static size_t skip_string(w5_str s, size_t i)
{
    char quote = s.ptr[i++];
    while (i < s.len) {
        if (s.ptr[i] == '\\') {
            i += 2;
        } else if (s.ptr[i] == quote) {
            if (i + 1 >= s.len || s.ptr[i + 1] != quote)
                return i + 1;
            i += 2;
        } else {
            i++;
        }
    }
    return s.len;
}

static bool at(w5_str s, size_t i, const char *word)
{
    return w5_str_starts(w5_str_skip(s, i), w5_str_of(word));
}

/* The index behind a comment that begins at i, or i. Version comments are kept: they are executed. */
static size_t skip_comment(w5_str s, size_t i)
{
    size_t end;
    if (s.ptr[i] != '/' && s.ptr[i] != '-' && s.ptr[i] != '#')
        return i;
    if (at(s, i, "/*") && !at(s, i, "/*!"))
        return w5_str_find(w5_str_skip(s, i + 2), W5_STR("*/"), &end) ? i + 2 + end + 2 : s.len;
    if (s.ptr[i] == '#' || (at(s, i, "--") && (i + 2 >= s.len || is_space(s.ptr[i + 2]))))
        return w5_str_find_char(w5_str_skip(s, i), '\n', &end) ? i + end : s.len;
    return i;
}

static bool starts_number(w5_str s, size_t i, const text *t)
{
    char c = s.ptr[i];
    if (is_digit(c))
        return !ends_with_word(t);
    return (c == '-' || c == '+' || c == '.') && i + 1 < s.len && is_digit(s.ptr[i + 1]) &&
           (t->len == 0 || t->ptr[t->len - 1] != ')') && !ends_with_word(t);
}

static size_t skip_number(w5_str s, size_t i)
{
    i++;
    while (i < s.len && (is_word(s.ptr[i]) || s.ptr[i] == '.' || s.ptr[i] == '_' ||
                         ((s.ptr[i] == '-' || s.ptr[i] == '+') && (s.ptr[i - 1] == 'e' || s.ptr[i - 1] == 'E'))))
        i++;
    return i;
}

/* Most bytes begin no comment, string or number and are no blank: all of these are below 64. */
static bool is_quiet(char c)
{
#define BIT(c) (UINT64_C(1) << (c))
    static const uint64_t digits = BIT('9' + 1) - BIT('0'), blanks = BIT('\r' + 1) - BIT('\t');
    static const uint64_t loud = digits | blanks | BIT(' ') | BIT('"') | BIT('#') | BIT('\'') |
                                 BIT('+') | BIT('-') | BIT('.') | BIT('/');
#undef BIT
    unsigned char byte = (unsigned char)c;
    return byte >= 64 || !(loud >> byte & 1);
}

/* --- where values stand ----------------------------------------------------------------------- */
enum {
    VALUES_MAX = 24
};

typedef struct values { /* strings and plain numbers of a statement, in their order */
    uint16_t from[VALUES_MAX], past[VALUES_MAX];
    size_t n;
} values;

static void note_value(values *v, size_t from, size_t past)
{
    if (!v || v->n == VALUES_MAX || past > UINT16_MAX)
        return; /* what is not noted counts as it stands */
    v->from[v->n] = (uint16_t)from;
    v->past[v->n++] = (uint16_t)past;
}

static size_t skip_plain_number(w5_str s, size_t i)
{
    while (i < s.len && (is_digit(s.ptr[i]) || s.ptr[i] == '.'))
        i++;
    return i;
}

/* "1e5" and "0xff" are numbers, too, but rare. */
static void note_number(values *v, w5_str sql, size_t from, size_t past)
{
    while (from < past && !is_digit(sql.ptr[from]))
        from++;
    if (from < past && skip_plain_number(sql, from) == past)
        note_value(v, from, past);
}

/* `taken` may be NULL: where the values stood. */
static text plain(w5_arena *arena, w5_str sql, values *taken)
{
    text t = {w5_arena_alloc(arena, sql.len + 2), 0};
    for (size_t i = 0; i < sql.len;) {
        if (is_quiet(sql.ptr[i])) {
            t.ptr[t.len++] = lower(sql.ptr[i++]);
            continue;
        }
        char c = sql.ptr[i];
        size_t past = skip_comment(sql, i);
        if (past > i) {
            put(&t, ' ');
            i = past;
        } else if (c == '\'' || c == '"') {
            put_mark(&t);
            past = skip_string(sql, i);
            note_value(taken, i, past);
            i = past;
        } else if (starts_number(sql, i, &t)) {
            put_mark(&t);
            past = skip_number(sql, i);
            note_number(taken, sql, i, past);
            i = past;
        } else {
            put(&t, is_space(c) ? ' ' : lower(c));
            i++;
        }
    }
    while (t.len && (t.ptr[t.len - 1] == ' ' || t.ptr[t.len - 1] == ';'))
        t.len--;
    return t;
}

/* Digits inside names ("table_2024", "s1234_x5") are values as often as not: "?" too, as
 * pt-query-digest does by default. */
static bool is_constant(w5_str word)
{
    static const w5_str words[] = {W5_LIT("null"), W5_LIT("true"), W5_LIT("false")};
    for (size_t i = 0; word.len - 4 < 2 && i < sizeof(words) / sizeof(words[0]); i++)
        if (w5_str_eq(word, words[i]))
            return true;
    return false;
}

static void mark_words(text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->len;) {
        size_t start = n;
        for (; i < t->len && (is_word(t->ptr[i]) || t->ptr[i] == '_'); i++) {
            bool digit = is_digit(t->ptr[i]);
            if (!digit)
                t->ptr[n++] = t->ptr[i];
            else if (n == 0 || t->ptr[n - 1] != '?')
                t->ptr[n++] = '?';
        }
        if (is_constant((w5_str){t->ptr + start, n - start})) {
            t->ptr[start] = '?';
            n = start + 1;
        }
        if (i < t->len)
            t->ptr[n++] = t->ptr[i++];
    }
    t->len = n;
}

/* The index behind "(?, ?, …)" repeated with commas, or i when there is none. */
static size_t skip_lists(w5_str s, size_t i)
{
    size_t behind = i;
    for (;;) {
        size_t j = i;
        if (j >= s.len || s.ptr[j] != '(')
            return behind;
        for (j++; j < s.len && s.ptr[j] != ')'; j++)
            if (s.ptr[j] != '?' && s.ptr[j] != ',' && s.ptr[j] != ' ' && s.ptr[j] != '+')
                return behind;
        if (j >= s.len)
            return behind;
        behind = i = j + 1;
        while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == ','))
            i++;
    }
}

typedef struct rule {
    w5_str word, put;
} rule;

static w5_str lists(w5_arena *arena, text t)
{
    static const rule rules[] = {{W5_LIT("in"), W5_LIT("in(?+)")},
                                 {W5_LIT("values"), W5_LIT("values(?+)")},
                                 {W5_LIT("value"), W5_LIT("value(?+)")}};
    w5_str s = {t.ptr, t.len};
    text out = {w5_arena_alloc(arena, s.len * 2 + 16), 0};
    for (size_t i = 0; i < s.len;) {
        if (s.ptr[i] != 'i' && s.ptr[i] != 'v') {
            out.ptr[out.len++] = s.ptr[i++];
            continue;
        }
        bool boundary = !ends_with_word(&out);
        const rule *found = NULL;
        size_t behind = i;
        for (size_t r = 0; boundary && !found && r < sizeof(rules) / sizeof(rules[0]); r++) {
            size_t j = i + rules[r].word.len;
            if (!w5_str_starts(w5_str_skip(s, i), rules[r].word))
                continue;
            while (j < s.len && s.ptr[j] == ' ')
                j++;
            behind = skip_lists(s, j);
            if (behind > j)
                found = &rules[r];
        }
        if (found) {
            memcpy(out.ptr + out.len, found->put.ptr, found->put.len);
            out.len += found->put.len;
            i = behind;
        } else {
            out.ptr[out.len++] = s.ptr[i++];
        }
    }
    return (w5_str){out.ptr, out.len};
}

static w5_str limits(w5_arena *arena, w5_str s)
{
    static const w5_str forms[] = {W5_LIT("limit ?, ?"), W5_LIT("limit ?,?"), W5_LIT("limit ? offset ?")};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t where;
        if (!w5_str_find(s, forms[i], &where))
            continue;
        return w5_arena_fmt(arena, "%.*slimit ?%.*s", (int)where, s.ptr,
                            W5_ARG(w5_str_skip(s, where + forms[i].len)));
    }
    return s;
}

/* Statements that are told by how they begin. */
static bool is_special(w5_arena *arena, w5_str sql, w5_str *name)
{
    if (w5_str_starts(sql, W5_STR("# administrator command: "))) {
        w5_str command = w5_str_skip(sql, 2);
        while (command.len && (command.ptr[command.len - 1] == ';' || command.ptr[command.len - 1] == '\n'))
            command.len--;
        *name = w5_arena_str(arena, command);
        return true;
    }
    if (w5_str_starts(sql, W5_STR("SELECT /*!40001 SQL_NO_CACHE */ * FROM "))) {
        *name = W5_STR("mysqldump");
        return true;
    }
    if (sql.len > 5 && w5_str_ieq(w5_str_head(sql, 5), W5_STR("call "))) {
        text t = plain(arena, sql, NULL);
        size_t open;
        w5_str call = {t.ptr, t.len};
        *name = w5_str_find_char(call, '(', &open) ? w5_str_head(call, open) : call;
        return true;
    }
    *name = W5_STR("use ?");
    return sql.len > 4 && w5_str_ieq(w5_str_head(sql, 4), W5_STR("use "));
}

static w5_str shape_of(w5_arena *arena, w5_str sql, values *taken)
{
    text t = plain(arena, sql, taken);
    mark_words(&t);
    return limits(arena, lists(arena, t));
}

static w5_str beginning(w5_str sql)
{
    return w5_str_trim(w5_str_head(sql, 16384));
}

w5_str w5_fingerprint(w5_arena *arena, w5_str sql)
{
    w5_str name;
    sql = beginning(sql);
    return is_special(arena, sql, &name) ? name : shape_of(arena, sql, NULL);
}

/* --- what is known ------------------------------------------------------------------------------
 * Two statements with the same bytes outside of their values, and with values of the same sort at the
 * same places, have the same fingerprint: `plain` walks through both in the same steps. */
enum {
    SETS = 16, /* a power of two */
    WAYS = 4,
    KNOWN_MAX = 1000,
    KEY = 16
};

struct w5_fingerprints {
    struct known {
        w5_str sql, shape; /* in `bytes`; "" when free */
        values values;
        char bytes[2 * KNOWN_MAX + 40]; /* lists may make a shape a little longer */
    } at[SETS][WAYS];
    uint8_t next[SETS];
};

w5_fingerprints *w5_fingerprints_new(void)
{
    w5_fingerprints *known = w5_xmalloc(sizeof(*known));
    for (size_t i = 0; i < SETS; i++) {
        known->next[i] = 0;
        for (size_t k = 0; k < WAYS; k++)
            known->at[i][k].sql = known->at[i][k].shape = W5_NONE;
    }
    return known;
}

void w5_fingerprints_free(w5_fingerprints *known)
{
    free(known);
}

static size_t set_of(w5_str sql)
{
    uint64_t a, b;
    memcpy(&a, sql.ptr + 4, sizeof(a));
    memcpy(&b, sql.ptr + KEY - 8, sizeof(b));
    return (a ^ b * 31) * UINT64_C(0x9e3779b97f4a7c15) >> 60;
}
_Static_assert(SETS == 1 << (64 - 60), "the set is the upper bits");

/* The index behind a value that stands at i, if it is of the sort that stood there. */
static bool skip_value(w5_str sql, size_t *i, char first)
{
    if (*i >= sql.len)
        return false;
    bool number = is_digit(first);
    if (number ? !is_digit(sql.ptr[*i]) : sql.ptr[*i] != first)
        return false;
    *i = number ? skip_plain_number(sql, *i) : skip_string(sql, *i);
    *i = *i < sql.len ? *i : sql.len;
    return true;
}

static bool is_like(const struct known *known, w5_str sql)
{
    size_t from = 0, i = 0;
    for (size_t v = 0; v <= known->values.n; v++) {
        bool last = v == known->values.n;
        size_t n = (last ? known->sql.len : known->values.from[v]) - from;
        if (n > sql.len - i || memcmp(known->sql.ptr + from, sql.ptr + i, n) != 0)
            return false;
        i += n;
        if (last)
            break;
        if (!skip_value(sql, &i, known->sql.ptr[known->values.from[v]]))
            return false;
        from = known->values.past[v];
    }
    return i == sql.len;
}

static void keep(struct known *known, w5_str sql, w5_str shape, const values *taken)
{
    memcpy(known->bytes, sql.ptr, sql.len);
    memcpy(known->bytes + sql.len, shape.ptr, shape.len);
    known->sql = (w5_str){known->bytes, sql.len};
    known->shape = (w5_str){known->bytes + sql.len, shape.len};
    known->values = *taken;
}

w5_str w5_fingerprint_known(w5_fingerprints *known, w5_arena *arena, w5_str sql)
{
    w5_str name;
    sql = beginning(sql);
    if (is_special(arena, sql, &name))
        return name;
    if (sql.len < KEY || sql.len > KNOWN_MAX)
        return shape_of(arena, sql, NULL);
    size_t set = set_of(sql);
    for (size_t way = 0; way < WAYS; way++)
        if (known->at[set][way].sql.len > 0 && is_like(&known->at[set][way], sql))
            return w5_arena_str(arena, known->at[set][way].shape);
    values taken = {.n = 0};
    w5_str shape = shape_of(arena, sql, &taken);
    if (shape.len > 0 && sql.len + shape.len <= sizeof(known->at[0][0].bytes))
        keep(&known->at[set][known->next[set]++ % WAYS], sql, shape, &taken);
    return shape;
}
