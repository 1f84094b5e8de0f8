/* matcher.c -- which pattern is a message? One literal look-up decides for nearly all lines.
 *
 * The patterns of a format form a set, made when the first message of that format comes. A pattern
 * becomes a candidate by how its message starts (a prefix tree), else by a literal anywhere in it
 * (needles), else always; candidates are bits, numbered by turn, and the first whose other
 * conditions hold wins. So the number of patterns does not matter, and an expression runs only on
 * messages that already begin as it says. */
#include "inside.h"
#include "literal.h"
#include "needles.h"
#include "stanza.h"
#include "tree.h"

#define SETS_MAX 64
#define NEVER    UINT16_MAX
#define MEMOS    256 /* a power of two */

/* What all messages have in common that begin alike and whose fields are the same: messages of one
 * kind come by the thousand. */
typedef struct memo {
    bool made, sure; /* sure: nothing of `first` is left to be asked */
    w5_tree_way way;
    int number;
    uint8_t phase, level, ident; /* their lengths */
    char words[69];              /* they, one behind the other */
    uint16_t first;              /* candidate whose fields fit; the set's `n`: none */
} memo;

typedef struct set {
    w5_str format;
    const w5_probe **probe; /* by turn; a candidate's bit is its place here */
    size_t n, words;
    w5_tree tree;
    w5_needles needles;
    uint64_t *always, *afloat; /* candidates of every message; those that needles find */
    uint16_t first_afloat;     /* NEVER: none */
    memo *memo;
} set;

struct w5_matcher {
    const w5_catalogue *catalogue;
    w5_arena *arena;
    set *sets[SETS_MAX];
    size_t n;
    const set *last;
    uint64_t *hit;    /* room for every pattern */
    w5_regex **regex; /* by w5_pattern.index, NULL until first used */
    bool *broken;     /* did not compile; told by w5_matcher_try */
    uint64_t *given_up; /* likewise by index: messages on which it ran into its limits */
    w5_answer other;  /* of a second look; see afloat_fit */
};

w5_matcher *w5_matcher_new(const w5_catalogue *c)
{
    w5_arena *arena = w5_arena_new();
    w5_matcher *m = W5_NEW(arena, w5_matcher);
    m->catalogue = c;
    m->arena = arena;
    m->hit = W5_NEW_N(arena, uint64_t, c->pattern_count / 64 + 1);
    m->regex = W5_NEW_N(arena, w5_regex *, c->pattern_count + 1);
    m->broken = W5_NEW_N(arena, bool, c->pattern_count + 1);
    m->given_up = W5_NEW_N(arena, uint64_t, c->pattern_count + 1);
    return m;
}

void w5_matcher_free(w5_matcher *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->catalogue->pattern_count; i++)
        w5_regex_free(m->regex[i]);
    w5_arena_free(m->arena);
}

static bool is_of_format(const w5_pattern *p, w5_str format)
{
    for (size_t i = 0; i < p->formats.n; i++)
        if (w5_str_eq(p->formats.at[i], format))
            return true;
    return p->formats.n == 0;
}

static void choose_probes(set *s, const w5_catalogue *c, w5_arena *arena)
{
    s->probe = W5_NEW_N(arena, const w5_probe *, c->pattern_count + 1);
    for (size_t i = 0; i < c->pattern_count; i++)
        if (is_of_format(&c->probes[i]->pattern, s->format))
            s->probe[s->n++] = c->probes[i];
    s->words = s->n / 64 + 1;
    s->always = W5_NEW_N(arena, uint64_t, s->words);
    s->afloat = W5_NEW_N(arena, uint64_t, s->words);
    s->first_afloat = NEVER;
    s->memo = W5_NEW_N(arena, memo, MEMOS);
}

static bool all_long(const w5_list *literals)
{
    for (size_t i = 0; i < literals->n; i++)
        if (literals->at[i].len < W5_NEEDLE_MIN)
            return false;
    return literals->n > 0;
}

typedef struct making {
    w5_leaf *leaf;
    w5_needle *needle;
    size_t leaves, needles;
} making;

static void file_probe(set *s, making *m, uint16_t bit, w5_arena *arena)
{
    const w5_pattern *p = &s->probe[bit]->pattern;
    w5_str prefix = p->starts.n > 0 ? W5_NONE : w5_literal_prefix(p->match, arena);
    for (size_t i = 0; i < p->starts.n; i++)
        m->leaf[m->leaves++] = (w5_leaf){p->starts.at[i], bit, p->ends};
    if (p->starts.n > 0)
        return;
    if (prefix.len > 0) {
        m->leaf[m->leaves++] = (w5_leaf){prefix, bit, false};
    } else if (all_long(&p->needs)) {
        for (size_t i = 0; i < p->needs.n; i++)
            m->needle[m->needles++] = (w5_needle){p->needs.at[i], bit, 0};
        w5_bit_set(s->afloat, bit);
        s->first_afloat = s->first_afloat < bit ? s->first_afloat : bit;
    } else {
        w5_bit_set(s->always, bit);
    }
}

