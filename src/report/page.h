/* page.h -- paragraphs and columns for a terminal of a given width.
 *
 * Enters raw text, leaves lines that are at most `width` columns wide, escaped for a terminal. A
 * line breaks at a blank, or between two characters of Chinese or Japanese script, which has none.
 */
#ifndef W5_REPORT_PAGE_H
#define W5_REPORT_PAGE_H

#include "common.h"

typedef enum w5_ink {
    W5_PLAIN,
    W5_BOLD,
    W5_DIM,
    W5_RED,
    W5_GREEN,
    W5_YELLOW,
    W5_CYAN
} w5_ink;

typedef struct w5_page {
    const w5_show *show;
    w5_out *out;
    size_t width;
} w5_page;

w5_page w5_page_of(const w5_show *show, w5_out *out);
void w5_page_ink(const w5_page *page, w5_ink ink);               /* W5_PLAIN ends it */
void w5_page_text(const w5_page *page, w5_ink ink, w5_str text); /* within a line */
void w5_page_end(const w5_page *page);
void w5_page_blanks(const w5_page *page, size_t n);
/* `text` in exactly `columns`, cut in the middle or filled with blanks. */
void w5_page_cell(const w5_page *page, w5_ink ink, w5_str text, size_t columns);
void w5_page_cell_right(const w5_page *page, w5_ink ink, w5_str text, size_t columns);
/* The rest of a line in which `used` columns are taken, and whole lines after it, indented. */
void w5_page_flow(const w5_page *page, size_t used, size_t indent, w5_str text);
/* A paragraph: indented, its label painted, continued with `hang` blanks. */
void w5_page_para(const w5_page *page, size_t indent, const char *label, size_t hang, w5_str text);
/* A command on lines of its own that can be pasted as they stand: where it is too wide it is
 * continued behind a backslash, at a blank outside quotes. */
void w5_page_command(const w5_page *page, size_t indent, w5_str command);

#endif
