#include "page.h"

w5_page w5_page_of(const w5_show *show, w5_out *out)
{
    return (w5_page){show, out, show->view->width < 40 ? 40 : show->view->width};
}

void w5_page_ink(const w5_page *page, w5_ink ink)
{
    static const char *const codes[] = {"\033[0m",  "\033[1m",  "\033[2m", "\033[31m",
                                        "\033[32m", "\033[33m", "\033[36m"};
    if (page->show->view->color)
        w5_out_lit(page->out, codes[ink]);
}

void w5_page_text(const w5_page *page, w5_ink ink, w5_str text)
{
    if (ink != W5_PLAIN)
        w5_page_ink(page, ink);
    w5_out_text(page->out, W5_TTY, w5_show_ascii(page->show, text));
    if (ink != W5_PLAIN)
        w5_page_ink(page, W5_PLAIN);
}

void w5_page_end(const w5_page *page)
{
    w5_out_lit(page->out, "\n");
}

void w5_page_blanks(const w5_page *page, size_t n)
{
    w5_out_repeat(page->out, " ", n);
}

void w5_page_cell(const w5_page *page, w5_ink ink, w5_str text, size_t columns)
{
    text = w5_show_middle(page->show, w5_show_ascii(page->show, text), columns);
    w5_page_text(page, ink, text);
    w5_page_blanks(page, columns - w5_out_width(text));
}

void w5_page_cell_right(const w5_page *page, w5_ink ink, w5_str text, size_t columns)
{
    text = w5_show_middle(page->show, w5_show_ascii(page->show, text), columns);
    w5_page_blanks(page, columns - w5_out_width(text));
    w5_page_text(page, ink, text);
}

/* --- where a line may break ------------------------------------------------------------------ */
typedef struct glyph {
    uint32_t code;
    size_t len;
} glyph;

/* Enough of UTF-8 to tell scripts apart; what is shown is judged by w5_out. */
static glyph glyph_at(w5_str s)
{
    unsigned char first = (unsigned char)s.ptr[0];
    glyph g = {first, 1};
    while (g.len < s.len && g.len < 4 && ((unsigned char)s.ptr[g.len] & 0xc0) == 0x80)
        g.len++;
    if (first < 0xc0 || g.len < 2)
        return g;
    g.code = first & (0xffu >> (g.len + 1));
    for (size_t i = 1; i < g.len; i++)
        g.code = g.code << 6 | ((unsigned char)s.ptr[i] & 0x3f);
    return g;
}

/* Kana, Han and full-width forms. Korean is written with blanks. */
static bool unspaced(uint32_t code)
{
    return (code >= 0x3000 && code < 0x3130) || (code >= 0x3400 && code < 0xa000) ||
           (code >= 0xff00 && code < 0xff65);
}

/* Japanese line breaking (JIS X 4051): these begin no line, those end none. */
static bool begins_no_line(uint32_t code)
{
    static const uint32_t marks[] = {0x3001, 0x3002, 0x300d, 0x300f, 0x3011, 0x3015, 0x3063, 0x3083,
                                     0x3085, 0x3087, 0x30c3, 0x30e3, 0x30e5, 0x30e7, 0x30fb, 0x30fc,
                                     0xff01, 0xff05, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1f,
                                     ',',    '.',    ':',    ';',    ')',    ']',    '!',    '?',
                                     '%',    0x2026, '\'',   '"'};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i] == code)
            return true;
    return code >= 0x3041 && code <= 0x3049 && code % 2 == 1; /* small kana */
}

static bool ends_no_line(uint32_t code)
{
    return code == 0x300c || code == 0x300e || code == 0x3010 || code == 0x3014 || code == 0xff08 ||
           code == '(' || code == '[' || code == '"' || code == '\'';
}

static bool may_break(uint32_t before, uint32_t after)
{
    return (unspaced(before) || unspaced(after)) && before != ' ' && after != ' ' &&
           !ends_no_line(before) && !begins_no_line(after);
}