static set *make_set(w5_matcher *m, w5_str format)
{
    size_t leaves = 1, needles = 1;
    set *s = W5_NEW(m->arena, set);
    s->format = w5_arena_str(m->arena, format);
    choose_probes(s, m->catalogue, m->arena);
    for (size_t i = 0; i < s->n; i++) {
        leaves += s->probe[i]->pattern.starts.n + 1;
        needles += s->probe[i]->pattern.needs.n;
    }
    making made = {.leaf = W5_NEW_N(m->arena, w5_leaf, leaves),
                   .needle = W5_NEW_N(m->arena, w5_needle, needles)};
    for (size_t i = 0; i < s->n; i++)
        file_probe(s, &made, (uint16_t)i, m->arena);
    w5_tree_build(&s->tree, made.leaf, made.leaves, m->arena);
    w5_needles_build(&s->needles, made.needle, made.needles);
    return s;
}

static const set *find_set(w5_matcher *m, w5_str format)
{
    if (m->last != NULL && w5_str_eq(m->last->format, format))
        return m->last;
    for (size_t i = 0; i < m->n; i++)
        if (w5_str_eq(m->sets[i]->format, format))
            return m->last = m->sets[i];
    if (m->n == SETS_MAX)
        return m->sets[0]; /* formats are the program's own, there are not that many */
    return m->last = m->sets[m->n++] = make_set(m, format);
}

static bool number_fits(const w5_probe *p, int number)
{
    for (size_t i = 0; i < p->pattern.errnos.n; i++)
        if (p->numbers[i] == number)
            return true;
    return p->pattern.errnos.n == 0;
}

static bool phase_fits(const w5_list *phases, w5_str phase)
{
    for (size_t i = 0; i < phases->n; i++)
        if (w5_str_eq(phases->at[i], phase) ||
            (phase.len == 0 && w5_str_eq(phases->at[i], W5_STR("none"))))
            return true;
    return phases->n == 0;
}

static bool word_fits(const w5_list *words, w5_str word)
{
    for (size_t i = 0; i < words->n; i++)
        if (w5_str_ieq(words->at[i], word))
            return true;
    return words->n == 0;
}

static bool needs_fit(const w5_list *needs, w5_str message)
{
    size_t at;
    for (size_t i = 0; i < needs->n; i++)
        if (w5_str_find(message, needs->at[i], &at))
            return true;
    return needs->n == 0;
}

w5_rc w5_matcher_try(w5_matcher *m, const w5_pattern *p, w5_err *err)
{
    w5_err why;
    w5_regex **re = &m->regex[p->index];
    if (p->match.len == 0 || *re != NULL)
        return W5_OK;
    w5_rc rc = w5_regex_new(p->match, re, &why);
    m->broken[p->index] = rc < 0;
    if (rc < 0)
        return w5_stanza_fail(err, p->stanza->file, p->stanza->line, "pattern '%.*s': %s",
                              W5_ARG(p->id), why.text);
    return W5_OK;
}

static bool expression_fits(w5_matcher *m, const w5_pattern *p, w5_str message, w5_answer *a)
{
    if (p->match.len == 0)
        return true;
    if (m->broken[p->index] || w5_matcher_try(m, p, NULL) < 0)
        return false;
    w5_rc rc = w5_regex_match(m->regex[p->index], message, a->group, W5_GROUPS);
    if (rc == W5_ELIMIT) {
        a->limit = true;
        m->given_up[p->index]++;
    }
    if (rc != W5_OK)
        return false;
    size_t groups = w5_regex_groups(m->regex[p->index]) + 1;
    a->groups = groups < W5_GROUPS ? groups : W5_GROUPS;
    return true;
}

static bool fields_fit(const w5_probe *probe, const w5_question *q)
{
    const w5_pattern *p = &probe->pattern;
    return number_fits(probe, q->number) && phase_fits(&p->phases, q->phase) &&
           word_fits(&p->levels, q->level) && word_fits(&p->idents, q->ident);
}

static bool fits(w5_matcher *m, const w5_probe *probe, const w5_question *q, w5_answer *a)
{
    const w5_pattern *p = &probe->pattern;
    return fields_fit(probe, q) && needs_fit(&p->needs, q->message) &&
           expression_fits(m, p, q->message, a);
}

/* The first candidate below `end` that fits; `end` when none does. */
static size_t first_fit(w5_matcher *m, const set *s, size_t end, const w5_question *q, w5_answer *a)
{
    for (size_t w = 0; w * 64 < end; w++)
        for (uint64_t bits = m->hit[w]; bits != 0; bits &= bits - 1) {
            size_t i = w * 64 + (size_t)__builtin_ctzll(bits);
            if (i >= end)
                return end;
            if (fits(m, s->probe[i], q, a))
                return i;
        }
    return end;
}

static bool any_hit(const w5_matcher *m, const set *s)
{
    uint64_t bits = 0;
    for (size_t w = 0; w < s->words; w++)
        bits |= m->hit[w];
    return bits != 0;
}

