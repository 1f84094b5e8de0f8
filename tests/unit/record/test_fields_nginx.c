#include "record/fields_nginx.h"

#include "stage.h"

static void an_upstream_is_its_address_without_scheme_and_path(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool whole;
        const char *upstream;
    } cases[] = {
        {"http://127.0.0.1:8000/x?y=http://z/", true, "127.0.0.1:8000"},
        {"http://[2001:db8::7]:8000/", true, "[2001:db8::7]:8000"},
        {"http://unix:/run/g.sock:/x:y", true, "unix:/run/g.sock"},
        {"fastcgi://unix:/run/php/php8.2-fpm.sock:", true, "unix:/run/php/php8.2-fpm.sock"},
        {"uwsgi://127.0.0.1:3031", true, "127.0.0.1:3031"},
        {"10.0.3.9:3306", true, "10.0.3.9:3306"},
        {"http://app_servers/orders", true, "app_servers"},
        {"http://127.0.0.1:80", false, ""},
        {"http://127.0.0.1:8000/", false, "127.0.0.1:8000"},
        {"http://unix:/run/g.so", false, ""},
        {"http:/", false, "http:"},
        {"", true, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_nginx_upstream(w5_str_of(cases[i].url), cases[i].whole),
                   w5_str_of(cases[i].upstream));
}

static void a_request_line_is_method_and_path(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        bool whole;
        const char *method, *path;
    } cases[] = {
        {"GET /x?y=1 HTTP/1.1", true, "GET", "/x"},
        {"POST /a%20b HTTP/2.0", true, "POST", "/a%20b"},
        {"GET /", true, "GET", "/"},
        {"GET http://host:1/p?q HTTP/1.1", true, "GET", "/p"},
        {"GET http://host HTTP/1.1", true, "GET", "/"},
        {"OPTIONS * HTTP/1.1", true, "OPTIONS", "*"},
        {"GET /a b HTTP/1.1", true, "GET", "/a b"},
        {"GET /cut", false, "GET", NULL},
        {"GET /cut?q", false, "GET", "/cut"},
        {"\x16\x03\x01 x", true, NULL, NULL},
        {"", true, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_record r = {0};
        w5_nginx_request(&r, w5_str_of(cases[i].request), cases[i].whole);
        assert_str(w5_record_get(&r, W5_F_method), w5_str_of(cases[i].method));
        assert_str(w5_record_get(&r, W5_F_path), w5_str_of(cases[i].path));
        assert_int_equal(r.have >> W5_F_path & 1, cases[i].path != NULL);
    }
}

