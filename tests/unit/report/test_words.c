#include "inspect.h"
#include "report/common.h"

static const w5_view view = {.width = 80, .redact = W5_REDACT_SECRETS};

static void arguments_go_where_the_words_want_them(void **state)
{
    w5_show show = w5_show_begin(NULL, &view);
    const w5_str args[] = {W5_STR("one"), W5_STR("two")};
    assert_str(w5_show_tell(&show, "%2$s before %1$s, 100 %% %3$s %x %", args, 2),
               W5_STR("two before one, 100 %  %x %"));
    assert_str(w5_show_tell(&show, "", args, 2), W5_STR(""));
    w5_show_end(&show);
    (void)state;
}

/* What stands in an argument is never taken for words. */
static void arguments_are_not_filled_in_again(void **state)
{
    w5_show show = w5_show_begin(NULL, &view);
    const w5_str args[] = {W5_STR("%1$s%n"), W5_STR("two")};
    assert_str(w5_show_tell(&show, "a %1$s b", args, 2), W5_STR("a %1$s%n b"));
    w5_show_end(&show);
    (void)state;
}

static void arguments_of_a_sentence_are_redacted(void **state)
{
    w5_show show = w5_show_begin(NULL, &view);
    w5_sentence s = {.words = "at %1$s", .arg = &W5_STR("/pay?token=s3cret"), .args = 1};
    assert_lacks(w5_show_sentence(&show, &s), "s3cret");
    assert_lacks(w5_show_english(&show, &s), "s3cret");
    s.words = NULL;
    assert_int_equal(w5_show_sentence(&show, &s).len, 0);
    w5_show_end(&show);
    (void)state;
}

static void a_sentence_has_the_form_of_its_number(void **state)
{
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {
        {1, "5 line" },
        {0, "5 lines"},
        {2, "5 lines"}
    };
    w5_show show = w5_show_begin(NULL, &view);
    w5_sentence s = {.words = "%1$s line", .plural = "%1$s lines", .arg = &W5_STR("5"), .args = 1};
    for (size_t i = 0; i < COUNT(cases); i++) {
        s.number = cases[i].number;
        assert_str(w5_show_sentence(&show, &s), w5_str_of(cases[i].text));
        assert_str(w5_show_english(&show, &s), w5_str_of(cases[i].text));
    }
    w5_words_language("ja");
    s.number = 1;
    assert_str(w5_show_sentence(&show, &s), W5_STR("5 行"));
    assert_str(w5_show_english(&show, &s), W5_STR("5 line"));
    w5_words_language("en");
    w5_show_end(&show);
    (void)state;
}

static void counts_are_grouped_from_five_digits_on(void **state)
{
    static const struct {
        uint64_t n;
        const char *text;
    } cases[] = {
        {0,          "0"                         },
        {106,        "106"                       },
        {9999,       "9999"                      },
        {88412,      "88 412"                    },
        {1234567,    "1 234 567"                 },
        {UINT64_MAX, "18 446 744 073 709 551 615"}
    };
    w5_show show = w5_show_begin(NULL, &view);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_show_count(&show, cases[i].n), w5_str_of(cases[i].text));
    w5_show_end(&show);
    (void)state;
}

/* No translation is asked for, so the text comes back as it was filled; with one, its holes are. */
static void a_filled_template_keeps_its_values(void **state)
{
    w5_show show = w5_show_begin(NULL, &view);
    assert_str(
        w5_show_filled(&show, W5_STR("systemctl stop {unit}"), W5_STR("systemctl stop gunicorn")),
        W5_STR("systemctl stop gunicorn"));
    w5_words_language("ja");
    static const char english[] = "sudo systemctl stop {unit}";
    w5_str told =
        w5_show_filled(&show, w5_str_of(english), W5_STR("sudo systemctl stop shop.service"));
    assert_has(told, "shop.service");
    assert_lacks(told, "{unit}");
    w5_words_language("en");
    w5_show_end(&show);
    (void)state;
}

static void long_names_are_cut_in_the_middle_and_keep_their_end(void **state)
{
    w5_show show = w5_show_begin(NULL, &view);
    w5_str cut =
        w5_show_middle(&show, W5_STR("/var/log/nginx/sites/shop.example.com/error.log"), 24);
    assert_true(w5_str_ends(cut, W5_STR("error.log")));
    assert_true(w5_str_starts(cut, W5_STR("/var")));
    for (size_t columns = 1; columns < 40; columns++) {
        assert_true(w5_out_width(w5_show_middle(&show, HOSTILE, columns)) <= columns);
        assert_true(w5_out_width(w5_show_cut(&show, HOSTILE, columns)) <= columns);
        assert_true(w5_out_width(w5_show_middle(&show, W5_STR("全角文字が並んでいます"),
                                                columns)) <= columns);
    }
    w5_show_end(&show);
    (void)state;
}

static void ascii_spells_our_signs_out(void **state)
{
    w5_view ascii = view;
    w5_show show = w5_show_begin(NULL, &ascii);
    w5_str text = W5_STR("\xc3\x97\xc3\x97 a \xe2\x86\x92 b\xe2\x80\xa6");
    assert_str(w5_show_ascii(&show, text), text);
    ascii.ascii = true;
    assert_str(w5_show_ascii(&show, text), W5_STR("xx a -> b..."));
    assert_str(w5_show_ascii(&show, W5_STR("")), W5_STR(""));
    w5_show_end(&show);
    (void)state;
}

static void the_documents_grade_stands_behind_their_rank(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    const w5_remedy *first = w5_catalogue_remedy(s->catalogue, W5_STR("nginx-timeouts"));
    const w5_remedy *ours = w5_catalogue_remedy(s->catalogue, W5_STR("restart-service"));
    assert_str(w5_show_grade(&show, first), W5_STR("1 最優先"));
    assert_str(w5_show_grade(&show, ours), W5_STR("none"));
    s->view.ascii = true;
    assert_str(w5_show_grade(&show, first), W5_STR("1 first of all"));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void confidence_has_four_words(void **state)
{
    static const char *const words[] = {"unknown", "possible", "likely", "proven"};
    w5_show show = w5_show_begin(NULL, &view);
    for (int i = 0; i < 4; i++)
        assert_str(w5_show_confidence(&show, (w5_confidence)i), w5_str_of(words[i]));
    w5_show_end(&show);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_go_where_the_words_want_them),
        cmocka_unit_test(arguments_are_not_filled_in_again),
        cmocka_unit_test(arguments_of_a_sentence_are_redacted),
        cmocka_unit_test(a_sentence_has_the_form_of_its_number),
        cmocka_unit_test(counts_are_grouped_from_five_digits_on),
        cmocka_unit_test(a_filled_template_keeps_its_values),
        cmocka_unit_test(long_names_are_cut_in_the_middle_and_keep_their_end),
        cmocka_unit_test(ascii_spells_our_signs_out),
        cmocka_unit_test(the_documents_grade_stands_behind_their_rank),
        cmocka_unit_test(confidence_has_four_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
