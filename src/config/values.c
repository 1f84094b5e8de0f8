/* values.c -- what a setting's text is worth: a time, a size, a number.
 *
 * Units differ by program: nginx's "m" are minutes and mebibytes, systemd writes "1min 30s". */
#include <why502/config.h>

typedef struct unit {
    w5_str name;
    w5_time worth;
} unit;

/* ngx_parse_time, src/core/ngx_parse.c: descending, with optional blanks, no unit = seconds. */
static const unit nginx_units[] = {
    {W5_LIT("ms"), W5_SECOND / 1000},
    {W5_LIT("s"),  W5_SECOND       },
    {W5_LIT("m"),  W5_MINUTE       },
    {W5_LIT("h"),  W5_HOUR         },
    {W5_LIT("d"),  W5_DAY          },
    {W5_LIT("w"),  7 * W5_DAY      },
    {W5_LIT("M"),  30 * W5_DAY     },
    {W5_LIT("y"),  365 * W5_DAY    },
};

/* systemd.time(7); months and years are of no use in a time-out and left out. Also php-fpm's. */
static const unit systemd_units[] = {
    {W5_LIT("us"),      1               },
    {W5_LIT("usec"),    1               },
    {W5_LIT("ms"),      W5_SECOND / 1000},
    {W5_LIT("msec"),    W5_SECOND / 1000},
    {W5_LIT("s"),       W5_SECOND       },
    {W5_LIT("sec"),     W5_SECOND       },
    {W5_LIT("second"),  W5_SECOND       },
    {W5_LIT("seconds"), W5_SECOND       },
    {W5_LIT("m"),       W5_MINUTE       },
    {W5_LIT("min"),     W5_MINUTE       },
    {W5_LIT("minute"),  W5_MINUTE       },
    {W5_LIT("minutes"), W5_MINUTE       },
    {W5_LIT("h"),       W5_HOUR         },
    {W5_LIT("hr"),      W5_HOUR         },
    {W5_LIT("hour"),    W5_HOUR         },
    {W5_LIT("hours"),   W5_HOUR         },
    {W5_LIT("d"),       W5_DAY          },
    {W5_LIT("day"),     W5_DAY          },
    {W5_LIT("days"),    W5_DAY          },
    {W5_LIT("w"),       7 * W5_DAY      },
    {W5_LIT("week"),    7 * W5_DAY      },
    {W5_LIT("weeks"),   7 * W5_DAY      },
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

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

static w5_time worth_of(w5_str name, const unit *units, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (w5_str_eq(units[i].name, name))
            return units[i].worth;
    return name.len == 0 ? W5_SECOND : W5_TIME_NONE;
}

/* The sum of "number unit" pairs. */
static w5_time sum_of(w5_str s, const unit *units, size_t count)
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
        w5_time worth = worth_of(take_while(&s, is_letter), units, count);
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

w5_time w5_config_duration(const w5_setting *s)
{
    if (w5_str_eq(s->value, W5_STR("infinity")))
        return W5_TIME_MAX;
    bool nginx = w5_str_eq(s->program, W5_STR("nginx"));
    return nginx ? sum_of(s->value, nginx_units, COUNT(nginx_units))
                 : sum_of(s->value, systemd_units, COUNT(systemd_units));
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