/* Takes a line of at most `room` columns off *text. */
static w5_str take_line(w5_str *text, size_t room)
{
    w5_str all = *text;
    w5_str fits = w5_out_fit(all, room);
    size_t end = 0;
    uint32_t before = ' ';
    if (fits.len == all.len) {
        *text = w5_str_skip(all, all.len);
        return all;
    }
    for (size_t at = 0; at <= fits.len;) {
        glyph g = glyph_at(w5_str_skip(all, at));
        if (at > 0 && (g.code == ' ' || may_break(before, g.code)))
            end = at;
        before = g.code;
        at += g.len;
    }
    if (end == 0)
        end = fits.len ? fits.len : glyph_at(all).len;
    *text = w5_str_trim(w5_str_skip(all, end));
    return w5_str_trim(w5_str_head(all, end));
}

/* The first word goes to the next line if it would have to be broken here only. */
static bool starts_next_line(const w5_page *page, size_t used, size_t indent, w5_str text)
{
    w5_str probe = text;
    size_t room = page->width > used ? page->width - used : 0;
    w5_str line = take_line(&probe, room ? room : 1);
    size_t blank;
    bool broken = probe.len > 0 && probe.ptr == line.ptr + line.len;
    return used > indent && broken && !(w5_str_find_char(line, ' ', &blank)) &&
           !unspaced(glyph_at(text).code);
}

void w5_page_flow(const w5_page *page, size_t used, size_t indent, w5_str text)
{
    text = w5_str_trim(w5_show_ascii(page->show, text));
    if (starts_next_line(page, used, indent, text)) {
        w5_page_end(page);
        w5_page_blanks(page, indent);
        used = indent;
    }
    for (;;) {
        w5_out_text(page->out, W5_TTY, take_line(&text, page->width - used));
        w5_page_end(page);
        if (text.len == 0)
            return;
        w5_page_blanks(page, indent);
        used = indent;
    }
}

void w5_page_para(const w5_page *page, size_t indent, const char *label, size_t hang, w5_str text)
{
    w5_str name = w5_str_of(label);
    size_t used = indent + w5_out_width(name);
    w5_page_blanks(page, indent);
    w5_page_text(page, W5_BOLD, name);
    if (name.len) {
        w5_page_blanks(page, 2);
        used += 2;
    }
    w5_page_flow(page, used, hang, text);
}

/* --- commands -------------------------------------------------------------------------------- */
static bool begins_option(char c)
{
    return c == '-' || c == '|' || c == '&';
}

/* The last blank outside quotes at which the command can be continued within `room`, or the first
 * one behind it; rather one before an option, so that an option keeps its value beside it. */
static size_t last_seam(w5_str command, size_t room)
{
    size_t seam = 0, option = 0;
    char quote = 0;
    w5_str fits = w5_out_fit(command, room);
    for (size_t i = 0; i < command.len && (i <= fits.len || seam == 0); i++) {
        char c = command.ptr[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (c == '\\')
            i++;
        else if (c == ' ' && i > 0)
            seam = i;
        if (seam == i && i + 1 < command.len && begins_option(command.ptr[i + 1]))
            option = seam;
    }
    return option > room / 2 ? option : seam;
}

void w5_page_command(const w5_page *page, size_t indent, w5_str command)
{
    size_t at = indent;
    command = w5_str_trim(command);
    w5_page_blanks(page, at);
    while (at + w5_out_width(command) > page->width) {
        size_t seam = last_seam(command, page->width - at - 2);
        if (seam == 0)
            break;
        w5_page_text(page, W5_CYAN, w5_str_head(command, seam));
        w5_out_lit(page->out, " \\\n");
        command = w5_str_trim(w5_str_skip(command, seam));
        at = indent + 2;
        w5_page_blanks(page, at);
    }
    w5_page_text(page, W5_CYAN, command);
    w5_page_end(page);
}
