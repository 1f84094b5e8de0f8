/* test_format_mysql_slow.c -- tests format_mysql_slow.c format_mysql_error.c format_alb.c through the
 * stage, as whole logs arrive. */
#include "check.h"

#include <why502/record.h>

typedef struct wanted {
    const char *time, *message, *thread; /* of a record; NULL: not looked at */
    const char *start, *end;
} wanted;

static void hold(const char *format, const char *log, const wanted *want, size_t n)
{
    w5_records *r = w5_records_new(&(w5_record_options){.all_fields = true});
    w5_records_begin(r, 0, W5_STR("a.log"), w5_str_of(format), w5_civil(2026, 11, 21, 0, 0, 0, 0));
    size_t got = 0;
    w5_record record;
    w5_records_put(r, w5_str_of(log), 0, false);
    for (int ended = 0; ended < 2; ended++) {
        while (w5_records_take(r, &record) == W5_OK) {
            char time[48];
            assert_true(got < n);
            w5_time_rfc3339(time, record.at, record.digits);
            if (want[got].time)
                assert_str(w5_str_of(time), w5_str_of(want[got].time));
            if (want[got].message)
                assert_str(record.message, w5_str_of(want[got].message));
            if (want[got].thread)
                assert_str(w5_record_get(&record, W5_F_thread), w5_str_of(want[got].thread));
            if (want[got].start)
                assert_str(w5_record_get(&record, W5_F_query_start), w5_str_of(want[got].start));
            if (want[got].end)
                assert_str(w5_record_get(&record, W5_F_query_end), w5_str_of(want[got].end));
            got++;
        }
        w5_records_tick(r);
    }
    assert_int_equal(got, n);
    w5_records_free(r);
}

static void mysql_8_writes_the_end_and_sets_the_start(void **state)
{
    (void)state;
    static const wanted want[] = {{"2024-05-14T10:00:31.000000Z", "UPDATE t SET q=4 WHERE id=9;", "501",
                                   "2024-05-14T10:00:00.500000Z", "2024-05-14T10:00:31Z"}};
    hold("mysql-slow",
         "# Time: 2024-05-14T10:00:31.000000Z\n"
         "# User@Host: app[app] @ web1 [10.0.0.5]  Id:   501\n"
         "# Query_time: 30.500000  Lock_time: 30.499000 Rows_sent: 0  Rows_examined: 1\n"
         "SET timestamp=1715680800;\nUPDATE t SET q=4 WHERE id=9;\n",
         want, 1);
}

static void a_zone_that_nobody_told_is_not_made_up(void **state)
{
    (void)state;
    static const wanted want[] = {{NULL, "SELECT 1;", "5", "2026-11-20T18:59:59.500000",
                                   "2026-11-20T19:00:30"}};
    hold("mysql-slow",
         "# Time: 261120 19:00:30\n# User@Host: app[app] @ localhost []\n"
         "# Thread_id: 5  Schema: shop  QC_hit: No\n"
         "# Query_time: 30.500000  Lock_time: 0.000100  Rows_sent: 1  Rows_examined: 9\nSELECT 1;\n",
         want, 1);
}

static void mariadb_writes_the_start_twice(void **state)
{
    (void)state;
    static const wanted want[] = {{NULL, "UPDATE t SET q=4;", "88", "2024-05-14T10:00:00Z",
                                   "2024-05-14T10:00:31.500000Z"}};
    hold("mysql-slow",
         "# Time: 240514 12:00:00\n# User@Host: app[app] @  [10.0.0.5]\n"
         "# Thread_id: 88  Schema: shop  QC_hit: No\n"
         "# Query_time: 31.500000  Lock_time: 0.000300  Rows_sent: 0  Rows_examined: 1\n"
         "# Rows_affected: 1  Bytes_sent: 52\nSET timestamp=1715680800;\nUPDATE t SET q=4;\n",
         want, 1);
}

static void mysql_5_6_writes_the_end_twice_and_times_once_a_second(void **state)
{
    (void)state;
    static const wanted want[] = {
        {NULL, "SELECT 1;", "412", "2024-05-14T10:00:00Z", "2024-05-14T10:00:45Z"},
        {NULL, "COMMIT;", "413", "2024-05-14T10:00:43Z", "2024-05-14T10:00:45Z"}};
    hold("mysql-slow",
         "# Time: 240514 12:00:45\n# User@Host: app[app] @ web1 [10.0.0.5]  Id:   412\n"
         "# Query_time: 45.000000  Lock_time: 0.000100 Rows_sent: 20  Rows_examined: 8800000\n"
         "use shop;\nSET timestamp=1715680845;\nSELECT 1;\n"
         "# User@Host: app[app] @ web1 [10.0.0.5]  Id:   413\n"
         "# Query_time: 2.000000  Lock_time: 0.000100 Rows_sent: 1  Rows_examined: 1\n"
         "SET timestamp=1715680845;\nCOMMIT;\n",
         want, 2);
}

static void log_slow_extra_tells_both_ends(void **state)
{
    (void)state;
    static const wanted want[] = {{NULL, "SELECT SLEEP(40);", "503", "2024-05-14T10:00:01.000000Z",
                                   "2024-05-14T10:00:33.000000Z"}};
    hold("mysql-slow",
         "# Time: 2024-05-14T10:00:33.000000Z\n# User@Host: app[app] @ web1 [10.0.0.5]  Id:   503\n"
         "# Query_time: 32.000000  Lock_time: 0.000002 Rows_sent: 0  Rows_examined: 0 Thread_id: 503 "
         "Errno: 1317 Killed: 1317 Bytes_received: 80 Bytes_sent: 0 Start: 2024-05-14T10:00:01.000000Z "
         "End: 2024-05-14T10:00:33.000000Z\nSET timestamp=1715680801;\nSELECT SLEEP(40);\n",
         want, 1);
}

