#include "scene.h"

static const char shop[] =
    "worker_processes auto;\n"
    "events { worker_connections 1024; }\n"
    "http {\n"
    "  proxy_read_timeout 60s;\n"
    "  log_format main '$remote_addr - '\n"
    "                  \"$status\" ' $request_time';\n"
    "  log_format js escape=json '{\"s\":\"$status\"}';\n"
    "  upstream app { server 127.0.0.1:8000 weight=2; server unix:/run/b.sock;\n"
    "                 server app.internal; keepalive 16; }\n"
    "  server {\n"
    "    server_name shop.example www.shop.example;\n"
    "    proxy_read_timeout 90s; # ours\n"
    "    location / { proxy_pass http://app; }\n"
    "    location /report { proxy_pass http://app/x; proxy_read_timeout 300s; }\n"
    "    location = /exact { proxy_pass http://10.0.0.9; }\n"
    "    location ~ \\.php$ { fastcgi_pass unix:/run/php.sock;\n"
    "                        fastcgi_read_timeout 20; }\n"
    "    location /api/ { uwsgi_pass 127.0.0.1:3031; uwsgi_read_timeout 7s; }\n"
    "    location /sock { proxy_pass http://unix:/run/g.sock:/uri/; }\n"
    "  }\n"
    "}\n";

static void the_innermost_setting_is_in_force(void **state)
{
    static const struct {
        const char *name, *upstream, *path, *value;
    } cases[] = {
        {"proxy_read_timeout", "127.0.0.1:8000",     "/",                  "90s"                          },
        {"proxy_read_timeout", "127.0.0.1:8000",     "/report/export?x=1", "300s"                         },
        {"proxy_read_timeout", "127.0.0.1:8000",     "",                   "90s"                          },
        {"proxy_read_timeout", "app",                "/report",            "300s"                         },
        {"proxy_read_timeout", "unix:/run/b.sock",   "/",                  "90s"                          },
        {"proxy_read_timeout", "10.0.0.9:80",        "/exact",             "90s"                          },
        {"proxy_read_timeout", "10.1.1.1:80",        "/",                  "90s"                          }, /* app.internal:80, by DNS */
        {"proxy_read_timeout", "unix:/run/php.sock", "/x.php",             "20"                           }, /* fastcgi's own */
        {"proxy_read_timeout", "127.0.0.1:3031",     "/api/x",             "7s"                           },
        {"uwsgi_read_timeout", "127.0.0.1:3031",     "/api/x",             "7s"                           },
        {"proxy_read_timeout", "unix:/run/g.sock",   "",                   "90s"                          },
        {"proxy_read_timeout", "192.0.2.1:1",        "",                   "60s"                          }, /* nobody passes there: http's */
        {"proxy_read_timeout", "",                   "",                   "60s"                          },
        {"keepalive",          "127.0.0.1:8000",     "/",                  "16"                           },
        {"worker_connections", "127.0.0.1:8000",     "/",                  "1024"                         },
        {"worker_connections", "",                   "",                   "1024"                         },
        {"proxy_send_timeout", "127.0.0.1:8000",     "/",                  NULL                           },
        {"server_name",        "127.0.0.1:8000",     "/",                  "shop.example www.shop.example"},
    };
    scene *s = *state;
    read_text(s, "/etc/nginx/nginx.conf", shop);
    w5_config_seal(s->config);
    no_trouble(s);
    for (size_t i = 0; i < COUNT(cases); i++)
        want(s, "nginx", cases[i].name, cases[i].upstream, cases[i].path, cases[i].value);
    assert_true(w5_config_known(s->config, "nginx"));
    assert_false(w5_config_known(s->config, "mysql"));
}

static void a_setting_says_where_it_stands(void **state)
{
    scene *s = *state;
    w5_setting setting;
    read_text(s, "/etc/nginx/nginx.conf", shop);
    w5_config_seal(s->config);
    assert_int_equal(w5_config_get(s->config, "nginx", "proxy_read_timeout", W5_STR("app"),
                                   W5_STR("/report"), &setting),
                     W5_OK);
    assert_str(setting.file, W5_STR("/etc/nginx/nginx.conf"));
    assert_int_equal(setting.line, 14);
    assert_str(setting.scope, W5_STR("location /report"));
    assert_str(setting.upstream, W5_STR("app"));
    assert_true(w5_config_duration(&setting) == 300 * W5_SECOND);
    assert_int_equal(w5_config_get(s->config, "nginx", "proxy_read_timeout", W5_STR("app"),
                                   W5_STR("/"), &setting),
                     W5_OK);
    assert_str(setting.scope, W5_STR("server shop.example www.shop.example"));
    assert_int_equal(setting.line, 12);
}

