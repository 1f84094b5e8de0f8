#include "config/nginx_blocks.h"

#include "scene.h"

static void addresses_that_mean_one_server(void **state)
{
    static const struct {
        const char *pass, *upstream;
        w5_likeness likeness;
    } cases[] = {
        {"127.0.0.1:8000",   "127.0.0.1:8000",   W5_LIKE_SAME    },
        {"localhost:8000",   "127.0.0.1:8000",   W5_LIKE_LOCAL   },
        {"localhost:8000",   "[::1]:8000",       W5_LIKE_LOCAL   },
        {"localhost:8000",   "127.0.0.1:8001",   W5_LIKE_NOT     },
        {"app:8000",         "172.18.0.2:8000",  W5_LIKE_PORT    },
        {"app:8000",         "172.18.0.2:80",    W5_LIKE_NOT     },
        {"10.0.0.1:8000",    "10.0.0.2:8000",    W5_LIKE_NOT     },
        {"app:8000",         "web:8000",         W5_LIKE_NOT     },
        {"unix:/run/a.sock", "unix:/run/a.sock", W5_LIKE_SAME    },
        {"unix:/run/a.sock", "unix:/run/b.sock", W5_LIKE_NOT     },
        {"$backend",         "10.0.0.2:8000",    W5_LIKE_VARIABLE},
        {"",                 "10.0.0.2:8000",    W5_LIKE_NOT     },
    };
    scene *s = *state;
    w5_config_seal(s->config);
    for (size_t i = 0; i < COUNT(cases); i++)
        if (w5_nginx_likeness(s->config, w5_str_of(cases[i].pass), w5_str_of(cases[i].upstream)) !=
            cases[i].likeness)
            fail_msg("%s %s", cases[i].pass, cases[i].upstream);
}

static void what_a_server_listens_on_serves_upstreams(void **state)
{
    static const struct {
        const char *listens, *upstream;
        bool serves;
    } cases[] = {
        {"127.0.0.1:8000",   "127.0.0.1:8000",   true },
        {"0.0.0.0:8000",     "127.0.0.1:8000",   true },
        {":8000",            "10.0.0.3:8000",    true },
        {"[::]:8000",        "[::1]:8000",       true },
        {"8000",             "127.0.0.1:8000",   true },
        {"9000",             "127.0.0.1:8000",   false},
        {"127.0.0.1:8001",   "127.0.0.1:8000",   false},
        {"/run/a.sock",      "unix:/run/a.sock", true },
        {"unix:/run/a.sock", "unix:/run/a.sock", true },
        {"/run/a.sock",      "127.0.0.1:80",     false},
        {"localhost:8000",   "[::1]:8000",       true },
        {"unix:/run/a.sock", "127.0.0.1:8000",   false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (w5_serves(w5_str_of(cases[i].listens), w5_str_of(cases[i].upstream)) != cases[i].serves)
            fail_msg("%s %s", cases[i].listens, cases[i].upstream);
}

static void targets_become_upstreams(void **state)
{
    static const struct {
        const char *pass, *upstream;
    } cases[] = {
        {"http://127.0.0.1:8000",        "127.0.0.1:8000"  },
        {"http://127.0.0.1:8000/x/y",    "127.0.0.1:8000"  },
        {"http://app.example",           "app.example:80"  },
        {"https://app.example/",         "app.example:443" },
        {"http://known",                 "known"           },
        {"http://[::1]:8000",            "[::1]:8000"      },
        {"http://[::1]",                 "[::1]:80"        },
        {"http://unix:/run/a.sock:/uri", "unix:/run/a.sock"},
        {"http://unix:/run/a.sock",      "unix:/run/a.sock"},
        {"http://$set",                  "10.9.9.9:81"     },
        {"http://${set}/x",              "10.9.9.9:81"     },
        {"http://$unset",                "$unset"          },
        {"$whole",                       "10.8.8.8:82"     },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(state);
        scene *s = *state;
        const w5_setting *all;
        read_text(s, "nginx.conf",
                  w5_arena_fmt(s->arena,
                               "upstream known { server a:1; }\n"
                               "server { set $set 10.9.9.9:81; set $whole http://10.8.8.8:82;\n"
                               " location / { proxy_pass %s; } }\n",
                               cases[i].pass)
                      .ptr);
        w5_config_seal(s->config);
        size_t n = w5_config_settings(s->config, &all);
        assert_str(all[n - 1].upstream, w5_str_of(cases[i].upstream));
        end(state);
    }
}

static void locations_are_chosen_as_nginx_does(void **state)
{
    static const struct {
        const char *path, *value;
    } cases[] = {
        {"/",             "root"  },
        {"/other",        "root"  },
        {"/app",          "app"   },
        {"/app/x",        "app"   },
        {"/app/in/y",     "nested"},
        {"/exact",        "exact" },
        {"/exact/more",   "root"  },
        {"/a.PHP",        "php"   },
        {"/static/a.php", "static"},
        {"/app/b.php",    "php"   },
        {"/try/x",        "named" },
        {"/index/x",      "php"   },
        {"/404/x",        "none"  },
    };
    scene *s = *state;
    read_text(s, "nginx.conf",
              "server {\n"
              " location / { proxy_pass http://a:1; v root; }\n"
              " location /app { proxy_pass http://a:1; v app;\n"
              "   location /app/in { proxy_pass http://a:1; v nested; } }\n"
              " location = /exact { proxy_pass http://a:1; v exact; }\n"
              " location ~* \\.php$ { proxy_pass http://a:1; v php; }\n"
              " location ^~ /static { proxy_pass http://a:1; v static; }\n"
              " location /try { try_files $uri @app; v try; }\n"
              " location @app { proxy_pass http://a:1; v named; }\n"
              " location /index { try_files $uri /index.php?$args; v index; }\n"
              " location /404 { try_files $uri =404; proxy_pass http://a:1; v none; }\n"
              "}\n");
    w5_config_seal(s->config);
    no_trouble(s);
    for (size_t i = 0; i < COUNT(cases); i++)
        want(s, "nginx", "v", "a:1", cases[i].path, cases[i].value);
}

static void an_if_inside_a_location_passes_for_it(void **state)
{
    scene *s = *state;
    read_text(s, "nginx.conf",
              "server { proxy_read_timeout 1; location / { proxy_read_timeout 2;\n"
              "  if ($request_method = POST) { proxy_pass http://w:1; }\n"
              "  proxy_pass http://r:1; } }\n");
    w5_config_seal(s->config);
    want(s, "nginx", "proxy_read_timeout", "w:1", "/", "2");
    want(s, "nginx", "proxy_read_timeout", "r:1", "/", "2");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(addresses_that_mean_one_server),
        cmocka_unit_test(what_a_server_listens_on_serves_upstreams),
        cmocka_unit_test(targets_become_upstreams),
        TEST(locations_are_chosen_as_nginx_does),
        TEST(an_if_inside_a_location_passes_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
