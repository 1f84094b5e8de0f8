#include "inspect.h"

/* Outside of code nothing may stand that GitHub makes something of: links, images, HTML, mentions.
 * What is back-slashed is text. Our own marks (heading, list, table, bold) begin a line or are "**"
 * and "|". */
static void assert_inert(w5_str text)
{
    bool code = false, fence = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool line_start = i == 0 || text.ptr[i - 1] == '\n';
        if (line_start) {
            w5_str rest = w5_str_trim(w5_str_head(w5_str_skip(text, i), 8));
            if (w5_str_starts(rest, W5_STR("```"))) {
                fence = !fence;
                i += 3;
                while (i < text.len && text.ptr[i] != '\n')
                    i++;
                continue;
            }
            assert_false(code); /* a span ends on its line */
        }
        if (fence)
            continue;
        if (!code && c == '\\') {
            i++;
            continue;
        }
        if (c == '`')
            code = !code;
        if (!code && strchr("<>[]!@&$~", c))
            fail_msg("'%c' is active in: %.60s", c, text.ptr + (i > 30 ? i - 30 : 0));
    }
    assert_false(code || fence);
}

static void hostile_bytes_are_inert(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_inert(scene_write(s, "markdown", out));
    scene_poison(s, HOSTILE);
    w5_str text = scene_write(s, "markdown", out);
    assert_inert(text);
    assert_tame(text, 0);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void every_run_of_backticks_is_contained(void **state)
{
    char ticks[64];
    for (size_t n = 1; n <= 20; n++) {
        scene *s = scene_new(W5_STR("/ok"));
        w5_out *out = w5_out_memory();
        memset(ticks, '`', n);
        memcpy(ticks + n, "<img>](x)\n```", 13);
        scene_poison(s, (w5_str){ticks, n + 13});
        assert_inert(scene_write(s, "markdown", out));
        w5_out_done(out, NULL);
        scene_free(s);
    }
    (void)state;
}

static void it_has_the_parts_of_a_post_mortem(void **state)
{
    static const char *const parts[] = {"# why502: error\n",
                                        "\n## #1 error: `cascade` `127.0.0.1:8000`\n",
                                        "```text\n",
                                        "| Code | Lines | What it is |",
                                        "\n### Cause\n",
                                        "\n### Evidence\n",
                                        "\n### Also at work\n",
                                        "\n### Ruled out\n",
                                        "\n### Still open\n",
                                        "\n### What to do\n",
                                        "\n### No help here\n",
                                        "\n### Harmful here\n",
                                        "\n## Sources\n"};
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = scene_write(s, "markdown", out);
    for (size_t i = 0; i < COUNT(parts); i++)
        assert_has(text, parts[i]);
    assert_has(text, "   ```sh\n   sudo systemctl restart gunicorn\n   ```\n");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_healthy_run_is_one_paragraph(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->findings = (w5_findings){.n = 0};
    s->timeline.upstream_errors = 0;
    assert_has(scene_write(s, "markdown", out), "# why502: ok\n\nNo upstream errors");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_bytes_are_inert),
        cmocka_unit_test(every_run_of_backticks_is_contained),
        cmocka_unit_test(it_has_the_parts_of_a_post_mortem),
        cmocka_unit_test(a_healthy_run_is_one_paragraph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
