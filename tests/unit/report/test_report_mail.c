#include "inspect.h"

/* The part before the first empty line. */
static w5_str headers_of(w5_str mail)
{
    size_t end;
    assert_true(w5_str_find(mail, W5_STR("\n\n"), &end));
    return w5_str_head(mail, end + 1);
}

/* Every header line is one of ours, or the continuation of one. */
static void assert_only_ours(w5_str headers)
{
    static const char *const ours[] = {"From: ",
                                       "To: ",
                                       "Subject: ",
                                       "Date: ",
                                       "Message-ID: ",
                                       "In-Reply-To: ",
                                       "References: ",
                                       "Auto-Submitted: auto-generated",
                                       "X-Auto-Response-Suppress: All",
                                       "List-Id: ",
                                       "MIME-Version: 1.0",
                                       "Content-Type: multipart/alternative; boundary=",
                                       " "};
    w5_str line;
    while (w5_str_cut(headers, '\n', &line, &headers)) {
        bool known = false;
        for (size_t i = 0; i < COUNT(ours); i++)
            known |= w5_str_starts(line, w5_str_of(ours[i]));
        if (!known)
            fail_msg("a header of somebody else: %.*s", W5_ARG(line));
        for (size_t i = 0; i < line.len; i++)
            assert_true(line.ptr[i] >= ' ' && line.ptr[i] < 0x7f);
    }
}

static void headers_say_that_a_machine_wrote_it(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->view.mail_to = W5_STR("ops@example.com");
    s->view.message_id = W5_STR("<7@web1>");
    s->view.in_reply_to = W5_STR("6@web1");
    w5_str text = headers_of(scene_write(s, "mail", out));
    assert_only_ours(text);
    assert_has(text, "To: ops@example.com\n");
    assert_has(text, "Message-ID: <7@web1>\nIn-Reply-To: <6@web1>\nReferences: <6@web1>\n");
    assert_has(text, "Auto-Submitted: auto-generated\n");
    assert_has(text, "List-Id: <why502.web1>\n");
    assert_has(text, "Date: Fri, 20 Nov 2026 18:05:46 +0000\n");
    assert_has(text, "Subject: [why502] web1: NOT over, 106 x CK-111: Nothing listens any more\n"
                     " where nginx c...\n");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void no_bytes_from_outside_can_add_a_header(void **state)
{
    static const char *const cases[] = {"a\r\nBcc: x@y.z",
                                        "a\nBcc: x@y.z\n\nbody",
                                        "\n\nx",
                                        "a\rb",
                                        "\xff\xfe",
                                        "h\xe2\x80\xa9"
                                        "Bcc: x"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        scene *s = scene_new(W5_STR("/ok"));
        w5_out *out = w5_out_memory();
        scene_poison(s, w5_str_of(cases[i]));
        assert_only_ours(headers_of(scene_write(s, "mail", out)));
        w5_out_done(out, NULL);
        scene_free(s);
    }
    (void)state;
}

static void a_host_of_a_thousand_characters_leaves_a_short_subject(void **state)
{
    char host[1000];
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    memset(host, 'h', sizeof host);
    s->run.host = (w5_str){host, sizeof host};
    w5_str text = headers_of(scene_write(s, "mail", out)), line;
    assert_only_ours(text);
    while (w5_str_cut(text, '\n', &line, &text))
        assert_true(line.len <= 140);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void two_parts_say_the_same(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = scene_write(s, "mail", out), line;
    assert_has(text, "--=_why502\nContent-Type: text/plain; charset=utf-8\n");
    assert_has(text, "--=_why502\nContent-Type: text/html; charset=utf-8\n");
    assert_true(w5_str_ends(text, W5_STR("\n--=_why502--\n")));
    assert_lacks(text, "<svg");
    while (w5_str_cut(text, '\n', &line, &text))
        assert_true(line.len <= 78);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_say_that_a_machine_wrote_it),
        cmocka_unit_test(no_bytes_from_outside_can_add_a_header),
        cmocka_unit_test(a_host_of_a_thousand_characters_leaves_a_short_subject),
        cmocka_unit_test(two_parts_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
