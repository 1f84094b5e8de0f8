/* records_window.c -- lines out of blocks.
 *
 * Usually the window is the block. What could not be finished at a block's end is copied into
 * feed->held; when the next block comes, as much of it as is needed joins the held bytes, the
 * window is these, and behind the fence the lines are read from the block again. So a line is
 * copied only where it crosses the end of a block, or where what follows must be known to judge it.
 */
#include <stdlib.h>

#include "records.h"

enum {
    MORE = 4096 /* bytes of the block that join the held ones at a time */
};

static void hold(w5_feed *feed, w5_str bytes)
{
    if (feed->held_size - feed->held_len < bytes.len) {
        feed->held_size = 2 * (feed->held_len + bytes.len);
        feed->held = w5_xrealloc(feed->held, feed->held_size, 1);
    }
    if (bytes.len > 0)
        memcpy(feed->held + feed->held_len, bytes.ptr, bytes.len);
    feed->held_len += bytes.len;
}

/* Pending records borrow from the window: before it moves they get their own bytes. */
static void own_pending(const w5_log *log)
{
    for (size_t i = 0; i < W5_LANES; i++)
        if (log->lane[i] && log->lane[i]->pending)
            w5_pending_own(log->lane[i]->pending);
}

static void own_all(const w5_feed *feed)
{
    const w5_records *r = feed->log->stage;
    for (size_t i = 0; i < r->logs; i++)
        if (r->log[i]->pub.source == feed->index)
            own_pending(r->log[i]);
}

static void read_block(w5_feed *feed, size_t from)
{
    const char *p = feed->block.ptr;
    feed->window = (w5_window){
        .base = p, .at = p + from, .end = p + feed->block.len, .offset = feed->block_offset};
}

/* The held bytes, of which those before `fence` came from earlier blocks. */
static void read_held(w5_feed *feed, size_t at, size_t fence)
{
    feed->window = (w5_window){.base = feed->held,
                               .at = feed->held + at,
                               .end = feed->held + feed->held_len,
                               .fence = feed->held + fence,
                               .offset = feed->held_offset};
}

void w5_window_open(w5_feed *feed)
{
    if (feed->held_len == 0) {
        read_block(feed, 0);
        return;
    }
    size_t fence = feed->held_len;
    read_held(feed, 0, fence);
    w5_window_more(feed);
}

/* `taken` bytes of the block already stand behind the fence. */
bool w5_window_more(w5_feed *feed)
{
    w5_window *w = &feed->window;
    if (!w->fence)
        return false;
    size_t at = (size_t)(w->at - w->base);
    size_t fence = (size_t)(w->fence - w->base);
    size_t taken = feed->held_len - fence;
    if (taken == feed->block.len)
        return false;
    own_all(feed);
    hold(feed, w5_str_head(w5_str_skip(feed->block, taken), MORE > taken ? MORE : taken));
    read_held(feed, at, fence);
    return true;
}

static void leave_held(w5_feed *feed)
{
    w5_window *w = &feed->window;
    if (!w->fence || w->at < w->fence)
        return;
    size_t from = (size_t)(w->at - w->fence);
    feed->held_len = 0;
    read_block(feed, from);
}

static bool take(w5_feed *feed, size_t len, size_t newline, bool cut, w5_row *row)
{
    w5_window *w = &feed->window;
    w5_str raw = {w->at, len};
    *row = (w5_row){.raw = raw,
                    .text = raw,
                    .offset = w->offset + (uint64_t)(w->at - w->base),
                    .lines = 1,
                    .cut = cut};
    if (len > 0 && raw.ptr[len - 1] == '\r')
        row->text.len--;
    w->at += len + newline;
    return true;
}

/* The last line lacks its newline: more of it is in the block, or yet to come, or this is all. */
static bool take_rest(w5_feed *feed, w5_row *row)
{
    while (w5_window_more(feed)) {
        const w5_window *w = &feed->window;
        const char *newline = memchr(w->at, '\n', (size_t)(w->end - w->at));
        if (newline)
            return take(feed, (size_t)(newline - w->at), 1, false, row);
    }
    size_t left = (size_t)(feed->window.end - feed->window.at);
    if (left > W5_LONGEST && !feed->final) {
        feed->skipping = true;
        take(feed, W5_LONGEST, 0, true, row);
        feed->window.at = feed->window.end;
        return true;
    }
    return feed->final || feed->cut ? take(feed, left, 0, feed->cut, row) : false;
}

bool w5_window_line(w5_feed *feed, w5_row *row)
{
    leave_held(feed);
    w5_window *w = &feed->window;
    if (w->at == w->end && !w5_window_more(feed))
        return false;
    const char *newline = memchr(w->at, '\n', (size_t)(w->end - w->at));
    if (!newline)
        return take_rest(feed, row);
    return take(feed, (size_t)(newline - w->at), 1, false, row);
}

uint64_t w5_window_offset(const w5_feed *feed)
{
    const w5_window *w = &feed->window;
    return w->offset + (uint64_t)(w->at - w->base);
}

void w5_window_unread(w5_feed *feed, const w5_row *row)
{
    feed->window.at = feed->window.base + (row->offset - feed->window.offset);
}

/* What was not read yet is kept: it begins at a line. */
void w5_window_keep(w5_feed *feed)
{
    w5_window *w = &feed->window;
    w5_str rest = {w->at, (size_t)(w->end - w->at)};
    if (!feed->log || !w->base)
        return;
    own_all(feed);
    uint64_t offset = w5_window_offset(feed);
    if (w->fence || w->base == feed->held) {
        if (rest.len > 0)
            memmove(feed->held, rest.ptr, rest.len);
        feed->held_len = rest.len;
    } else {
        feed->held_len = 0;
        hold(feed, rest);
    }
    feed->held_offset = offset;
    feed->block = W5_STR("");
    feed->cut = false;
    feed->window = (w5_window){0};
    if (feed->held_len > 0)
        read_held(feed, 0, feed->held_len);
}
