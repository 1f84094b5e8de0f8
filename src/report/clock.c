/* clock.c -- instants and spans as people read them, in the zone of the logs they have before them.
 */
#include "common.h"

#include <stdlib.h>

/* nginx's error log first: that is what the reader compares with. */
static const w5_zone *peoples_zone(const w5_run *run, const w5_view *view)
{
    for (size_t i = 0; i < run->streams; i++) {
        const w5_stream *s = run->stream[i];
        if (s->format && w5_str_starts(s->format->id, W5_STR("nginx-error")))
            return &s->zone;
    }
    for (size_t i = 0; i < run->streams; i++)
        if (run->stream[i]->format && !run->stream[i]->zoned)
            return &run->stream[i]->zone;
    return run->streams ? &run->stream[0]->zone : &view->zone;
}

w5_show w5_show_begin(const w5_run *run, const w5_view *view)
{
    return (w5_show){.run = run,
                     .view = view,
                     .arena = w5_arena_new(),
                     .zone = run ? peoples_zone(run, view) : &view->zone};
}

void w5_show_end(w5_show *show)
{
    w5_arena_free(show->arena);
}

static w5_date local(const w5_show *show, w5_time at)
{
    return w5_date_of(at + w5_zone_offset(show->zone, at) * W5_SECOND);
}

w5_str w5_show_clock(const w5_show *show, w5_time at)
{
    w5_date d = local(show, at);
    return w5_arena_fmt(show->arena, "%02u:%02u:%02u", d.hour, d.minute, d.second);
}

w5_str w5_show_date(const w5_show *show, w5_time at)
{
    w5_date d = local(show, at);
    return w5_arena_fmt(show->arena, "%04d-%02u-%02u", d.year, d.month, d.day);
}

w5_str w5_show_moment(const w5_show *show, w5_time at)
{
    return w5_show_join(show, w5_show_date(show, at), " ", w5_show_clock(show, at));
}

static w5_str offset_text(const w5_show *show, int offset)
{
    int minutes = abs(offset) / 60;
    return w5_arena_fmt(show->arena, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60,
                        minutes % 60);
}

w5_str w5_show_offset(const w5_show *show, w5_time at)
{
    return offset_text(show, w5_zone_offset(show->zone, at));
}

w5_str w5_show_between(const w5_show *show, w5_time from, w5_time to)
{
    bool one_day = w5_str_eq(w5_show_date(show, from), w5_show_date(show, to));
    w5_str end = one_day ? w5_show_clock(show, to) : w5_show_moment(show, to);
    w5_str start = one_day ? w5_show_clock(show, from) : w5_show_moment(show, from);
    return w5_str_eq(start, end) ? start : w5_show_join(show, start, " - ", end);
}

w5_str w5_show_seconds(const w5_show *show, w5_time t)
{
    if (t < W5_SECOND)
        return w5_arena_fmt(show->arena, "%jd ms", (intmax_t)(t / 1000));
    if (t % W5_SECOND == 0 || t >= 100 * W5_SECOND)
        return w5_arena_fmt(show->arena, "%jd s", (intmax_t)(t / W5_SECOND));
    return w5_arena_fmt(show->arena, "%.2f s", (double)t / (double)W5_SECOND);
}

/* The two largest units that are not zero: "3m24s", "2h", "1d4h". */
w5_str w5_show_span(const w5_show *show, w5_time t)
{
    static const struct {
        w5_time length;
        char letter;
    } units[] = {
        {W5_DAY,    'd'},
        {W5_HOUR,   'h'},
        {W5_MINUTE, 'm'},
        {W5_SECOND, 's'}
    };
    w5_str text = W5_NONE;
    for (size_t i = 0, told = 0; i < 4 && told < 2; i++) {
        w5_time n = t / units[i].length;
        t %= units[i].length;
        told += n > 0 || told > 0;
        if (n > 0)
            text =
                w5_arena_fmt(show->arena, "%.*s%jd%c", W5_ARG(text), (intmax_t)n, units[i].letter);
    }
    return text.len ? text : W5_STR("0s");
}

w5_str w5_show_stream_zone(const w5_show *show, const w5_stream *s)
{
    int offset = w5_zone_offset(&s->zone, w5_stream_utc(s, s->last));
    return offset_text(show, offset);
}