static void upstreams_and_formats_are_listed(void **state)
{
    scene *s = *state;
    const w5_upstream_block *u;
    const w5_named_format *f;
    read_text(s, "/etc/nginx/nginx.conf", shop);
    w5_config_seal(s->config);
    assert_int_equal(w5_config_upstreams(s->config, &u), 1);
    assert_str(u->name, W5_STR("app"));
    assert_int_equal(u->servers, 3);
    assert_str(u->server[0], W5_STR("127.0.0.1:8000"));
    assert_str(u->server[1], W5_STR("unix:/run/b.sock"));
    assert_str(u->server[2], W5_STR("app.internal:80"));
    assert_int_equal(u->line, 8);
    assert_int_equal(w5_config_formats(s->config, &f), 2);
    assert_str(f[0].name, W5_STR("main"));
    assert_str(f[0].text, W5_STR("$remote_addr - $status $request_time"));
    assert_str(f[1].text, W5_STR("{\"s\":\"$status\"}"));
}

static void includes_are_found_below_nginx_conf(void **state)
{
    scene *s = *state;
    const w5_str *files;
    put(s, "nginx/nginx.conf", "http {\n include conf.d/*.conf;\n include none/*.conf;\n}\n");
    put(s, "nginx/conf.d/b.conf", "server { location / { proxy_pass http://b:2; } }\n");
    put(s, "nginx/conf.d/a.conf",
        "server { include snippets/slow.conf; location / { proxy_pass http://a:1; } }\n");
    put(s, "nginx/snippets/slow.conf", "proxy_read_timeout 5m;\n");
    put(s, "nginx/conf.d/no.txt", "broken {\n");
    read_file(s, at(s, "nginx/nginx.conf"));
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "nginx", "proxy_read_timeout", "a:1", "", "5m");
    want(s, "nginx", "proxy_read_timeout", "b:2", "", NULL);
    assert_int_equal(w5_config_files(s->config, &files), 4);
    assert_string_equal(files[1].ptr, at(s, "nginx/conf.d/a.conf"));
    assert_string_equal(files[2].ptr, at(s, "nginx/snippets/slow.conf"));
}

static void a_site_alone_finds_the_folder_of_nginx_conf(void **state)
{
    scene *s = *state;
    put(s, "nginx/nginx.conf", "http { proxy_read_timeout 1s; }\n");
    put(s, "nginx/snippets/slow.conf", "proxy_read_timeout 5m;\n");
    put(s, "nginx/sites-enabled/shop",
        "server { include snippets/slow.conf; location / { proxy_pass http://a:1; } }\n");
    read_file(s, at(s, "nginx/sites-enabled/shop"));
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "nginx", "proxy_read_timeout", "a:1", "", "5m");
}

static void the_output_of_nginx_T_needs_no_files(void **state)
{
    scene *s = *state;
    w5_setting setting;
    const w5_config_trouble *t;
    read_text(s, "pasted.txt",
              "nginx: the configuration file /x/nginx.conf syntax is ok\n"
              "nginx: configuration file /x/nginx.conf test is successful\n"
              "# configuration file /x/nginx.conf:\n"
              "http {\n"
              "    include conf.d/*.conf;\n"
              "    include /y/gone.conf;\n"
              "}\n"
              "\n"
              "# configuration file /x/conf.d/b.conf:\n"
              "server { location /b { proxy_pass http://b:2; include snip; } }\n"
              "# configuration file /x/snip:\n"
              "nginx: [warn] conflicting server name \"x\" on 0.0.0.0:80, ignored\n"
              "proxy_connect_timeout 3s;\n"
              "# configuration file /x/conf.d/a.conf:\n"
              "server { location /a { proxy_pass http://a:1; include snip; } }\n"
              "# configuration file /x/conf.d/deeper/c.conf:\n"
              "proxy_read_timeout 9s;\n");
    w5_config_seal(s->config);
    want(s, "nginx", "proxy_connect_timeout", "b:2", "/b", "3s");
    want(s, "nginx", "proxy_connect_timeout", "a:1", "/a", "3s");
    want(s, "nginx", "proxy_read_timeout", "", "", NULL);
    assert_int_equal(w5_config_get(s->config, "nginx", "proxy_connect_timeout", W5_STR("a:1"),
                                   W5_STR("/a"), &setting),
                     W5_OK);
    assert_str(setting.file, W5_STR("/x/snip"));
    assert_int_equal(setting.line, 1);
    t = trouble(s, "'/y/gone.conf' is not in this output");
    assert_str(t->file, W5_STR("/x/nginx.conf"));
    assert_int_equal(t->line, 3);
}

static void quotes_and_escapes_are_nginxs(void **state)
{
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"x \"a b\" 'c;d';",      "a b c;d"   },
        {"x a\\ b;",              "a\\ b"     },
        {"x \"say \\\"hi\\\"\";", "say \"hi\""},
        {"x ${name}_y;",          "${name}_y" },
        {"x a#b;",                "a#b"       },
        {"x # comment ; {\n y;",  "y"         },
        {"x '\\d+\\.php';",       "\\d+\\.php"},
        {"x \"two\nlines\";",     "two\nlines"},
        {"x;",                    ""          },
        {"x \"\";",               ""          },
        {"x 'tab\\there';",       "tab\there" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        read_text(s, "nginx.conf", cases[i].text);
        w5_config_seal(s->config);
        no_trouble(s);
        want(s, "nginx", "x", "", "", cases[i].value);
        end(state);
    }
}

