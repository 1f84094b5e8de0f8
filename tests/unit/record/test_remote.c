#include "check.h"

#include "record/remote.h"

static void a_collectors_folder_names_the_host(void **state)
{
    static const struct {
        const char *path, *host;
    } cases[] = {
        {"/var/log/remote/web1/error.log",      "web1"    },
        {"/var/log/remote/web1.lan/nginx/a.gz", "web1.lan"},
        {"log/hosts/web2/syslog",               "web2"    },
        {"/srv/log/rsyslog/db1/mysql.log",      "db1"     },
        {"/var/log/remote/error.log",           ""        },
        {"/var/catalog/remote/web1/error.log",  ""        },
        {"/var/log/nginx/error.log",            ""        },
        {"/var/log/remote//error.log",          ""        },
        {"-",                                   ""        },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_remote_host(w5_str_of(cases[i].path)), w5_str_of(cases[i].host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_collectors_folder_names_the_host)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
