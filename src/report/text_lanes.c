/* text_lanes.c -- an incident's timeline in characters: a row a lane, a column a span of time. */
#include "text.h"

#include <stdio.h>

enum {
    NAME = 9,  /* columns for a lane's name */
    TALLY = 6, /* and for its sum */
    NOTE = 30  /* what the note behind it needs at least */
};

static size_t lane_columns(const w5_page *page)
{
    size_t room = page->width - 2 - NAME - TALLY;
    size_t columns = room > NOTE ? room - NOTE : 0;
    return columns < 12 ? 12 : columns > 60 ? 60 : columns;
}

/* Eight heights; what is not nothing is never drawn as nothing. */
static const char *height(const w5_view *view, uint64_t n, uint64_t most)
{
    static const char *const bars[] = {" ",
                                       "\xe2\x96\x81",
                                       "\xe2\x96\x82",
                                       "\xe2\x96\x83",
                                       "\xe2\x96\x84",
                                       "\xe2\x96\x85",
                                       "\xe2\x96\x86",
                                       "\xe2\x96\x87",
                                       "\xe2\x96\x88"};
    static const char *const plain[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
    size_t level = n == 0 || most == 0 ? 0 : 1 + (size_t)((n * 8 - 1) / most);
    level = level > 8 ? 8 : level;
    return view->ascii ? plain[level] : bars[level];
}

static uint64_t greatest(const uint64_t *column, size_t n)
{
    uint64_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = column[i] > most ? column[i] : most;
    return most;
}

/* Failed and answered share one scale: their heights can be compared. */
static void put_counts(const w5_page *page, w5_ink ink, const uint64_t *column, size_t n,
                       uint64_t most)
{
    w5_page_ink(page, ink);
    for (size_t i = 0; i < n; i++)
        w5_out_lit(page->out, height(page->show->view, column[i], most));
    w5_page_ink(page, W5_PLAIN);
}

static void begin_lane(const w5_page *page, w5_str name)
{
    w5_page_blanks(page, 2);
    w5_page_cell(page, W5_PLAIN, name, NAME - 1);
    w5_page_blanks(page, 1);
}

static void put_tally(const w5_page *page, uint64_t n)
{
    w5_page_cell_right(page, W5_BOLD, w5_show_count(page->show, n), TALLY - 1);
    w5_page_blanks(page, 3);
}

static void put_note(const w5_page *page, size_t used, w5_str note)
{
    w5_out_text(page->out, W5_TTY, w5_show_cut(page->show, note, page->width - used));
    w5_page_end(page);
}

static w5_str scale_words(const w5_show *show, const w5_lanes *l)
{
    w5_str span = w5_show_span(show, l->span);
    if (l->span == W5_SECOND)
        return W5_TELL(show, "one column = %1$s, peak %2$s/s", span, w5_show_count(show, l->peak));
    return W5_TELL(show, "one column = %1$s, peak %2$s", span, w5_show_count(show, l->peak));
}

static w5_str answered_words(const w5_show *show, const w5_lanes *l)
{
    if (l->answered_sum == 0)
        return W5_TELL(show, "nothing was answered meanwhile");
    return W5_TELL(show, "the last in %1$s", w5_show_clock(show, l->last_answer));
}

/* --- marks ----------------------------------------------------------------------------------- */
static const char *letter(const w5_view *view, const w5_sign *sign, char buf[2])
{
    if (!view->ascii && sign->rune)
        return sign->rune;
    snprintf(buf, 2, "%c", sign->letter);
    return buf;
}

static bool seen(const w5_sign *const *sign, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (sign[j] == sign[i])
            return true;
    return false;
}

static w5_str legend(const w5_show *show, const w5_sign *const *sign, size_t n)
{
    w5_str text = W5_NONE;
    char buf[2];
    for (size_t i = 0; i < n; i++) {
        if (!sign[i] || seen(sign, i))
            continue;
        const char *mark = letter(show->view, sign[i], buf);
        w5_str words = w5_show_word(show, w5_str_of(sign[i]->words));
        text = w5_show_join(show, text, "  ", w5_show_join(show, w5_str_of(mark), " ", words));
    }
    return text;
}

static w5_ink ink_of(const w5_sign *sign)
{
    return sign->weight >= 8 ? W5_RED : sign->weight >= 5 ? W5_YELLOW : W5_PLAIN;
}

static void put_track(const w5_page *page, const w5_lanes *l, w5_track track)
{
    const w5_sign *const *sign = (const w5_sign *const *)l->track[track].sign;
    size_t used = 2 + NAME + l->columns + 2;
    char buf[2];
    if (l->track[track].marks == 0)
        return;
    begin_lane(page, l->track[track].name);
    for (size_t i = 0; i < l->columns; i++)
        w5_page_text(page, sign[i] ? ink_of(sign[i]) : W5_PLAIN,
                     w5_str_of(sign[i] ? letter(page->show->view, sign[i], buf) : " "));
    w5_page_blanks(page, 2);
    w5_page_flow(page, used, used, legend(page->show, sign, l->columns));
}

void w5_text_lanes(const w5_page *page, const w5_diagnosis *d)
{
    const w5_lanes *l = w5_lanes_of(page->show, d, lane_columns(page));
    uint64_t most = greatest(l->answered, l->columns);
    size_t used = 2 + NAME + l->columns + TALLY + 2;
    most = most > l->peak ? most : l->peak;
    if (l->failed_sum) {
        begin_lane(page, W5_TELL(page->show, "failed"));
        put_counts(page, W5_RED, l->failed, l->columns, most);
        put_tally(page, l->failed_sum);
        put_note(page, used, scale_words(page->show, l));
    }
    if (l->traffic) {
        begin_lane(page, W5_TELL(page->show, "answered"));
        put_counts(page, W5_GREEN, l->answered, l->columns, most);
        put_tally(page, l->answered_sum);
        put_note(page, used, answered_words(page->show, l));
    }
    for (w5_track track = 0; track < W5_TRACKS; track++)
        put_track(page, l, track);
}
