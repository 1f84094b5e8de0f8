#include "scene.h"

static void names_and_values_are_read_as_the_server_reads_them(void **state)
{
    static const struct {
        const char *name, *value;
    } cases[] = {
        {"max_connections",         "200"                      },
        {"wait_timeout",            "60"                       },
        {"innodb_buffer_pool_size", "2G"                       },
        {"slow_query_log",          "ON"                       },
        {"skip_name_resolve",       "ON"                       },
        {"log_error",               "/var/log/my sql/error.log"},
        {"long_query_time",         "0.5"                      },
        {"slow_query_log_file",     "/tmp/a#b.log"             },
        {"skip_log_bin",            "1"                        },
        {"init_connect",            "say \\'x\\'\tend"         },
        {"performance_schema",      "OFF"                      },
        {"event_scheduler",         "ON"                       },
        {"user",                    NULL                       },
    };
    scene *s = *state;
    read_text(s, "/etc/my.cnf",
              "[client]\nuser = me\n"
              "[mysqld]\n"
              "max-connections = 100\n"
              "max_connections=200 # later\n"
              "wait_timeout = 60\t# seconds\n"
              "innodb-buffer-pool-size=2G\n"
              "slow_query_log\n"
              "skip-name-resolve\n"
              "log-error = \"/var/log/my sql/error.log\"\n"
              "loose-long_query_time = 0.5\n"
              "slow_query_log_file = '/tmp/a#b.log'\n"
              "skip-log_bin\nskip-log-bin=1\n"
              "init_connect = \"say \\'x\\'\\tend\"\n"
              "disable-performance-schema\nenable-event-scheduler\n");
    w5_config_seal(s->config);
    no_trouble(s);
    for (size_t i = 0; i < COUNT(cases); i++)
        want(s, "mysql", cases[i].name, "", "", cases[i].value);
}

static void every_group_of_the_server_counts(void **state)
{
    scene *s = *state;
    read_text(s, "/etc/my.cnf",
              "[mysqld]\na = 1\nb = 1\nc = 1\nd = 1\n"
              "[server]\na = 2\n[mariadb-10.11]\nb = 2\n[mysqld-8.0]\nc = 2\n"
              "[mysqld_safe]\nd = 2\n[mysqldump]\nd = 3\n[mariadb-client]\nd = 4\n");
    w5_config_seal(s->config);
    want(s, "mysql", "a", "", "", "2");
    want(s, "mysql", "b", "", "", "2");
    want(s, "mysql", "c", "", "", "2");
    want(s, "mysql", "d", "", "", "1");
}

static void mariadbs_second_names_are_one(void **state)
{
    scene *s = *state;
    read_text(s, "/etc/my.cnf", "[mariadbd]\nlog_slow_query_time = 3\nlog_slow_query = 1\n");
    w5_config_seal(s->config);
    want(s, "mysql", "long_query_time", "", "", "3");
    want(s, "mysql", "slow_query_log", "", "", "1");
}

static void includes_are_read_where_they_stand(void **state)
{
    scene *t = *state;
    w5_setting setting;
    const char *folder = at(t, "conf.d");
    put(t, "conf.d/20-b.cnf", "[mysqld]\nmax_connections = 20\n");
    put(t, "conf.d/10-a.cnf", "[mysqld]\nmax_connections = 10\nwait_timeout = 10\n");
    put(t, "conf.d/99-no.txt", "[mysqld]\nmax_connections = 99\n");
    put(t, "one.cnf", "[mysqld]\nwait_timeout = 5\n");
    read_file(t, put(t, "my.cnf",
                     w5_arena_fmt(t->arena,
                                  "[mysqld]\nmax_connections = 1\n!includedir %s\n!include %s\n",
                                  folder, at(t, "one.cnf"))
                         .ptr));
    w5_config_seal(t->config);
    no_trouble(t);
    want(t, "mysql", "max_connections", "", "", "20");
    want(t, "mysql", "wait_timeout", "", "", "5");
    assert_int_equal(
        w5_config_get(t->config, "mysql", "max_connections", W5_NONE, W5_NONE, &setting), W5_OK);
    assert_string_equal(setting.file.ptr, at(t, "conf.d/20-b.cnf"));
    assert_int_equal(setting.line, 2);
    assert_str(setting.scope, W5_STR("mysqld"));
}

static void what_everybody_may_write_is_ignored_as_the_server_does(void **state)
{
    scene *s = *state;
    put(s, "open.cnf", "[mysqld]\nmax_connections = 9\n");
    chmod(at(s, "open.cnf"), 0666);
    read_file(s, put(s, "my.cnf", "[mysqld]\nmax_connections = 1\n!include open.cnf\n"));
    w5_config_seal(s->config);
    want(s, "mysql", "max_connections", "", "", "1");
    assert_int_equal(trouble(s, "everybody may write")->line, 3);
}

static void what_was_persisted_wins_whatever_the_order(void **state)
{
    static const char auto_1[] =
        "{ \"Version\" : 1 , \"mysql_server\" : { \"max_connections\" : { \"Value\" : \"500\" , "
        "\"Metadata\" : { \"Timestamp\" : 1 , \"User\" : \"root\" } } } }";
    static const char auto_2[] =
        "{\"Version\": 2, \"mysql_dynamic_variables\": {\"max_connections\": {\"Value\": \"500\", "
        "\"Metadata\": {}}}}";
    for (int i = 0; i < 4; i++) {
        begin(state);
        scene *s = *state;
        if (i < 2)
            read_text(s, "/var/lib/mysql/mysqld-auto.cnf", i % 2 ? auto_2 : auto_1);
        read_text(s, "/etc/my.cnf", "[mysqld]\nmax_connections = 100\n");
        if (i >= 2)
            read_text(s, "/var/lib/mysql/mysqld-auto.cnf", i % 2 ? auto_2 : auto_1);
        w5_config_seal(s->config);
        no_trouble(s);
        want(s, "mysql", "max_connections", "", "", "500");
        end(state);
    }
}

static void mistakes_are_said(void **state)
{
    scene *s = *state;
    read_text(s, "my.cnf", "stray = 1\n[mysqld]\n!include /no/such.cnf\n");
    read_text(s, "mysqld-auto.cnf", "{ broken");
    assert_int_equal(trouble(s, "'stray' stands before any [group]")->line, 1);
    assert_int_equal(trouble(s, "/no/such.cnf")->line, 3);
    trouble(s, "this is no JSON");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(names_and_values_are_read_as_the_server_reads_them),
        TEST(every_group_of_the_server_counts),
        TEST(mariadbs_second_names_are_one),
        TEST(includes_are_read_where_they_stand),
        TEST(what_everybody_may_write_is_ignored_as_the_server_does),
        cmocka_unit_test(what_was_persisted_wins_whatever_the_order),
        TEST(mistakes_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
