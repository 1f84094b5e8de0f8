/* values.c -- what a setting's text is worth: a time, a size, a number.
 *
 * Units differ by program: nginx's "m" are minutes and mebibytes, systemd writes "1min 30s". */
#include <why502/config.h>

/* ngx_parse_time, src/core/ngx_parse.c: descending, with optional blanks, no unit = seconds. */
static const struct {
    w5_str name;
    w5_time worth;
} nginx_units[] = {
    {W5_LIT("ms"), W5_SECOND / 1000},
    {W5_LIT("s"),  W5_SECOND       },
    {W5_LIT("m"),  W5_MINUTE       },
    {W5_LIT("h"),  W5_HOUR         },
    {W5_LIT("d"),  W5_DAY          },
    {W5_LIT("w"),  7 * W5_DAY      },
    {W5_LIT("M"),  30 * W5_DAY     },
    {W5_LIT("y"),  365 * W5_DAY    },
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

static w5_str take_while(w5_str *s, bool (*is)(char))
{
    size_t n = 0;
    while (n < s->len && is(s->ptr[n]))
        n++;
    w5_str taken = w5_str_head(*s, n);
    *s = w5_str_skip(*s, n);
    return taken;
}

static w5_time worth_of(w5_str name)
{
    for (size_t i = 0; i < sizeof nginx_units / sizeof *nginx_units; i++)
        if (w5_str_eq(nginx_units[i].name, name))
            return nginx_units[i].worth;
    return name.len == 0 ? W5_SECOND : W5_TIME_NONE;
}

/* The sum of "number unit" pairs. */
static w5_time nginx_duration(w5_str s)
{
    w5_time sum = 0;
    s = w5_str_trim(s);
    if (s.len == 0)
        return W5_TIME_NONE;
    while (s.len > 0) {
        int64_t millionths;
        if (!w5_str_micros(take_while(&s, is_number), &millionths))
            return W5_TIME_NONE;
        s = w5_str_trim(s);
        w5_time worth = worth_of(take_while(&s, is_letter));
        s = w5_str_trim(s);
        if (worth == W5_TIME_NONE)
            return W5_TIME_NONE;
        w5_time whole;
        w5_time fraction = millionths % W5_SECOND * (worth / 1000) / 1000;
        if (__builtin_mul_overflow(millionths / W5_SECOND, worth, &whole) ||
            __builtin_add_overflow(sum, whole, &sum) || __builtin_add_overflow(sum, fraction, &sum))
            return W5_TIME_NONE;
    }
    return sum;
}

/* systemd.time(7), whose forms people use everywhere; also php-fpm's and plain seconds. */
w5_time w5_config_duration(const w5_setting *s)
{
    w5_err err;
    w5_time duration;
    if (w5_str_eq(s->value, W5_STR("infinity")))
        return W5_TIME_MAX;
    if (w5_str_eq(s->program, W5_STR("nginx")))
        return nginx_duration(s->value);
    return w5_duration(s->value, &duration, &err) == W5_OK ? duration : W5_TIME_NONE;
}

/* nginx: k, m, g (ngx_parse_offset); MySQL and PHP: K to E; systemd: K, M, G, T. Powers of 1024. */
int64_t w5_config_bytes(const w5_setting *s)
{
    static const char suffixes[] = "kmgtpe";
    w5_str text = w5_str_trim(s->value);
    uint64_t number;
    if (!w5_str_take_u64(&text, &number) || text.len > 1 || number > INT64_MAX)
        return -1;
    int64_t bytes = (int64_t)number;
    if (text.len == 0)
        return bytes;
    const char *suffix = strchr(suffixes, text.ptr[0] | 0x20);
    for (const char *p = suffixes; suffix && p <= suffix; p++)
        if (__builtin_mul_overflow(bytes, 1024, &bytes))
            return -1;
    return suffix ? bytes : -1;
}

int64_t w5_config_integer(const w5_setting *s)
{
    uint64_t number;
    return w5_str_u64(w5_str_trim(s->value), &number) && number <= INT64_MAX ? (int64_t)number : -1;
}
