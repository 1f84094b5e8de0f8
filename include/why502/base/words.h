/* words.h -- gettext's door: every sentence that a person reads passes here.
 *
 * The English words stand in the code, wrapped in W5_(…); translations in src/po. Machine formats
 * and ids never pass here. Sentences are whole; their arguments are numbered (%1$s) where order
 * varies. */
#ifndef W5_BASE_WORDS_H
#define W5_BASE_WORDS_H

#define W5_(english)                   w5_words(english)
#define W5_N(singular, plural, number) w5_words_n((singular), (plural), (number))

/* "en", "ja", "ko", or NULL/"" for the locale's; false when there is no such translation (then
 * English stands). */
int w5_words_language(const char *language);
const char *w5_words(const char *english) __attribute__((format_arg(1)));
const char *w5_words_n(const char *singular, const char *plural, unsigned long number)
    __attribute__((format_arg(1), format_arg(2)));

#endif