/* Needles are looked for only where one of them could come before what was found already. */
static size_t afloat_fit(w5_matcher *m, const set *s, size_t end, const w5_question *q,
                         w5_answer *a)
{
    memset(m->hit, 0, s->words * sizeof(*m->hit));
    w5_needles_find(&s->needles, q->message, m->hit);
    if (!any_hit(m, s))
        return end;
    m->other.limit = a->limit;
    m->other.groups = 0;
    size_t found = first_fit(m, s, end, q, &m->other);
    a->limit = m->other.limit;
    if (found < end)
        *a = m->other;
    return found;
}

/* --- the memo -------------------------------------------------------------------------------- */
static size_t hash(const w5_question *q, w5_tree_way way)
{
    size_t h = way.node * (size_t)31 + way.whole;
    h = h * 31 + (size_t)q->number;
    h = h * 31 + q->phase.len;
    h = h * 31 + q->level.len;
    h = h * 31 + q->ident.len;
    return (h ^ h >> 8) & (MEMOS - 1);
}

static bool has_word(const char **at, size_t len, w5_str word)
{
    bool same = len == word.len && (len == 0 || memcmp(*at, word.ptr, len) == 0);
    *at += len;
    return same;
}

static bool recalls(const memo *known, const w5_question *q, w5_tree_way way)
{
    const char *at = known->words;
    return known->made && known->way.node == way.node && known->way.whole == way.whole &&
           known->number == q->number && has_word(&at, known->phase, q->phase) &&
           has_word(&at, known->level, q->level) && has_word(&at, known->ident, q->ident);
}

static uint8_t keep_word(char **at, w5_str word)
{
    if (word.len > 0)
        memcpy(*at, word.ptr, word.len);
    *at += word.len;
    return (uint8_t)word.len;
}

static void candidates(const w5_matcher *m, const set *s, w5_tree_way way)
{
    memcpy(m->hit, s->always, s->words * sizeof(*m->hit));
    w5_tree_leaves(&s->tree, way, m->hit);
}

static uint16_t first_of_fields(const w5_matcher *m, const set *s, const w5_question *q)
{
    for (size_t w = 0; w < s->words; w++)
        for (uint64_t bits = m->hit[w]; bits != 0; bits &= bits - 1) {
            size_t i = w * 64 + (size_t)__builtin_ctzll(bits);
            if (fields_fit(s->probe[i], q))
                return (uint16_t)i;
        }
    return (uint16_t)s->n;
}

static void learn(memo *known, const w5_matcher *m, const set *s, const w5_question *q,
                  w5_tree_way way)
{
    char *at = known->words;
    candidates(m, s, way);
    known->way = way;
    known->number = q->number;
    known->first = first_of_fields(m, s, q);
    known->sure = known->first == s->n || (s->probe[known->first]->pattern.needs.n == 0 &&
                                           s->probe[known->first]->pattern.match.len == 0);
    known->made = q->phase.len + q->level.len + q->ident.len <= sizeof(known->words);
    if (!known->made)
        return;
    known->phase = keep_word(&at, q->phase);
    known->level = keep_word(&at, q->level);
    known->ident = keep_word(&at, q->ident);
}

w5_rc w5_matcher_find(w5_matcher *m, const w5_question *q, w5_answer *a)
{
    const set *s = find_set(m, q->format);
    w5_tree_way way = w5_tree_find(&s->tree, q->message);
    memo *known = &s->memo[hash(q, way)];
    a->pattern = NULL;
    a->groups = 0;
    a->limit = false;
    a->sight = SIZE_MAX;
    if (!recalls(known, q, way))
        learn(known, m, s, q, way);
    size_t found = known->first;
    if (!known->sure) {
        candidates(m, s, way);
        found = first_fit(m, s, s->n, q, a);
    }
    if (known->sure)
        a->sight = w5_tree_sight(&s->tree, way, q->message);
    a->floats = s->first_afloat < found;
    if (a->floats)
        found = afloat_fit(m, s, found, q, a);
    if (a->floats && any_hit(m, s))
        a->sight = SIZE_MAX;
    if (found == s->n)
        return W5_MISS;
    a->pattern = &s->probe[found]->pattern;
    return W5_OK;
}

bool w5_matcher_floats(w5_matcher *m, w5_str format, w5_str message)
{
    return w5_needles_any(&find_set(m, format)->needles, message);
}

uint64_t w5_matcher_given_up(const w5_matcher *m, const w5_pattern *p)
{
    return m->given_up[p->index];
}

bool w5_pattern_is_costly(const w5_pattern *p)
{
    w5_arena *scratch = w5_arena_new();
    bool literal =
        p->starts.n > 0 || all_long(&p->needs) || w5_literal_prefix(p->match, scratch).len > 0;
    bool narrow = p->levels.n + p->idents.n + p->phases.n + p->errnos.n > 0;
    w5_arena_free(scratch);
    return p->match.len > 0 && !literal && !narrow;
}

w5_str w5_matcher_group_name(w5_matcher *m, const w5_pattern *p, size_t i)
{
    if (w5_matcher_try(m, p, NULL) < 0 || m->regex[p->index] == NULL)
        return W5_STR("");
    return w5_regex_group_name(m->regex[p->index], i);
}