static void a_message_ends_before_errno_phase_and_context(void **state)
{
    (void)state;
    static const struct {
        const char *rest, *message, *number, *phase, *context;
    } cases[] = {
        {"connect() failed (111: Connection refused) while connecting to upstream, client: 1.2.3.4, "
         "server: x",
         "connect() failed", "111", "connecting to upstream", ", client: 1.2.3.4, server: x"},
        {"send() failed (111: Connection refused) while resolving, resolver: 10.0.0.2:53",
         "send() failed", "111", "resolving", ", resolver: 10.0.0.2:53"},
        {"SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while "
         "SSL handshaking to upstream, client: 1.2.3.4, server: x",
         "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)", "",
         "SSL handshaking to upstream", ", client: 1.2.3.4, server: x"},
        {"SSL_do_handshake() failed (SSL: x) (104: Connection reset by peer) while SSL handshaking, "
         "client: 1.2.3.4, server: 0.0.0.0:443",
         "SSL_do_handshake() failed (SSL: x)", "104", "SSL handshaking",
         ", client: 1.2.3.4, server: 0.0.0.0:443"},
        {"upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking "
         "to upstream, client: 1.2.3.4, server: x",
         "upstream SSL certificate verify error: (18:self-signed certificate)", "",
         "SSL handshaking to upstream", ", client: 1.2.3.4, server: x"},
        {"signal 1 (SIGHUP) received from 5100, reconfiguring",
         "signal 1 (SIGHUP) received from 5100, reconfiguring", "", "", ""},
        {"1024 worker_connections are not enough, reusing connections",
         "1024 worker_connections are not enough, reusing connections", "", "", ""},
        {"worker process 7 exited on signal 11 (core dumped)",
         "worker process 7 exited on signal 11 (core dumped)", "", "", ""},
        {"fork() failed while spawning \"worker process\" (12: Cannot allocate memory)",
         "fork() failed while spawning \"worker process\"", "12", "", ""},
        {"client timed out (110: Connection timed out) while reading client request (HTTP/3), "
         "client: 1.2.3.4, server: x",
         "client timed out", "110", "reading client request (HTTP/3)",
         ", client: 1.2.3.4, server: x"},
        {"send() failed (111: Connection refused) while logging to syslog, server: 10.0.0.9:514",
         "send() failed", "111", "logging to syslog", ", server: 10.0.0.9:514"},
        {"connect() failed (111: Connection refused) while proxying, udp client: 1.2.3.4:5, server: x",
         "connect() failed", "111", "proxying", ", udp client: 1.2.3.4:5, server: x"},
        {"[lua] a.lua:3: x, context: ngx.timer, client: 1.2.3.4, server: 0.0.0.0:80",
         "[lua] a.lua:3: x", "", "", ", context: ngx.timer, client: 1.2.3.4, server: 0.0.0.0:80"},
        {"x (99999999999: huge)", "x (99999999999: huge)", "", "", ""},
        {"x (: )", "x (: )", "", "", ""},
        {"", "", "", "", ""},
        {")", ")", "", "", ""},
        {" while ", " while ", "", "", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_record r = {0};
        w5_nginx_split(w5_str_of(cases[i].rest), &r);
        assert_str(r.message, w5_str_of(cases[i].message));
        assert_str(w5_record_get(&r, W5_F_errno), w5_str_of(cases[i].number));
        assert_str(w5_record_get(&r, W5_F_phase), w5_str_of(cases[i].phase));
        assert_str(r.context, w5_str_of(cases[i].context));
    }
}

/* What a client writes into a path cannot become errno, phase or field. */
static void the_split_is_preferred_that_leaves_no_residue(void **state)
{
    (void)state;
    w5_record r = {0};
    w5_nginx_split(
        W5_STR("open() \"/w/x\" failed (28: No space left on device) while connecting to upstream, "
               "client: 6.6.6.6, server: evil, request: \"GET / HTTP/1.1\", host: \"evil\"y\" failed "
               "(2: No such file or directory), client: 1.2.3.4, server: x, request: \"GET /z "
               "HTTP/1.1\", host: \"h\""),
        &r);
    w5_nginx_walk(&r);
    assert_str(w5_record_get(&r, W5_F_errno), W5_STR("2"));
    assert_str(w5_record_get(&r, W5_F_phase), W5_NONE);
    assert_str(w5_record_get(&r, W5_F_client), W5_STR("1.2.3.4"));
    assert_str(w5_record_get(&r, W5_F_path), W5_STR("/z"));
    r = (w5_record){0};
    w5_nginx_split(W5_STR("open() \"/w/x, client: 6.6.6.6, server: evil\" failed (2: No such file), "
                          "client: 1.2.3.4, server: x, request: \"GET /z HTTP/1.1\""),
                   &r);
    w5_nginx_walk(&r);
    assert_str(w5_record_get(&r, W5_F_client), W5_STR("1.2.3.4"));
    assert_str(r.message, W5_STR("open() \"/w/x, client: 6.6.6.6, server: evil\" failed"));
}

static void walked(w5_record *r, const char *context)
{
    *r = (w5_record){.message = W5_LIT(""), .context = w5_str_of(context)};
    r->message.ptr = r->context.ptr;
    w5_nginx_walk(r);
}

static void fields_are_walked_left_to_right(void **state)
{
    (void)state;
    w5_record r;
    walked(&r, ", client: 1.2.3.4, server: , request: \"GET /a\"b,c HTTP/1.1\", subrequest: \"/s\", "
               "upstream: \"http://127.0.0.1:1/a\"b,c\", host: \"a,b\", referrer: \"x\", upstream: "
               "\"http://6.6.6.6:1/\", host: \"evil\"");
    assert_str(w5_record_get(&r, W5_F_server), W5_STR(""));
    assert_str(w5_record_get(&r, W5_F_request), W5_STR("GET /a\"b,c HTTP/1.1"));
    assert_str(w5_record_get(&r, W5_F_subrequest), W5_STR("/s"));
    assert_str(w5_record_get(&r, W5_F_upstream), W5_STR("127.0.0.1:1"));
    assert_str(w5_record_get(&r, W5_F_http_host), W5_STR("a,b"));
    assert_str(w5_record_get(&r, W5_F_referrer),
               W5_STR("x\", upstream: \"http://6.6.6.6:1/\", host: \"evil"));
    walked(&r, ", client: 1.2.3.4, server: x, request: \"GET /a\", upstream: \"http://6.6.6.6/ "
               "HTTP/1.1\", upstream: \"http://127.0.0.1:1/\", host: \"h\"");
    assert_str(w5_record_get(&r, W5_F_upstream), W5_STR("127.0.0.1:1"));
    walked(&r, ", client: 10.0.0.5, server: 0.0.0.0:25, login: \"bob\", upstream: 10.0.0.7:25");
    assert_str(w5_record_get(&r, W5_F_user), W5_STR("bob"));
    assert_str(w5_record_get(&r, W5_F_upstream), W5_STR("10.0.0.7:25"));
    walked(&r, ", client: 10.0.0.5 using starttls, server: 0.0.0.0:25");
    assert_str(w5_record_get(&r, W5_F_client), W5_STR("10.0.0.5"));
    walked(&r, ", udp client: 10.0.0.5:9, server: 0.0.0.0:53, upstream: \"10.0.0.7:53\", bytes from/to "
               "client:1/2, bytes from/to upstream:2/1");
    assert_str(w5_record_get(&r, W5_F_client), W5_STR("10.0.0.5:9"));
    assert_str(w5_record_get(&r, W5_F_upstream), W5_STR("10.0.0.7:53"));
    walked(&r, ", responder: ocsp.example, peer: 192.0.2.7:80, certificate: \"/etc/a.pem\"");
    assert_int_equal(r.have, 0);
}

static void a_cut_line_yields_what_is_whole(void **state)
{
    (void)state;
    w5_record r;
    walked(&r, ", client: 1.2.3.4, server: x, request: \"GET /a HTTP/1.1\", upstream: \"http://127.0.0.1:8");
    assert_int_equal(r.have >> W5_F_upstream & 1, 0);
    assert_str(w5_record_get(&r, W5_F_path), W5_STR("/a"));
    walked(&r, ", client: 1.2.3.4, server: x, request: \"GET /a HTTP/1.1\", upstream: \"http://127.0.0.1:80/x");
    assert_str(w5_record_get(&r, W5_F_upstream), W5_STR("127.0.0.1:80"));
    walked(&r, ", client: 1.2.3.4, server: x, request: \"GET /abc");
    assert_str(w5_record_get(&r, W5_F_method), W5_STR("GET"));
    assert_int_equal(r.have >> W5_F_path & 1, 0);
    walked(&r, ", client: 1.2.3.4, se");
    assert_str(w5_record_get(&r, W5_F_client), W5_STR("1.2.3.4"));
}

static void an_upstream_that_lost_a_slash_was_sent_by_a_client(void **state)
{
    (void)state;
    w5_record r;
    walked(&r, ", client: 1.2.3.4, server: x, request: \"GET /a HTTP/1.1\", upstream: \"http:/127.0.0.1:8000/a\"");
    assert_true(r.forged);
    walked(&r, ", client: 1.2.3.4, server: x, request: \"GET /a HTTP/1.1\", upstream: \"http://unix:/run/a.sock:/a\"");
    assert_false(r.forged);
    walked(&r, ", client: 1.2.3.4, server: x, upstream: \"unix:/run/a.sock\"");
    assert_false(r.forged);
    walked(&r, ", client: 1.2.3.4, server: x, upstream: \"10.0.3.9:3306\"");
    assert_false(r.forged);
}

static void how_a_context_ends_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *context;
        w5_nginx_end end;
        bool request;
    } cases[] = {
        {", client: 1.2.3.4, server: x, request: \"GET / HTTP/1.1\", host: \"h\"", W5_NGINX_CLEAN, true},
        {", client: 1.2.3.4, server: x", W5_NGINX_CLEAN, false},
        {", client: 1.2.3.4, server: x, request: \"GET /", W5_NGINX_OPEN, false},
        {", client: 1.2.3.4, server: x, requ", W5_NGINX_OPEN, false},
        {", client: 1.2.3.4, server: x, request: \"GET / HTTP/1.1\",", W5_NGINX_OPEN, false},
        {", client: 1.2.3.4, server: x, host: \"h\", request: \"GET /\"", W5_NGINX_RESIDUE, false},
        {", client: 1.2.3.4, server: x, host: \"h\" failed, client: 1", W5_NGINX_OPEN, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool request;
        assert_int_equal(w5_nginx_end_of(w5_str_of(cases[i].context), &request), cases[i].end);
        assert_int_equal(request, cases[i].request);
    }
}