static void mistakes_have_a_file_and_a_line(void **state)
{
    static const struct {
        const char *text, *what;
        unsigned line;
    } cases[] = {
        {"http {\n a b;\n",                "a '}' is missing",                      3},
        {"a b;\n}\n",                      "a '}' too many",                        2},
        {"http {\n a b\n}\n",              "'a' is not ended by ';'",               2},
        {"a b;\nc d",                      "the file ends inside 'c'",              2},
        {"a \"b;\n",                       "a quote is not closed",                 1},
        {"a b;\n{ c d; }\n",               "a '{' without a name",                  2},
        {"a_timeout 1;\na_timeout 2;\n",   "'a_timeout' stands twice in one block", 2},
        {"b 1;\ninclude /no/such/file;\n", "cannot open '/no/such/file'",           2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        read_text(s, "/e/nginx.conf", cases[i].text);
        w5_config_seal(s->config);
        const w5_config_trouble *t = trouble(s, cases[i].what);
        assert_str(t->file, W5_STR("/e/nginx.conf"));
        if (t->line != cases[i].line)
            fail_msg("%s: line %u", cases[i].what, t->line);
        end(state);
    }
}

static void a_file_that_includes_itself_ends(void **state)
{
    scene *s = *state;
    put(s, "nginx.conf", "a 1;\ninclude nginx.conf;\n");
    read_file(s, at(s, "nginx.conf"));
    w5_config_seal(s->config);
    trouble(s, "is included too deep");
}

static void no_depth_of_braces_is_too_much(void **state)
{
    scene *s = *state;
    size_t n = 200000;
    char *text = malloc(2 * n + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(text + 2 * i, "a{", 2);
    text[2 * n] = '\0';
    read_text(s, "nginx.conf", text);
    w5_config_seal(s->config);
    want(s, "nginx", "x", "127.0.0.1:8000", "/", NULL);
    trouble(s, "blocks stand deeper in each other than 64");
    trouble(s, "a '}' is missing");
    free(text);
}

static void what_stands_too_deep_is_skipped_and_the_rest_read(void **state)
{
    scene *s = *state;
    char text[512] = "";
    for (int i = 0; i < 65; i++)
        strcat(text, "a{");
    strcat(text, "x 1;");
    for (int i = 0; i < 65; i++)
        strcat(text, "}");
    strcat(text, "y 2;");
    read_text(s, "nginx.conf", text);
    w5_config_seal(s->config);
    want(s, "nginx", "x", "", "", NULL);
    want(s, "nginx", "y", "", "", "2");
}

static void tables_and_lua_are_no_directives(void **state)
{
    scene *s = *state;
    read_text(s, "nginx.conf",
              "http {\n"
              "  types { text/html html htm; proxy_read_timeout x; }\n"
              "  map $host $name { default 1; proxy_read_timeout 2; }\n"
              "  server { location / {\n"
              "    content_by_lua_block { if x then ngx.say(\"}\") end -- }\n"
              "      proxy_read_timeout 3; }\n"
              "    proxy_pass http://a:1;\n"
              "  } }\n"
              "  proxy_read_timeout 4;\n"
              "}\n");
    w5_config_seal(s->config);
    no_trouble(s);
    want(s, "nginx", "proxy_read_timeout", "a:1", "/", "4");
}

static void the_later_of_two_is_in_force(void **state)
{
    scene *s = *state;
    const w5_setting *all;
    read_text(s, "nginx.conf",
              "proxy_read_timeout 1;\nproxy_read_timeout 2;\nallow a;\nallow b;\n");
    w5_config_seal(s->config);
    want(s, "nginx", "proxy_read_timeout", "", "", "2");
    assert_int_equal(w5_config_settings(s->config, &all), 4);
    assert_false(all[0].in_force);
    assert_true(all[1].in_force);
    assert_true(all[2].in_force);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(the_innermost_setting_is_in_force),
        TEST(a_setting_says_where_it_stands),
        TEST(upstreams_and_formats_are_listed),
        TEST(includes_are_found_below_nginx_conf),
        TEST(a_site_alone_finds_the_folder_of_nginx_conf),
        TEST(the_output_of_nginx_T_needs_no_files),
        cmocka_unit_test(quotes_and_escapes_are_nginxs),
        cmocka_unit_test(mistakes_have_a_file_and_a_line),
        TEST(a_file_that_includes_itself_ends),
        TEST(no_depth_of_braces_is_too_much),
        TEST(what_stands_too_deep_is_skipped_and_the_rest_read),
        TEST(tables_and_lua_are_no_directives),
        TEST(the_later_of_two_is_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
