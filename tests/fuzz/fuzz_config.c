/* fuzz_config.c -- configuration files of every kind as hostile text. The first byte chooses the
 * name, and so the reader. */
#include <why502/config.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const w5_config *c)
{
    static const char *const questions[][2] = {
        {"nginx",    "proxy_read_timeout"},
        {"gunicorn", "timeout"           },
        {"systemd",  "Restart"           },
        {"mysql",    "max_connections"   },
        {"php-fpm",  "pm.max_children"   },
    };
    w5_setting s;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (w5_config_get(c, questions[i][0], questions[i][1], W5_STR("127.0.0.1:8000"),
                          W5_STR("/a/b.php"), &s) == W5_OK) {
            w5_config_duration(&s);
            w5_config_bytes(&s);
            w5_config_integer(&s);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {
        "nginx.conf",      "app.service",  "gunicorn.conf.py", "my.cnf",
        "mysqld-auto.cnf", "php-fpm.conf", "app.ini",          "pasted",
    };
    if (size == 0)
        return 0;
    w5_arena *arena = w5_arena_new();
    w5_config *c = w5_config_new(arena);
    w5_config_read(c, w5_str_of(names[data[0] % 8]), (w5_str){(const char *)data + 1, size - 1},
                   NULL);
    w5_config_seal(c);
    ask(c);
    w5_arena_free(arena);
    return 0;
}