static void sql_that_imitates_a_header_begins_nothing(void **state)
{
    (void)state;
    static const wanted want[] = {
        {NULL, "SELECT SLEEP(0.3), ';\n# Time: 240101 12:00:00\n# Query_time: 99.0  Lock_time: 0\n' AS evil;",
         "13", NULL, NULL}};
    hold("mysql-slow",
         "# User@Host: app[app] @  [127.0.0.1]\n# Thread_id: 13  Schema: shop  QC_hit: No\n"
         "# Query_time: 0.300262  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0\n"
         "SET timestamp=1795193186;\nSELECT SLEEP(0.3), ';\n# Time: 240101 12:00:00\n"
         "# Query_time: 99.0  Lock_time: 0\n' AS evil;\n",
         want, 1);
}

static void error_logs_of_every_age_are_read(void **state)
{
    (void)state;
    static const wanted want[] = {
        {"2014-01-01T12:00:00Z", "/usr/sbin/mysqld: ready for connections.", NULL, NULL, NULL},
        {"2014-01-01T03:04:05Z", "InnoDB: Started; log sequence number 1 3703096", NULL, NULL, NULL},
        {"2014-01-01T12:10:00Z", "InnoDB: Warning: a long semaphore wait:", "7f3a2c1d9700", NULL, NULL},
        {"2024-05-14T10:00:00.123456Z", "Aborted connection 812 to db: 'shop'", "812", NULL, NULL},
        {"2024-05-14T10:02:03.900000Z", "/usr/sbin/mysqld: ready for connections.", "0", NULL, NULL},
        {"2024-05-14T09:00:02Z", "/usr/sbin/mariadbd: ready for connections.", "0", NULL, NULL},
        {"2024-05-14T12:11:00Z", "mysqld got signal 11 ;", NULL, NULL, NULL},
        {"2024-05-14T10:15:01Z", "mysqld got signal 6 ;", NULL, NULL, NULL},
        {"2024-05-14T12:11:05Z", "mysqld_safe mysqld restarted", NULL, NULL, NULL},
        {"2024-05-14T10:00:00.000Z", "Aborted connection 7", "7", NULL, NULL},
    };
    hold("mysql-error",
         "140101 12:00:00 [Note] /usr/sbin/mysqld: ready for connections.\n"
         "140101  3:04:05  InnoDB: Started; log sequence number 1 3703096\n"
         "2014-01-01 12:10:00 7f3a2c1d9700 InnoDB: Warning: a long semaphore wait:\n"
         "--Thread 1 has waited\n"
         "2024-05-14T10:00:00.123456Z 812 [Note] Aborted connection 812 to db: 'shop'\n"
         "2024-05-14T10:02:03.900000Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for "
         "connections.\n"
         "2024-05-14  9:00:02 0 [Note] /usr/sbin/mariadbd: ready for connections.\n"
         "Version: '10.6.16-MariaDB'  socket: '/run/mysqld/mysqld.sock'  port: 3306\n"
         "240514 12:11:00 [ERROR] mysqld got signal 11 ;\n"
         "10:15:01 UTC - mysqld got signal 6 ;\n"
         "240514 12:11:05 mysqld_safe mysqld restarted\n"
         "{ \"prio\" : 3, \"err_code\" : 10914, \"msg\" : \"Aborted connection 7\", \"time\" : "
         "\"2024-05-14T12:00:00.000000+02:00\", \"ts\" : 1715680800000, \"thread\" : 7, \"label\" : "
         "\"Note\" }\n",
         want, COUNT(want));
}

static void the_balancer_s_own_answer_and_the_target_s_stand_apart(void **state)
{
    (void)state;
    w5_records *r = w5_records_new(&(w5_record_options){.all_fields = true});
    w5_record record;
    w5_records_begin(r, 0, W5_STR("alb.log"), W5_STR(""), 0);
    w5_records_put(r,
                   W5_STR("https 2026-11-20T16:50:31.186641Z app/shop/50dc6c495c0c9188 203.0.113.9:2817 "
                          "10.0.0.1:80 0.000 60.001 0.000 504 - 34 366 \"GET "
                          "https://shop.example:443/report?id=1 HTTP/1.1\" \"curl/7.46.0\" - -\n"),
                   0, false);
    w5_records_tick(r);
    assert_int_equal(w5_records_take(r, &record), W5_OK);
    assert_str(w5_record_get(&record, W5_F_elb_status), W5_STR("504"));
    assert_str(w5_record_get(&record, W5_F_target_status), W5_NONE);
    assert_str(w5_record_get(&record, W5_F_upstream), W5_STR("10.0.0.1:80"));
    assert_str(w5_record_get(&record, W5_F_path), W5_STR("/report"));
    w5_records_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mysql_8_writes_the_end_and_sets_the_start),
        cmocka_unit_test(a_zone_that_nobody_told_is_not_made_up),
        cmocka_unit_test(mariadb_writes_the_start_twice),
        cmocka_unit_test(mysql_5_6_writes_the_end_twice_and_times_once_a_second),
        cmocka_unit_test(log_slow_extra_tells_both_ends),
        cmocka_unit_test(sql_that_imitates_a_header_begins_nothing),
        cmocka_unit_test(error_logs_of_every_age_are_read),
        cmocka_unit_test(the_balancer_s_own_answer_and_the_target_s_stand_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
