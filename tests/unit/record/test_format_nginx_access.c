#include "told.h"

static void every_format_is_read_with_all_its_fields(void **state)
{
    (void)state;
    static const char *const names[] = {"combined", "main", "timed", "json", "ingress"};
    const w5_log_format odd = {W5_LIT("odd"), W5_LIT("$msec|$host|$request_method $request_uri|$status|$upstream_addr|"
                                                     "$upstream_status|$request_time|$http_user_agent")};
    for (size_t i = 0; i < COUNT(names); i++)
        assert_told_file("nginx-access", names[i], NULL);
    assert_told_file("nginx-access", "odd", &(w5_record_options){.log_formats = &odd, .log_formats_n = 1});
}

static void assert_read(const char *line, const char *told)
{
    stage s = stage_new(NULL);
    stage_read(&s, w5_str_of(line), strlen(line));
    assert_told(&s, told);
    stage_free(&s);
}

#define TIME   " - - [20/Nov/2026:16:37:20 +0000] "
#define TOLD   "1 2026-11-20T16:37:20Z nginx-access \"GET /x HTTP/1.1\" "
#define FIELDS "client=<1.2.3.4> method=<GET> path=</x> request=<GET /x HTTP/1.1>"

static void what_stands_behind_is_read_by_its_names(void **state)
{
    (void)state;
    assert_read("1.2.3.4" TIME "\"GET /x HTTP/1.1\" 504 167",
                TOLD FIELDS " status=<504> bytes_sent=<167>\n");
    assert_read("1.2.3.4" TIME "\"GET /x HTTP/1.1\" 504 - \"-\" \"-\" \"5.6.7.8\"", TOLD FIELDS " status=<504>\n");
    assert_read("1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"a b\" 0.005 0.004", TOLD FIELDS
                " status=<200> user_agent=<a b> bytes_sent=<1>\n");
    assert_read("1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" request_time=0.005 upstream_addr=1.1.1.1:1, b : "
                "unix:/s upstream_status=\"502, - : 200\" foo=bar rt=9",
                TOLD "client=<1.2.3.4> method=<GET> path=</x> request=<GET /x HTTP/1.1> upstream=<unix:/s> status=<200> "
                     "bytes_sent=<1> request_time=<0.005> upstream_addr=<1.1.1.1:1, b : unix:/s> upstream_status=<502, - : "
                     "200>\n");
    assert_read("shop.example 1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" ua=\"Mozilla/5.0 (X11)\"",
                TOLD FIELDS " status=<200> bytes_sent=<1>\n");
    assert_read("1.2.3.4, 5.6.7.8" TIME "shop.example \"GET /x HTTP/1.1\" 200 1",
                TOLD "client=<1.2.3.4, 5.6.7.8> method=<GET> path=</x> request=<GET /x HTTP/1.1> status=<200> bytes_sent=<1>\n");
    assert_read("1.2.3.4 - bob [20/Nov/2026:17:37:20 +0100] \"host\" \"GET /x HTTP/1.1\" 009 1",
                TOLD FIELDS " status=<009> bytes_sent=<1> user=<bob>\n");
}

static void other_lines_are_left_alone(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 20 1 \"-\" \"-\" xxxx",
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 2000 1 \"-\" \"-\"",
        "1.2.3.4" TIME "\"GET /x HTTP/1.1 200 1",
        "1.2.3.4 - - [32/Nov/2026:16:37:20 +0000] \"GET /x HTTP/1.1\" 200 1",
        "1.2.3.4 - - [20/Nox/2026:16:37:20 +0000] \"GET /x HTTP/1.1\" 200 1",
        "1.2.3.4 - - [20/Nov/2026:16:37:20] \"GET /x HTTP/1.1\" 200 1 padding",
        "1.2.3.4 - - [20/Nov/2026:16:37:20 +0000",
        "{\"status\":200,\"path\":\"/\",\"time\":\"2026-11-20T16:37:20Z\",\"more\":\"padding\"}",
        "{\"remote_addr\":\"1.2.3.4\",\"request_time\":0.1,\"time\":\"2026-11-20T16:37:20Z\"}",
        "{\"remote_addr\":\"1.2.3.4\",\"request_time\":0.1,\"status\":200,\"request\":\"GET / HTTP/1.1\"",
        "{\"",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        stage s = stage_new(NULL);
        w5_records_begin(s.records, 0, W5_STR("x"), W5_STR("nginx-access"), STAGE_HINT);
        stage_put(&s, w5_str_of(lines[i]), strlen(lines[i]));
        stage_end(&s);
        if (s.n != 0)
            fail_msg("\"%s\" is read", lines[i]);
        stage_free(&s);
    }
}