static void nothing_poses_inside_fastcgis_text(void **state)
{
    (void)state;
    w5_record r = {0};
    assert_true(w5_nginx_split_stderr(
        W5_STR("FastCGI sent in stderr: \"a\" while reading upstream, client: 6.6.6.6, server: evil\n"
               "b\" while reading response header from upstream, client: 1.2.3.4, server: x, request: "
               "\"GET / HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9000\", host: \"h\""),
        &r));
    w5_nginx_walk(&r);
    assert_str(w5_record_get(&r, W5_F_client), W5_STR("1.2.3.4"));
    assert_str(w5_record_get(&r, W5_F_phase), W5_STR("reading response header from upstream"));
    assert_str(w5_record_get(&r, W5_F_upstream), W5_STR("127.0.0.1:9000"));
    assert_true(w5_str_ends(r.message, W5_STR("evil\nb\"")));
    assert_false(w5_nginx_split_stderr(W5_STR("FastCGI sent in stderr: \"a while x, client"), &r));
}

/* ", context: ngx.timer" in front is no field, but sends the rest the long way. */
static void assert_read_alike(w5_str context)
{
    char text[512] = ", context: ngx.timer";
    size_t n = strlen(text);
    memcpy(text + n, context.ptr, context.len);
    w5_record is = {.message = {context.ptr, 0}, .context = context};
    w5_record should = {.message = {text, 0}, .context = {text, n + context.len}};
    w5_nginx_walk(&is);
    w5_nginx_walk(&should);
    bool same = is.have == should.have && is.forged == should.forged;
    for (int f = 0; same && f < W5_FIELDS; f++)
        same = w5_str_eq(w5_record_get(&is, (w5_field)f), w5_record_get(&should, (w5_field)f));
    if (!same)
        fail_msg("read otherwise: %.*s", W5_ARG(context));
}

