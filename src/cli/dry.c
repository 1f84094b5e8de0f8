#include "dry.h"

#include <string.h>

/* What the diagnosis can use of an access log. */
static const char log_format[] =
    "log_format why502 '$remote_addr - $remote_user [$time_local] \"$request\" $status '\n"
    "    '$body_bytes_sent \"$http_referer\" \"$http_user_agent\" rt=$request_time '\n"
    "    'ua=\"$upstream_addr\" us=\"$upstream_status\" ut=\"$upstream_response_time\" '\n"
    "    'uct=\"$upstream_connect_time\" uht=\"$upstream_header_time\" cn=$connection';\n"
    "access_log /var/log/nginx/access.log why502;\n";

static void put_time(w5_out *out, w5_time at)
{
    char text[40];
    w5_time_rfc3339(text, at, 0);
    w5_out_fmt(out, "%s", text);
}

static void put_stream(w5_out *out, const w5_stream *s)
{
    w5_out_lit(out, "    ");
    w5_out_text(out, W5_TTY, s->format ? s->format->id : W5_STR("no known format"));
    w5_out_fmt(out, ", %ju lines, %ju not understood", (uintmax_t)s->lines,
               (uintmax_t)s->not_understood);
    if (s->first != W5_TIME_NONE) {
        w5_out_lit(out, ", ");
        put_time(out, w5_stream_utc(s, s->first));
        w5_out_lit(out, " to ");
        put_time(out, w5_stream_utc(s, s->last));
    }
    w5_out_lit(out, "\n");
}

static void put_source(w5_out *out, const w5_source *s, const w5_run *run)
{
    w5_out_text(out, W5_TTY, s->name);
    if (s->compression.len)
        w5_out_fmt(out, ", %.*s", W5_ARG(s->compression));
    w5_out_fmt(out, ", %ju bytes", (uintmax_t)(s->size ? s->size : s->bytes));
    if (s->error.code < 0) {
        w5_out_lit(out, ": ");
        w5_out_text(out, W5_TTY, w5_str_of(s->error.text));
    } else if (s->duplicate_of != UINT32_MAX) {
        w5_out_lit(out, ": the same log as another source");
    }
    w5_out_lit(out, "\n");
    for (size_t i = 0; i < run->streams; i++)
        if (run->stream[i]->source == s->index)
            put_stream(out, run->stream[i]);
}

static bool tells_upstreams(const setup *s)
{
    for (size_t i = 0; i < s->engine.log_formats_n; i++)
        if (memmem(s->engine.log_formats[i].text.ptr, s->engine.log_formats[i].text.len,
                   "upstream_status", 15))
            return true;
    return false;
}

void dry_tell(const setup *s, w5_sources *sources, const w5_run *run, w5_out *out)
{
    for (size_t i = 0; i < w5_sources_count(sources); i++)
        put_source(out, w5_sources_at(sources, i), run);
    if (tells_upstreams(s))
        return;
    w5_out_lit(out, "\nThe access log does not tell what upstreams answered, as far as is known. "
                    "In nginx.conf, inside http:\n");
    w5_out_lit(out, log_format);
}
