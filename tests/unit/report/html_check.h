/* html_check.h -- reads a page as a browser's tokenizer would, and knows every element that is
 * ours. */
#ifndef W5_TESTS_REPORT_HTML_CHECK_H
#define W5_TESTS_REPORT_HTML_CHECK_H

#include "inspect.h"

static inline bool among(w5_str name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(name, w5_str_of(list[i])))
            return true;
    return false;
}

static inline size_t name_length(w5_str s)
{
    size_t len = 0;
    while (len < s.len &&
           ((s.ptr[len] >= 'a' && s.ptr[len] <= 'z') || (s.ptr[len] >= '0' && s.ptr[len] <= '9') ||
            (s.ptr[len] >= 'A' && s.ptr[len] <= 'Z') || s.ptr[len] == '-'))
        len++;
    return len;
}

/* Attributes are of our list, quoted, and address nothing outside the page. */
static inline w5_str check_attributes(w5_str rest, w5_str tag)
{
    static const char *const known[] = {"class",
                                        "id",
                                        "href",
                                        "lang",
                                        "charset",
                                        "http-equiv",
                                        "content",
                                        "name",
                                        "scope",
                                        "colspan",
                                        "role",
                                        "aria-label",
                                        "aria-labelledby",
                                        "aria-hidden",
                                        "height",
                                        "width",
                                        "x",
                                        "y",
                                        "x1",
                                        "x2",
                                        "y1",
                                        "y2",
                                        "cx",
                                        "cy",
                                        "r",
                                        "rx",
                                        "text-anchor"};
    while (rest.len && rest.ptr[0] == ' ') {
        rest = w5_str_skip(rest, 1);
        size_t len = name_length(rest);
        w5_str name = w5_str_head(rest, len), value;
        rest = w5_str_skip(rest, len);
        if (!among(name, known, COUNT(known)))
            fail_msg("<%.*s> has the attribute '%.*s'", W5_ARG(tag), W5_ARG(name));
        assert_true(w5_str_take(&rest, W5_STR("=\"")));
        assert_true(w5_str_cut(rest, '"', &value, &rest));
        assert_lacks(value, "<");
        if (w5_str_eq(name, W5_STR("href")) && !w5_str_starts(value, W5_STR("#")))
            fail_msg("a link leads to %.*s", W5_ARG(value));
    }
    return rest;
}

/* Every "<" begins an element of ours, and what is opened is closed. */
static inline void assert_page(w5_str text)
{
    static const char *const known[] = {
        "html",   "head",    "meta", "title",  "style",      "body",  "header", "main",
        "footer", "section", "nav",  "figure", "figcaption", "h1",    "h2",     "h3",
        "p",      "a",       "b",    "br",     "ul",         "ol",    "li",     "div",
        "span",   "code",    "pre",  "table",  "caption",    "thead", "tbody",  "tr",
        "th",     "td",      "svg",  "g",      "rect",       "line",  "circle", "text"};
    static const char *const single[] = {"meta", "br", "rect", "line", "circle"};
    w5_str open[64], rest = text, before, tag;
    size_t depth = 0;
    assert_true(w5_str_take(&rest, W5_STR("<!DOCTYPE html>\n")));
    while (w5_str_cut(rest, '<', &before, &rest)) {
        bool closes = w5_str_take(&rest, W5_STR("/"));
        tag = w5_str_head(rest, name_length(rest));
        rest = w5_str_skip(rest, tag.len);
        if (!among(tag, known, COUNT(known)))
            fail_msg("there is a <%.*s>", W5_ARG(tag));
        rest = check_attributes(rest, tag);
        bool alone = w5_str_take(&rest, W5_STR("/")) || among(tag, single, COUNT(single));
        assert_true(w5_str_take(&rest, W5_STR(">")));
        if (closes) {
            assert_true(depth > 0);
            assert_str(tag, open[--depth]);
        } else if (!alone) {
            assert_true(depth < COUNT(open));
            open[depth++] = tag;
        }
    }
    assert_int_equal(depth, 0);
}

#endif
