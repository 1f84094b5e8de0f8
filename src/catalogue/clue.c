#include "clue.h"

#include "keys.h"
#include "nearest.h"
#include "stanza.h"

static const w5_str joins[] = {
    W5_LIT("pid"),     W5_LIT("subject"), W5_LIT("path"),
    W5_LIT("address"), W5_LIT("unit"),    W5_LIT("overlap"),
};
static const w5_str sides[] = {W5_LIT("before"), W5_LIT("after"), W5_LIT("around")};
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_in(const w5_str *list, size_t n, w5_str word)
{
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(list[i], word))
            return true;
    return false;
}

/* "+3" in evidence, "-3" in against; 1 to 9. */
static bool read_weight(const struct w5_key *key, w5_str word, int *weight)
{
    bool against = w5_str_eq(key->name, W5_STR("against"));
    uint64_t n;
    if (!w5_str_take(&word, against ? W5_STR("-") : W5_STR("+")) || !w5_str_u64(word, &n) ||
        n < 1 || n > 9)
        return false;
    *weight = against ? -(int)n : (int)n;
    return true;
}

/* How many words the condition at `i` takes; 0 when it is none. */
static size_t condition(const w5_list *words, size_t i)
{
    size_t at, left = words->n - i;
    w5_time duration;
    const w5_str *word = &words->at[i];
    if (w5_str_eq(word[0], W5_STR("within")))
        return left >= 3 && w5_duration(word[1], &duration, NULL) == W5_OK &&
                       is_in(sides, COUNT(sides), word[2])
                   ? 3
                   : 0;
    if (w5_str_eq(word[0], W5_STR("join")))
        return left >= 2 && is_in(joins, COUNT(joins), word[1]) ? 2 : 0;
    return w5_str_find_char(word[0], '=', &at) && at > 0 ? 1 : 0;
}

w5_rc w5_clue_read(const w5_catalogue *c, const w5_stanza *s, const struct w5_key *key,
                   w5_clue *clue, w5_err *err)
{
    w5_clue read = {.words = key->value, .line = key->line};
    read.word = w5_words_of(key->value, c->arena);
    if (read.word.n < 2 || !read_weight(key, read.word.at[0], &read.weight))
        return w5_stanza_fail(err, s->file, key->line,
                              "%.*s must begin with %c1 to %c9 and a class or kind: '%.*s'",
                              W5_ARG(key->name), key->name.ptr[0] == 'a' ? '-' : '+',
                              key->name.ptr[0] == 'a' ? '-' : '+', W5_ARG(key->value));
    const w5_entry *klass = w5_catalogue_entry(c, W5_STR("class"), read.word.at[1]);
    if (klass == NULL)
        return w5_unknown_id(c, s, key->line, W5_STR("class"), read.word.at[1], err);
    for (size_t i = 2, taken; i < read.word.n; i += taken) {
        taken = condition(&read.word, i);
        if (taken == 0)
            return w5_stanza_fail(err, s->file, key->line,
                                  "'%.*s': expected field=value, 'within DURATION before|after|"
                                  "around' or 'join pid|subject|path|address|unit|overlap'",
                                  W5_ARG(read.word.at[i]));
    }
    if (klass->stanza == NULL)
        return W5_MISS;
    *clue = read;
    return W5_OK;
}