static void json_may_be_as_broken_as_nginx_writes_it(void **state)
{
    (void)state;
    assert_read("{ \"time_iso8601\": \"2026-11-20T16:37:20+00:00\", \"remote_addr\": \"1.2.3.4\", \"status\": \"502\", "
                "\"request_method\": \"GET\", \"request_uri\": \"/a\\\"b?c\", \"upstream\": {\"upstream_status\": 502, 504, "
                "\"upstream_addr\": \"a:1, b:2\"}, \"upstream_response_time\":, \"x\": [1, 2] }",
                "1 2026-11-20T16:37:20Z nginx-access \"/a\\\"b\" client=<1.2.3.4> method=<GET> path=</a\"b> upstream=<b:2> "
                "status=<502> upstream_addr=<a:1, b:2> upstream_status=<502, 504> upstream_response_time=<>\n");
}

/* The shape is the same: who wrote it is told by what else is known. */
static void gunicorns_access_log_is_not_taken_for_nginxs(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines;
        bool ours;
    } cases[] = {
        {"access.log", "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n", true},
        {"access.log", TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n", false},
        {"gunicorn-access.log", "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n", false},
        {"/var/log/gunicorn/access.log", "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n", false},
        {"/srv/gunicorn-shop/access.log", "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n", true},
        {"gunicorn.log", "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\" us=\"200\"\n", true},
        {"all.log",
         "[2026-11-20 10:00:00 +0000] [7] [INFO] Booting worker with pid: 7\n1.2.3.4" TIME
         "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n",
         false},
        {"all.log", "Nov 20 16:37:20 web-1 gunicorn[7]: 1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n",
         false},
        {"all.log", "Nov 20 16:37:20 web-1 nginx[7]: 1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"curl/7\"\n", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        stage s = stage_new(NULL);
        w5_records_begin(s.records, 0, w5_str_of(cases[i].name), W5_STR(""), STAGE_HINT);
        stage_put(&s, w5_str_of(cases[i].lines), strlen(cases[i].lines));
        stage_end(&s);
        w5_str told = w5_out_bytes(s.out);
        bool ours = w5_mem_find(told.ptr, told.len, "nginx-access", 12) != NULL;
        if (ours != cases[i].ours)
            fail_msg("%s: %.*s", cases[i].name, W5_ARG(told));
        stage_free(&s);
    }
}

static void a_configured_format_is_tried_before_the_common_shape(void **state)
{
    (void)state;
    const w5_log_format formats[] = {
        {W5_LIT("a"), W5_LIT("$nothing")},
        {W5_LIT("b"), W5_LIT("$remote_addr $status $msec $request_uri")},
        {W5_LIT("c"), W5_LIT("$remote_addr - $remote_user [$time_local] \"$request\" $status $request_time")},
    };
    stage s = stage_new(&(w5_record_options){.log_formats = formats, .log_formats_n = 3});
    stage_read(&s, W5_STR("1.2.3.4" TIME "\"GET /x HTTP/1.1\" 504 167\n1.2.3.4 502 1795192640.500 /y?z\n"
                          "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 504 167 \"-\" \"curl/7\"\n"),
               1000);
    assert_told(&s, "1 2026-11-20T16:37:20Z nginx-access \"GET /x HTTP/1.1\" " FIELDS " status=<504> request_time=<167>\n"
                    "2 2026-11-20T16:37:20.500Z nginx-access \"/y\" client=<1.2.3.4> path=</y> status=<502>\n"
                    "3 2026-11-20T16:37:20Z nginx-access \"GET /x HTTP/1.1\" " FIELDS
                    " status=<504> user_agent=<curl/7> bytes_sent=<167>\n");
    stage_free(&s);
}

static w5_str without_number(w5_str told)
{
    w5_str number;
    w5_str rest;
    return w5_str_cut(told, ' ', &number, &rest) ? rest : told;
}

/* Alone every line is read by its marks; in a row by the program that one before it taught. */
static void assert_alone_as_in_a_row(w5_str text)
{
    stage row = stage_new(NULL);
    w5_str line;
    w5_records_begin(row.records, 0, W5_STR("x"), W5_STR("nginx-access"), STAGE_HINT);
    while (w5_str_cut(text, '\n', &line, &text)) {
        stage alone = stage_new(NULL);
        w5_out_reset(row.out);
        stage_put(&row, (w5_str){line.ptr, line.len + 1}, line.len + 1);
        w5_records_begin(alone.records, 0, W5_STR("x"), W5_STR("nginx-access"), STAGE_HINT);
        stage_put(&alone, (w5_str){line.ptr, line.len + 1}, line.len + 1);
        assert_str(without_number(w5_out_bytes(row.out)), without_number(w5_out_bytes(alone.out)));
        stage_free(&alone);
    }
    stage_free(&row);
}

static void what_was_learned_changes_nothing_but_the_pace(void **state)
{
    (void)state;
    static const char *const names[] = {"combined", "main", "timed", "json", "ingress"};
    static const char strange[] =
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 ua=\"a:1\"\n"
        "shop.example 1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 ua=\"a:1\"\n"
        "1.2.3.4" TIME "\"GET /x\\\" 404 1 HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 ua=\"a:1\"\n"
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"a \\\"b\" \"c\\\" \" rt=0.1 ua=\"a:1\"\n"
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=fast ua=\"Mozilla/5.0 (X)\"\n"
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 ua=\"a:1\" us=200\n"
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 c=OK\n"
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 c=OK more\n"
        "1.2.3.4" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 c=a, b : c\n"
        "1.2.3.4, 5.6.7.8" TIME "\"GET /x HTTP/1.1\" 200 1 \"-\" \"-\" rt=0.1 c=OK\n"
        "1.2.3.4" TIME "\"\" 400 0 \"-\" \"-\" rt=0.1 c=OK\n"
        "{\"remote_addr\":\"1.2.3.4\",\"status\":200,\"uri\":\"/\",\"time\":\"2026-11-20T16:37:20Z\",\"request_time\":0.1}\n"
        "{\"remote_addr\":\"1.2\\\"3\",\"status\":200,\"uri\":\"/a\\\\\",\"time\":\"2026-11-20T16:37:20Z\",\"request_time\":}\n"
        "{\"remote_addr\":\"1.2.3.4\",\"status\":200,\"uri\":\"/\",\"time\":\"2026-11-20T16:37:20Z\",\"request_time\":1, 2}\n"
        "{\"remote_addr\":\"1.2.3.4\",\"status\":200, \"uri\":\"/\",\"time\":\"2026-11-20T16:37:20Z\",\"request_time\":0.1}\n";
    assert_alone_as_in_a_row(W5_STR(strange));
    for (size_t k = 0; k < COUNT(names); k++) {
        char path[100];
        snprintf(path, sizeof(path), "fixtures/formats/nginx-access/%s.log", names[k]);
        w5_str text = stage_file(path);
        char *bytes = malloc(text.len);
        unsigned seed = 7;
        assert_alone_as_in_a_row(text);
        for (int round = 0; round < 40; round++) {
            memcpy(bytes, text.ptr, text.len);
            for (int i = 0; i < (round % 20 + 1) * 20; i++) {
                seed = seed * 1103515245u + 12345u;
                char *byte = &bytes[seed / 7 % text.len];
                *byte = *byte == '\n' ? '\n' : "0a\",: ()\\=[]{}-/"[seed >> 16 & 15];
            }
            assert_alone_as_in_a_row((w5_str){bytes, text.len});
        }
        free(bytes);
        free((void *)(uintptr_t)text.ptr);
    }
}

static void any_bytes_are_read_to_their_end_and_no_further(void **state)
{
    (void)state;
    static const char *const names[] = {"timed", "json", "ingress"};
    for (size_t k = 0; k < COUNT(names); k++) {
        char path[100];
        snprintf(path, sizeof(path), "fixtures/formats/nginx-access/%s.log", names[k]);
        w5_str text = stage_file(path);
        unsigned seed = 1;
        char *bytes = malloc(text.len);
        for (int round = 0; round < 20; round++) {
            memcpy(bytes, text.ptr, text.len);
            for (int i = 0; i < 300; i++) {
                seed = seed * 1103515245u + 12345u;
                bytes[seed / 7 % text.len] = "\0\n\",: ()\\*[]{}-="[seed >> 16 & 15];
            }
            stage s = stage_new(NULL);
            stage_read(&s, (w5_str){bytes, text.len}, 100 + seed % 5000);
            assert_int_equal(w5_records_stream(s.records, 0)->bytes, text.len);
            stage_free(&s);
        }
        free(bytes);
        free((void *)(uintptr_t)text.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_read_with_all_its_fields),
        cmocka_unit_test(what_stands_behind_is_read_by_its_names),
        cmocka_unit_test(other_lines_are_left_alone),
        cmocka_unit_test(json_may_be_as_broken_as_nginx_writes_it),
        cmocka_unit_test(gunicorns_access_log_is_not_taken_for_nginxs),
        cmocka_unit_test(a_configured_format_is_tried_before_the_common_shape),
        cmocka_unit_test(what_was_learned_changes_nothing_but_the_pace),
        cmocka_unit_test(any_bytes_are_read_to_their_end_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
