#include "html_check.h"
#include "report/sha256.h"

#include <stdio.h>

static void the_page_is_well_formed_and_all_ours(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_page(scene_write(s, "html", out));
    scene_poison(s, HOSTILE);
    s->view.verbose = true;
    assert_page(scene_write(s, "html", out));
    assert_tame(w5_out_bytes(out), 0);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void usual_vectors_are_text(void **state)
{
    static const char *const vectors[] = {"<script>alert(1)</script>",
                                          "\"><svg onload=alert(1)>",
                                          "' onmouseover='alert(1)",
                                          "javascript:alert(1)",
                                          "</title><script>",
                                          "</style><script>",
                                          "<!--",
                                          "--!>",
                                          "]]>",
                                          "&lt;img&gt;",
                                          "<img src=x onerror=alert(1)>",
                                          "</code></td></tr></table>",
                                          "<a href=http://e.example>",
                                          "{{7*7}}",
                                          "+ADw-script+AD4-",
                                          "`onclick=`"};
    for (size_t i = 0; i < COUNT(vectors); i++) {
        scene *s = scene_new(W5_STR("/ok"));
        w5_out *out = w5_out_memory();
        scene_poison(s, w5_str_of(vectors[i]));
        assert_page(scene_write(s, "html", out));
        w5_out_done(out, NULL);
        scene_free(s);
    }
    (void)state;
}

/* The policy names the style that stands in the page, and forbids all else. */
static void the_policy_fits_the_style(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    char hash[W5_SHA256_BASE64], policy[256];
    w5_str text = scene_write(s, "html", out), before, style, after;
    assert_true(w5_str_cut_at(text, W5_STR("<style>"), &before, &after));
    assert_true(w5_str_cut_at(after, W5_STR("</style>"), &style, &after));
    w5_sha256_base64(style, hash);
    snprintf(policy, sizeof policy, "content=\"default-src 'none'; style-src 'sha256-%s';", hash);
    assert_has(before, policy);
    assert_has(w5_str_head(text, 1024), "<meta charset=\"utf-8\">");
    assert_lacks(style, "url(");
    assert_lacks(style, "@import");
    assert_lacks(text, " style=");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void ten_incidents_fit_into_300_kib(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_diagnosis *many[10];
    for (size_t i = 0; i < 10; i++)
        many[i] = &s->diagnosis;
    s->findings.at = many;
    s->findings.n = 10;
    assert_true(scene_write(s, "html", out).len < 300 * 1024);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void sentences_link_to_the_lines_they_rest_on(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = scene_write(s, "html", out);
    assert_has(text, "<a href=\"#i1e3\">gunicorn.log:9</a>");
    assert_has(text, "<tr id=\"i1e3\">");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_well_formed_and_all_ours),
        cmocka_unit_test(usual_vectors_are_text),
        cmocka_unit_test(the_policy_fits_the_style),
        cmocka_unit_test(ten_incidents_fit_into_300_kib),
        cmocka_unit_test(sentences_link_to_the_lines_they_rest_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
