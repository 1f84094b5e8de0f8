#include "levels.h"

/* Python logging, gunicorn, uvicorn; java.util.logging, Logback, Log4j; pino, bunyan, winston;
 * php-fpm; syslog. */
static const struct {
    w5_str word, level;
} words[] = {
    {W5_LIT("INFO"),      W5_LIT("info")  },
    {W5_LIT("ERROR"),     W5_LIT("error") },
    {W5_LIT("WARNING"),   W5_LIT("warn")  },
    {W5_LIT("CRITICAL"),  W5_LIT("crit")  },
    {W5_LIT("DEBUG"),     W5_LIT("debug") },
    {W5_LIT("WARN"),      W5_LIT("warn")  },
    {W5_LIT("NOTICE"),    W5_LIT("notice")},
    {W5_LIT("FATAL"),     W5_LIT("crit")  },
    {W5_LIT("SEVERE"),    W5_LIT("error") },
    {W5_LIT("ALERT"),     W5_LIT("alert") },
    {W5_LIT("TRACE"),     W5_LIT("debug") },
    {W5_LIT("EMERG"),     W5_LIT("emerg") },
    {W5_LIT("EMERGENCY"), W5_LIT("emerg") },
    {W5_LIT("CRIT"),      W5_LIT("crit")  },
    {W5_LIT("ERR"),       W5_LIT("error") },
    {W5_LIT("CONFIG"),    W5_LIT("info")  },
    {W5_LIT("FINE"),      W5_LIT("debug") },
    {W5_LIT("FINER"),     W5_LIT("debug") },
    {W5_LIT("FINEST"),    W5_LIT("debug") },
    {W5_LIT("EXCEPTION"), W5_LIT("error") },
};

w5_str w5_level_word(w5_str word)
{
    if (word.len < 3 || word.len > 9)
        return W5_NONE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (w5_str_ieq(words[i].word, word))
            return words[i].level;
    return W5_NONE;
}

w5_str w5_level_take(w5_str *s)
{
    size_t n = 0;
    while (n < s->len && ((s->ptr[n] | 0x20) >= 'a' && (s->ptr[n] | 0x20) <= 'z'))
        n++;
    w5_str level = w5_level_word(w5_str_head(*s, n));
    if (level.len > 0)
        *s = w5_str_skip(*s, n);
    return level;
}

bool w5_level_bad(w5_str level)
{
    static const w5_str bad[] = {W5_LIT("error"), W5_LIT("crit"), W5_LIT("alert"), W5_LIT("emerg")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (w5_str_eq(level, bad[i]))
            return true;
    return false;
}
