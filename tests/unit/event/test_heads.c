#include "check.h"

#include <stdio.h>

#include "event/heads.h"
#include "reading.h"

#define HEAD                                                                                       \
    "recv() failed (104: Connection reset by peer) while reading response header from upstream"

#define LONG_HEAD                                                                                  \
    "a message that is longer than anything that nginx says again and again, not worth a place "   \
    "in the table of those that came before while reading upstream"

/* A record of nginx's error log as its format makes it. */
static w5_record read_line(const char *line)
{
    static w5_stream stream;
    static unsigned char memo[W5_MEMO];
    const w5_format *f = w5_format_find(W5_STR("nginx-error"));
    w5_record r = {.format = f, .stream = &stream, .count = 1, .text = w5_str_of(line)};
    assert_int_equal(f->parse(memo, r.text, &r), W5_FIT_YES);
    return r;
}

static char *line_of(const char *level, const char *head)
{
    static char text[512];
    snprintf(text, sizeof(text),
             "2026/11/20 16:37:20 [%s] 7#7: *1 %s, client: 192.0.2.1, server: x", level, head);
    return text;
}

static const w5_head *look(const w5_head *heads, const char *line)
{
    w5_record r = read_line(line);
    return w5_heads_find(heads, &r, w5_head_of(&r));
}

static void keep(w5_head *heads, const char *line)
{
    w5_record r = read_line(line);
    w5_event e = {.record = &r, .code = W5_STR("HR-104")};
    w5_heads_keep(heads, &r, w5_head_of(&r), &e);
}

static void only_the_very_same_head_is_known(void **state)
{
    (void)state;
    w5_head heads[W5_HEADS] = {0};
    static const char head[] = HEAD;
    char text[sizeof(head)];
    keep(heads, line_of("error", HEAD));
    assert_non_null(look(heads, line_of("error", HEAD)));
    assert_str(look(heads, line_of("error", HEAD))->code, W5_STR("HR-104"));
    assert_null(look(heads, line_of("alert", HEAD)));
    assert_null(look(heads, line_of("warn", HEAD)));
    for (size_t i = 0; i + 1 < sizeof(head); i++) {
        memcpy(text, head, sizeof(head));
        text[i] ^= 1;
        assert_null(look(heads, line_of("error", text)));
        memcpy(text + i, head + i + 1, sizeof(head) - i - 1);
        assert_null(look(heads, line_of("error", text)));
    }
}

static void names_and_long_messages_are_not_kept(void **state)
{
    (void)state;
    static const char *const heads_not_kept[] = {
        "open() \"/srv/a\" failed (2: No such file or directory) while reading upstream",
        "an upstream sent too big header",
        LONG_HEAD,
        "short while reading upstream",
    };
    w5_head heads[W5_HEADS] = {0};
    for (size_t i = 0; i < COUNT(heads_not_kept); i++) {
        keep(heads, line_of("error", heads_not_kept[i]));
        assert_null(look(heads, line_of("error", heads_not_kept[i])));
    }
    keep(heads, "2026/11/20 16:37:20 [notice] 7#7: reopening logs and no context");
    w5_record named = read_line(line_of("error", HEAD));
    w5_record_set(&named, W5_F_ident, W5_STR("nginx"));
    assert_int_equal(w5_head_of(&named).len, 0);
}

/* Every line twice, in any order: the second time it is what it was the first time. */
static void what_is_known_is_what_it_would_be_found_to_be(void **state)
{
    (void)state;
    static const char *const said[] = {
        "connect() failed (111: Connection refused) while connecting to upstream",
        "connect() failed (111: Connection refused) while reading response header from upstream",
        "connect() failed (110: Connection timed out) while connecting to upstream",
        "connect() failed while connecting to upstream",
        "upstream prematurely closed connection while reading response header from upstream",
        "upstream prematurely closed connection while sending request to upstream",
        "upstream prematurely closed connection while reading upstream",
        "upstream prematurely closed connectiom while sending request to upstream",
    };
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = load_knowledge(arena, "");
    w5_classifier *warm = w5_classifier_new(c);
    for (size_t i = 0; i < 4 * COUNT(said); i++) {
        w5_classifier *fresh = w5_classifier_new(c);
        w5_record r = read_line(line_of("error", said[i * 3 % COUNT(said)])), again = r;
        w5_event is, should;
        assert_int_equal(w5_event_classify(warm, &r, &is),
                         w5_event_classify(fresh, &again, &should));
        assert_ptr_equal(is.pattern, should.pattern);
        assert_ptr_equal(is.klass, should.klass);
        assert_str(is.code, should.code);
        w5_classifier_free(fresh);
    }
    w5_classifier_free(warm);
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_very_same_head_is_known),
        cmocka_unit_test(names_and_long_messages_are_not_kept),
        cmocka_unit_test(what_is_known_is_what_it_would_be_found_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
