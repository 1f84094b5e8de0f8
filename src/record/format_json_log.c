/* format_json_log.c -- programs that log JSON, an object a line: python-json-logger and structlog,
 * pino, bunyan and winston, Logback's encoders.
 *
 *     {"asctime":"2026-03-15 09:47:10,123","levelname":"CRITICAL","name":"gunicorn.error",
 *      "message":"WORKER TIMEOUT (pid:1300)"}
 *     {"level":50,"time":1773568030123,"pid":7,"hostname":"web-1","msg":"request failed"}
 *     {"@timestamp":"2026-03-15T09:47:10.123Z","level":"ERROR","logger_name":"c.e.App","message":"…"}
 *
 * A message and a level (or a logger) must stand there. Strings are unescaped when the line turns
 * out to be ours. */
#include <limits.h>

#include <why502/base/json.h>
#include <why502/record.h>

#include "levels.h"
#include "records.h"
#include "traceback.h"

enum {
    MESSAGE,
    LEVEL,
    TIME,
    LOGGER,
    PID,
    TRACE,
    KEYS
};
static const struct {
    w5_str key;
    int what;
} keys[] = {
    {W5_LIT("message"),     MESSAGE},
    {W5_LIT("msg"),         MESSAGE},
    {W5_LIT("event"),       MESSAGE},
    {W5_LIT("levelname"),   LEVEL  },
    {W5_LIT("level"),       LEVEL  },
    {W5_LIT("severity"),    LEVEL  },
    {W5_LIT("log.level"),   LEVEL  },
    {W5_LIT("asctime"),     TIME   },
    {W5_LIT("timestamp"),   TIME   },
    {W5_LIT("@timestamp"),  TIME   },
    {W5_LIT("time"),        TIME   },
    {W5_LIT("ts"),          TIME   },
    {W5_LIT("name"),        LOGGER },
    {W5_LIT("logger"),      LOGGER },
    {W5_LIT("logger_name"), LOGGER },
    {W5_LIT("pid"),         PID    },
    {W5_LIT("process"),     PID    },
    {W5_LIT("exc_info"),    TRACE  },
    {W5_LIT("exception"),   TRACE  },
    {W5_LIT("stack_trace"), TRACE  },
    {W5_LIT("stack"),       TRACE  },
};

static void see_member(w5_str *raw, w5_str key, w5_str value)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (w5_str_eq(keys[i].key, key) && raw[keys[i].what].len == 0)
            raw[keys[i].what] = value;
}

static bool read_members(w5_str line, w5_str *raw)
{
    w5_json_walk walk;
    w5_str key, value;
    if (!w5_json_walk_open(line, &walk))
        return false;
    while (w5_json_walk_next(&walk, &key, &value))
        see_member(raw, key, value);
    return !walk.broken;
}

/* pino and bunyan count: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
static w5_str level_of(w5_str raw)
{
    static const w5_str words[] = {W5_LIT("debug"), W5_LIT("debug"), W5_LIT("info"),
                                   W5_LIT("warn"),  W5_LIT("error"), W5_LIT("crit")};
    uint64_t number;
    if (w5_str_u64(raw, &number))
        return number >= 10 && number < 70 ? words[number / 10 - 1] : W5_NONE;
    if (raw.len > 2 && raw.ptr[0] == '"')
        return w5_level_word((w5_str){raw.ptr + 1, raw.len - 2});
    return W5_NONE;
}

/* A number of seconds, with or without a fraction, or of milliseconds. */
static bool read_epoch(w5_str raw, w5_record *r)
{
    int64_t micros;
    if (!w5_str_micros(raw, &micros) || micros <= 0)
        return false;
    bool millis = micros > INT64_C(100000000000) * W5_SECOND;
    r->at = millis ? micros / 1000 : micros;
    r->digits = millis || memchr(raw.ptr, '.', raw.len) ? 3 : 0;
    r->zoned = true;
    return true;
}

static void read_time(w5_str raw, w5_record *r)
{
    int offset;
    unsigned digits;
    if (raw.len < 3 || read_epoch(raw, r))
        return;
    w5_str text = {raw.ptr + 1, raw.len - 2};
    w5_time at;
    if (raw.ptr[0] != '"' || !w5_take_iso(&text, &at, &offset, &digits))
        return;
    r->at = at;
    r->zoned = offset != INT_MIN;
    r->digits = (uint8_t)(digits < 6 ? digits : 6);
}

static w5_str text_of(w5_str raw, w5_record *r)
{
    w5_str text = W5_NONE;
    if (raw.len < 2 || raw.ptr[0] != '"')
        return text;
    if (!memchr(raw.ptr, '\\', raw.len) || !r->stream)
        return (w5_str){raw.ptr + 1, raw.len - 2};
    return w5_json_unquote(w5_scratch_of(r->stream), raw, &text) == W5_OK ? text : W5_NONE;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    (void)state;
    w5_str raw[KEYS] = {
        {NULL, 0}
    };
    w5_str rest;
    if (line.len < 20 || line.ptr[0] != '{' || !read_members(line, raw) || raw[MESSAGE].len < 2 ||
        raw[MESSAGE].ptr[0] != '"')
        return W5_FIT_NO;
    w5_str level = level_of(raw[LEVEL]);
    if (level.len == 0 && raw[LOGGER].len == 0)
        return W5_FIT_NO;
    if (level.len > 0)
        w5_record_set(r, W5_F_level, level);
    read_time(raw[TIME], r);
    uint64_t pid;
    if (w5_str_u64(raw[PID], &pid))
        w5_record_set(r, W5_F_pid, raw[PID]);
    w5_str message = text_of(raw[MESSAGE], r);
    r->message = message;
    w5_str trace = text_of(raw[TRACE], r);
    if (r->stream && trace.len > 0)
        w5_traceback_tell(r, trace, false, w5_scratch_of(r->stream));
    else if (r->stream && w5_str_cut(message, '\n', &r->message, &rest))
        w5_traceback_tell(r, rest, false, w5_scratch_of(r->stream));
    return W5_FIT_YES;
}

const w5_format w5_format_json_log = {
    .id = W5_LIT("json-log"),
    .title = W5_LIT("applications that log JSON"),
    .sample = W5_LIT("{\"asctime\":\"2026-03-15 09:47:10,123\",\"levelname\":\"CRITICAL\",\"name\":"
                     "\"gunicorn.error\",\"message\":\"WORKER TIMEOUT (pid:1300)\"}"),
    .order = 600,
    .parse = parse,
};
