/* words.c -- what a person reads, in her language.
 *
 * The translations (src/po/X.po) are compiled by msgfmt, embedded, and read by mo.c. The C
 * library's gettext() would need an installed locale and files beside the program: a user with
 * LANG=ja_JP.UTF-8 on a server where that locale was never generated gets English from it
 * (src/decisions/0012-words-are-embedded.md). As no setlocale() is needed, no number is ever
 * written with a decimal comma either. */
#include <why502/base/words.h>

#include <stdatomic.h>
#include <stdlib.h>

#include <why502/base/str.h>

#include "mo.h"
#include "po/words.inc" /* mo_ja[] … and W5_LANGUAGES(X), made from src/po */

typedef struct tongue {
    w5_str name;
    w5_str mo;
} tongue;

/* clang-format off */
#define LANGUAGE(id) {W5_LIT(#id), {(const char *)mo_##id, sizeof mo_##id}},
static const tongue tongues[] = {
    W5_LANGUAGES(LANGUAGE)
    {W5_LIT("en"), {NULL, 0}},
};
#undef LANGUAGE
/* clang-format on */

static _Atomic(const tongue *) current; /* set once, before any thread is started */

/* --- which language -------------------------------------------------------------------------- */
static const char *environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0] != '\0')
            return value;
    }
    return "";
}

/* "ja_JP.UTF-8" -> "ja" */
static w5_str base_of(w5_str locale)
{
    size_t n = 0;
    while (n < locale.len && !strchr("_.@-:", locale.ptr[n]))
        n++;
    return w5_str_head(locale, n);
}

static const tongue *find_tongue(w5_str locale)
{
    w5_str name = base_of(locale);
    for (size_t i = 0; i < sizeof tongues / sizeof *tongues; i++)
        if (w5_str_ieq(name, tongues[i].name))
            return &tongues[i];
    return NULL;
}

/* LANGUAGE, a list, comes before the locale, but not where the locale is C (gettext manual, "The
 * LANGUAGE variable"). */
static const tongue *from_environment(void)
{
    w5_str locale = w5_str_of(environment());
    w5_str name = base_of(locale);
    if (name.len == 0 || w5_str_eq(name, W5_STR("C")) || w5_str_eq(name, W5_STR("POSIX")))
        return NULL;
    w5_str list = w5_str_of(getenv("LANGUAGE"));
    while (list.len > 0) {
        w5_str first = list;
        if (!w5_str_cut(list, ':', &first, &list))
            list.len = 0;
        const tongue *found = find_tongue(first);
        if (found)
            return found;
    }
    return find_tongue(locale);
}

int w5_words_language(const char *language)
{
    bool asked = language && language[0] != '\0';
    const tongue *found = asked ? find_tongue(w5_str_of(language)) : from_environment();
    atomic_store(&current, found);
    return found || !asked;
}

static w5_str translation(const char *english)
{
    const tongue *now = atomic_load_explicit(&current, memory_order_relaxed);
    if (!now || english[0] == '\0') /* the entry of "" is the catalogue's header */
        return W5_NONE;
    return w5_mo_find(now->mo, w5_str_of(english));
}

const char *w5_words(const char *english)
{
    w5_str found = translation(english);
    return found.len > 0 ? found.ptr : english;
}

/* Japanese and Korean have one form for every number; a language with two has the second for all
 * but one. Others need the formula of the catalogue's header, which nothing here would read. */
const char *w5_words_n(const char *singular, const char *plural, unsigned long number)
{
    w5_str found = translation(singular);
    if (found.len == 0)
        return number == 1 ? singular : plural;
    const char *second = memchr(found.ptr, '\0', found.len);
    return number != 1 && second ? second + 1 : found.ptr;
}
