#include "reading.h"

#include "event/read.h"

typedef struct seen {
    size_t records;
    char patterns[200];
} seen;

static void note(void *ctx, const w5_event *event)
{
    seen *s = ctx;
    s->records++;
    const char *id = event->pattern == NULL ? "-" : event->pattern->id.ptr;
    size_t len = event->pattern == NULL ? 1 : event->pattern->id.len;
    strncat(s->patterns, id, len);
    strcat(s->patterns, " ");
}

static void every_record_of_a_text_is_classified_in_order(void **state)
{
    (void)state;
    static const w5_str texts[] = {
        W5_LIT(REFUSED "\n" EOF_LINE "\n" REOPEN "\n"),
        W5_LIT(REFUSED "\n" EOF_LINE "\n" REOPEN), /* the last line without its end */
    };
    w5_arena *arena = w5_arena_new();
    w5_classifier *k = w5_classifier_new(load_knowledge(arena, ""));
    for (size_t i = 0; i < COUNT(texts); i++) {
        seen s = {0};
        w5_read_text(k, texts[i], W5_STR(""), note, &s);
        assert_int_equal(s.records, 3);
        assert_string_equal(s.patterns, "refused eof - ");
    }
    w5_classifier_free(k);
    w5_arena_free(arena);
}

static void an_empty_text_has_no_record(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_classifier *k = w5_classifier_new(load_knowledge(arena, ""));
    seen s = {0};
    w5_read_text(k, W5_STR(""), W5_STR(""), note, &s);
    assert_int_equal(s.records, 0);
    w5_classifier_free(k);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_of_a_text_is_classified_in_order),
        cmocka_unit_test(an_empty_text_has_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