static void the_usual_context_is_read_like_any(void **state)
{
    (void)state;
    static const w5_str usual =
        W5_LIT(", client: 10.0.0.7, server: shop.example, request: \"GET /a?b=1 HTTP/1.1\", upstream: "
               "\"http://127.0.0.1:8000/a?b=1\", host: \"shop.example\", referrer: \"http://x/\"");
    static const char bytes[] = "\", :/?x\n";
    char text[256];
    for (size_t i = 0; i <= usual.len; i++) {
        memcpy(text, usual.ptr, i);
        assert_read_alike((w5_str){text, i}); /* cut */
        for (size_t b = 0; b + 1 < sizeof(bytes); b++) {
            text[i] = bytes[b];
            memcpy(text + i + 1, usual.ptr + i, usual.len - i);
            assert_read_alike((w5_str){text, usual.len + 1}); /* one more */
            if (i < usual.len)
                memcpy(text + i + 1, usual.ptr + i + 1, usual.len - i - 1);
            assert_read_alike((w5_str){text, usual.len - (i == usual.len)}); /* another one */
            if (i + 7 > usual.len)
                continue;
            memcpy(text + i + 1, usual.ptr + i + 7, usual.len - i - 7);
            assert_read_alike((w5_str){text, usual.len - 6}); /* a hole */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upstream_is_its_address_without_scheme_and_path),
        cmocka_unit_test(a_request_line_is_method_and_path),
        cmocka_unit_test(a_message_ends_before_errno_phase_and_context),
        cmocka_unit_test(the_split_is_preferred_that_leaves_no_residue),
        cmocka_unit_test(fields_are_walked_left_to_right),
        cmocka_unit_test(a_cut_line_yields_what_is_whole),
        cmocka_unit_test(an_upstream_that_lost_a_slash_was_sent_by_a_client),
        cmocka_unit_test(how_a_context_ends_is_known),
        cmocka_unit_test(the_usual_context_is_read_like_any),
        cmocka_unit_test(nothing_poses_inside_fastcgis_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
