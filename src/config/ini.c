/* ini.c -- lines of files with [groups]. */
#include "ini.h"

static bool is_group(w5_str line, w5_str *group)
{
    size_t end;
    if (line.ptr[0] != '[' || !w5_str_find_char(line, ']', &end))
        return false;
    *group = w5_str_trim(w5_str_skip(w5_str_head(line, end), 1));
    return true;
}

bool w5_ini_next(w5_ini *ini, w5_str *key, w5_str *value)
{
    w5_str line;
    while (ini->pairs < W5_INI_MAX && w5_next_line(&ini->text, &line)) {
        ini->line++;
        line = w5_str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';' ||
            is_group(line, &ini->group))
            continue;
        *key = line;
        *value = W5_NONE;
        if (w5_str_cut(line, '=', key, value))
            *value = w5_str_trim(*value);
        *key = w5_str_trim(*key);
        ini->pairs++;
        return true;
    }
    return false;
}

void w5_ini_done(const w5_ini *ini, w5_config *c, w5_str file)
{
    if (ini->text.len > 0)
        w5_trouble(c, file, ini->line, "more than %d settings: the rest was not read", W5_INI_MAX);
}

w5_str w5_before_comment(w5_str value, char sign)
{
    char quote = '\0';
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (quote == '\0' && c == sign)
            return w5_str_trim(w5_str_head(value, i));
        if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = '\0';
    }
    return value;
}

w5_str w5_unquoted(w5_str value)
{
    bool quoted = value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
                  value.ptr[value.len - 1] == value.ptr[0];
    return quoted ? w5_str_skip(w5_str_head(value, value.len - 1), 1) : value;
}
