/* inspect.h -- what must hold of any report, whatever bytes went into it. */
#ifndef W5_TESTS_REPORT_INSPECT_H
#define W5_TESTS_REPORT_INSPECT_H

#include "check.h"
#include "scene.h"

#include <stdio.h>

/* Control bytes, terminal sequences, right-to-left marks, broken UTF-8, and what HTML, Markdown,
 * mail and shells make something of. */
#define HOSTILE                                                                                    \
    W5_STR("a\x1b]0;t\x07\x1b[31m\r\nBcc: x@y.z\n\n.\n~!id\nFrom q\x00\x7f\xc2\x9b"                \
           "31m\xe2\x80\xae"                                                                       \
           "\xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80 <script>alert(1)</script>"                    \
           "<img src=x onerror=y> \"'><b> ](javascript:z) ![i](http://h) `co``de``` | # h\n# h2\n" \
           "http://www.h.example @all &lt; %n%s%1$s {unit} ]]> </style> --!> $(reboot) "           \
           ";\xf0\x9f\x92\xa9")

static inline bool has(w5_str text, const char *needle)
{
    size_t at;
    return w5_str_find(text, w5_str_of(needle), &at);
}

static inline void assert_has(w5_str text, const char *needle)
{
    if (!has(text, needle))
        fail_msg("\"%s\" is missing in:\n%.*s", needle, W5_ARG(text));
}

static inline void assert_lacks(w5_str text, const char *needle)
{
    if (has(text, needle))
        fail_msg("\"%s\" stands in:\n%.*s", needle, W5_ARG(text));
}

/* Every line is what an escape for terminals would leave as it is, and not too wide. */
static inline void assert_tame(w5_str text, size_t width)
{
    w5_out *again = w5_out_memory();
    w5_str line;
    while (w5_str_cut(text, '\n', &line, &text)) {
        w5_out_reset(again);
        w5_out_text(again, W5_TTY, line);
        assert_str(w5_out_bytes(again), line);
        if (width && w5_out_width(line) > width)
            fail_msg("%zu columns: %.*s", w5_out_width(line), W5_ARG(line));
    }
    w5_out_done(again, NULL);
}

#endif
