/* fuzz_journal.c -- an entry of the journal says the same in each form that journalctl writes it
 * in.
 *
 * The input is "MESSAGE 0x00 SYSLOG_IDENTIFIER 0x00 _SYSTEMD_UNIT": as -o export with the length of
 * the message before it, and as -o json with the message as an array of bytes. The input as it is
 * is read as either form, too: it may be one. */
#include "river.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STAMP "1795183205000000"

typedef struct entry {
    w5_str message, ident, unit;
} entry;

static void put_number(w5_out *out, uint64_t n)
{
    for (int i = 0; i < 8; i++) {
        char byte = (char)(n >> 8 * i);
        w5_out_fmt(out, "%c", byte);
    }
}

static void put_bytes(w5_out *out, w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        w5_out_fmt(out, "%c", s.ptr[i]);
}

static void put_array(w5_out *out, const char *key, w5_str s)
{
    w5_out_fmt(out, ",\"%s\":[", key);
    for (size_t i = 0; i < s.len; i++)
        w5_out_fmt(out, "%s%u", i ? "," : "", (unsigned)(unsigned char)s.ptr[i]);
    w5_out_lit(out, "]");
}

static void put_binary(w5_out *out, const char *key, w5_str s)
{
    w5_out_fmt(out, "%s\n", key);
    put_number(out, s.len);
    put_bytes(out, s);
    w5_out_lit(out, "\n");
}

static void as_export(w5_out *out, const entry *e)
{
    w5_out_lit(out, "__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=" STAMP "\n_HOSTNAME=web-1\n_PID=7\n");
    put_binary(out, "SYSLOG_IDENTIFIER", e->ident);
    put_binary(out, "_SYSTEMD_UNIT", e->unit);
    put_binary(out, "MESSAGE", e->message);
    w5_out_lit(out, "\n");
}

static void as_json(w5_out *out, const entry *e)
{
    w5_out_lit(out, "{\"__CURSOR\":\"s=1;i=1\",\"__REALTIME_TIMESTAMP\":\"" STAMP "\","
                    "\"_HOSTNAME\":\"web-1\",\"_PID\":\"7\"");
    put_array(out, "SYSLOG_IDENTIFIER", e->ident);
    put_array(out, "_SYSTEMD_UNIT", e->unit);
    put_array(out, "MESSAGE", e->message);
    w5_out_lit(out, "}\n");
}

/* What records say of themselves, one below the other. */
static w5_out *records_of(w5_str log)
{
    static const w5_record_options options;
    w5_records *stage = w5_records_new(&options);
    w5_out *told = w5_out_memory();
    w5_record r;
    w5_records_begin(stage, 0, W5_STR("x.log"), W5_STR(""), INT64_C(1795183200) * W5_SECOND);
    w5_records_put(stage, log, 0, false);
    w5_rc rc = w5_records_take(stage, &r);
    for (bool ended = false; rc == W5_OK || !ended; rc = w5_records_take(stage, &r)) {
        if (rc != W5_OK) {
            w5_records_tick(stage);
            ended = true;
            continue;
        }
        w5_record_walk(&r);
        w5_out_fmt(told, "%s %lld ", r.format->id.ptr, (long long)r.at);
        w5_out_text(told, W5_TTY, r.message);
        for (w5_field f = 0; f < W5_FIELDS; f++) {
            w5_out_lit(told, " ");
            w5_out_text(told, W5_TTY, w5_record_get(&r, f));
        }
        w5_out_lit(told, "\n");
    }
    w5_records_free(stage);
    return told;
}

static void is_the_same_in_both(const entry *e)
{
    w5_out *export = w5_out_memory();
    w5_out *json = w5_out_memory();
    as_export(export, e);
    as_json(json, e);
    w5_out *one = records_of(w5_out_bytes(export));
    w5_out *other = records_of(w5_out_bytes(json));
    river_equal(one, other);
    w5_out_done(one, NULL);
    w5_out_done(other, NULL);
    w5_out_done(export, NULL);
    w5_out_done(json, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    w5_str input = {(const char *)data, size};
    entry e = {input, W5_STR("gunicorn"), W5_STR("gunicorn.service")};
    w5_out_done(records_of(input), NULL);
    if (size > 1 << 14)
        return 0;
    if (w5_str_cut(e.message, '\0', &e.message, &e.ident))
        w5_str_cut(e.ident, '\0', &e.ident, &e.unit);
    is_the_same_in_both(&e);
    return 0;
}
