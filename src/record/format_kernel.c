/* format_kernel.c -- the kernel's log: journal and syslog lines of ident kernel, dmesg in all its
 * time formats, /dev/kmsg.
 *
 *     [ 5005.500000] Out of memory: Killed process 1300 (gunicorn) …      dmesg
 *     [Sun Mar 15 09:47:15 2026] Out of memory: …                         dmesg -T (local time)
 *     2026-03-15T09:47:15,123456+00:00 Out of memory: …                   dmesg --time-format iso
 *     kern  :err   : [ 5005.500000] Out of memory: …                      dmesg -x
 *     <3>[ 5005.500000] Out of memory: …                                  dmesg -r
 *     3,1234,5005500000,-;Out of memory: …                                /dev/kmsg
 *
 * Seconds since the boot become instants once a line tells both clocks: audit stamps do
 * ("audit(1773568035.123:45)", kernel/audit.c), and the line that sets the clock at boot. Of an OOM
 * kill the line before tells the cgroup (mm/oom_kill.c, dump_oom_summary); it is kept for the kill.
 */
#include <limits.h>

#include <why502/record.h>

#include "tag.h"

enum {
    MEMCG_MAX = 160
};

typedef struct memo {
    w5_time boot; /* the instant of second 0 */
    bool booted;  /* `boot` is known */
    uint8_t memcg_len;
    bool limited; /* the kill to come is one of a cgroup's limit */
    char memcg[MEMCG_MAX];
} memo;
_Static_assert(sizeof(memo) <= W5_MEMO, "the memo is too small");

/* --- stamps -------------------------------------------------------------------------------------
 */
/* "[ 5005.500000] " and, with CONFIG_PRINTK_CALLER, "[ T1300] " behind it. */
static bool take_uptime(w5_str *s, w5_time *uptime)
{
    w5_str rest = *s;
    uint64_t seconds, micros;
    if (!w5_str_take(&rest, W5_STR("[")))
        return false;
    while (w5_str_take(&rest, W5_STR(" ")))
        ;
    if (!w5_str_take_u64(&rest, &seconds) || seconds > UINT32_MAX ||
        !w5_str_take(&rest, W5_STR(".")))
        return false;
    size_t before = rest.len;
    if (!w5_str_take_u64(&rest, &micros) || before - rest.len != 6 ||
        !w5_str_take(&rest, W5_STR("]")))
        return false;
    size_t close;
    if (w5_str_starts(rest, W5_STR("[")) && w5_str_find_char(w5_str_head(rest, 12), ']', &close))
        rest = w5_str_skip(rest, close + 1);
    w5_str_take(&rest, W5_STR(" "));
    *uptime = (w5_time)seconds * W5_SECOND + (w5_time)micros;
    *s = rest;
    return true;
}

/* "[Sun Mar 15 09:47:15 2026] ": ctime(3), local time, day padded with a blank. */
static bool take_ctime(w5_str *s, w5_record *r)
{
    enum {
        WIDTH = sizeof "[Sun Mar 15 09:47:15 2026] " - 1
    };
    unsigned day, hour, minute, second, year;
    const char *p = s->ptr;
    if (s->len < WIDTH || p[0] != '[' || p[4] != ' ' || p[25] != ']' || p[14] != ':')
        return false;
    bool padded = p[9] == ' ';
    unsigned month = w5_month(p + 5);
    if (month == 0 || !w5_digits(p + 9 + padded, padded ? 1 : 2, &day) ||
        !w5_digits(p + 12, 2, &hour) || !w5_digits(p + 15, 2, &minute) ||
        !w5_digits(p + 18, 2, &second) || !w5_digits(p + 21, 4, &year))
        return false;
    r->at = w5_civil(year, month, day, hour, minute, second, 0);
    *s = w5_str_skip(*s, WIDTH);
    return r->at != W5_TIME_NONE;
}

/* The comma tells it from all other ISO stamps that programs put before their lines. */
static bool take_iso_comma(w5_str *s, w5_record *r)
{
    int offset;
    unsigned digits;
    w5_str rest = *s;
    if (s->len < 33 || s->ptr[4] != '-' || s->ptr[10] != 'T' || s->ptr[19] != ',' ||
        !w5_take_iso(&rest, &r->at, &offset, &digits) || offset == INT_MIN ||
        !w5_str_take(&rest, W5_STR(" ")))
        return false;
    r->zoned = true;
    r->digits = (uint8_t)digits;
    *s = rest;
    return true;
}

static void set_level(w5_record *r, uint64_t severity)
{
    w5_str level = w5_tag_level(severity & 7);
    if (level.len > 0)
        w5_record_set(r, W5_F_level, level);
}

/* "kern  :err   : ", of dmesg -x. */
static bool take_words(w5_str *s, w5_record *r)
{
    static const w5_str words[] = {W5_LIT("emerg "), W5_LIT("alert "), W5_LIT("crit  "),
                                   W5_LIT("err   "), W5_LIT("warn  "), W5_LIT("notice"),
                                   W5_LIT("info  "), W5_LIT("debug ")};
    if (s->len < 16 || s->ptr[6] != ':' || s->ptr[13] != ':' || s->ptr[14] != ' ')
        return false;
    w5_str level = {s->ptr + 7, 6};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!w5_str_eq(level, words[i]))
            continue;
        set_level(r, i);
        *s = w5_str_skip(*s, 15);
        return true;
    }
    return false;
}

/* "<3>" of dmesg -r. */
static bool take_priority(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    uint64_t priority;
    if (!w5_str_take(&rest, W5_STR("<")) || !w5_str_take_u64(&rest, &priority) || priority > 191 ||
        !w5_str_take(&rest, W5_STR(">")) || !w5_str_starts(rest, W5_STR("[")))
        return false;
    set_level(r, priority);
    *s = rest;
    return true;
}

/* "3,1234,5005500000,-;": priority, number, microseconds since the boot, flags. */
static bool take_kmsg(w5_str *s, w5_record *r, w5_time *uptime)
{
    w5_str rest = *s;
    w5_str flags;
    uint64_t priority, number, micros;
    if (!w5_str_take_u64(&rest, &priority) || priority > 191 || !w5_str_take(&rest, W5_STR(",")) ||
        !w5_str_take_u64(&rest, &number) || !w5_str_take(&rest, W5_STR(",")) ||
        !w5_str_take_u64(&rest, &micros) || micros > INT64_MAX / 4 ||
        !w5_str_take(&rest, W5_STR(",")) || !w5_str_cut(rest, ';', &flags, &rest) || flags.len > 16)
        return false;
    set_level(r, priority);
    *uptime = (w5_time)micros;
    *s = rest;
    return true;
}

/* --- instants of dmesg
 * ---------------------------------------------------------------------------- */
/* "audit(1773568035.123:45)" */
static bool find_audit(w5_str message, w5_time *at)
{
    w5_str before, rest;
    uint64_t seconds, millis;
    if (!w5_str_cut_at(message, W5_STR("audit("), &before, &rest) ||
        !w5_str_take_u64(&rest, &seconds) || seconds > UINT32_MAX ||
        !w5_str_take(&rest, W5_STR(".")) || !w5_str_take_u64(&rest, &millis) || millis > 999 ||
        !w5_str_starts(rest, W5_STR(":")))
        return false;
    *at = (w5_time)seconds * W5_SECOND + (w5_time)millis * 1000;
    return true;
}

/* "rtc_cmos 00:00: setting system clock to 2026-03-15T08:24:00 UTC (1773563040)" */
static bool find_clock(w5_str message, w5_time *at)
{
    w5_str before, rest;
    uint64_t seconds;
    if (!w5_str_cut_at(message, W5_STR("setting system clock to "), &before, &rest) ||
        !w5_str_cut(rest, '(', &before, &rest) || !w5_str_take_u64(&rest, &seconds) ||
        seconds > UINT32_MAX)
        return false;
    *at = (w5_time)seconds * W5_SECOND;
    return true;
}

static void place(memo *m, w5_record *r, w5_time uptime)
{
    w5_time at;
    if (find_audit(r->message, &at) || find_clock(r->message, &at)) {
        m->boot = at - uptime;
        m->booted = true;
    }
    if (!m->booted)
        return;
    r->at = m->boot + uptime;
    r->zoned = true;
    r->digits = 6;
}

/* --- OOM kills
 * ------------------------------------------------------------------------------------- */
/* "oom-kill:constraint=CONSTRAINT_MEMCG,…,oom_memcg=/x,task_memcg=/y,…" (5.0 and later),
 * "Task in /y killed as a result of limit of /x" (before). */
static bool find_limit(w5_str message, w5_str *memcg)
{
    w5_str before, rest, tail;
    if (w5_str_starts(message, W5_STR("Task in "))) {
        if (!w5_str_cut_at(message, W5_STR(" killed as a result of limit of "), &before, memcg))
            return false;
        return !w5_str_eq(*memcg, W5_STR("host"));
    }
    if (!w5_str_starts(message, W5_STR("oom-kill:constraint=")))
        return false;
    if (!w5_str_cut_at(message, W5_STR(",oom_memcg="), &before, &rest) &&
        !w5_str_cut_at(message, W5_STR(",task_memcg="), &before, &rest))
        return false;
    return w5_str_cut(rest, ',', memcg, &tail);
}

static void keep_memcg(memo *m, w5_str memcg)
{
    m->memcg_len = (uint8_t)(memcg.len < MEMCG_MAX ? memcg.len : MEMCG_MAX);
    memcpy(m->memcg, memcg.ptr, m->memcg_len);
}

/* "/system.slice/gunicorn.service" -> "gunicorn.service" */
static w5_str unit_of(w5_str memcg)
{
    size_t slash;
    w5_str last = w5_str_rfind_char(memcg, '/', &slash) ? w5_str_skip(memcg, slash + 1) : memcg;
    return w5_str_ends(last, W5_STR(".service")) ? last : W5_NONE;
}

/* The record's slices point into the memo: it stays as it is until the next line is parsed, and the
 * record is gone by then. */
static void join_oom(memo *m, w5_record *r)
{
    w5_str memcg;
    size_t at;
    if (find_limit(r->message, &memcg)) {
        m->limited = w5_str_find(r->message, W5_STR("CONSTRAINT_MEMCG"), &at) ||
                     w5_str_starts(r->message, W5_STR("Task in "));
        keep_memcg(m, memcg);
    }
    m->limited |= w5_str_starts(r->message, W5_STR("Memory cgroup out of memory: Kill process"));
    if (!w5_str_find(r->message, W5_STR("Killed process "), &at))
        return;
    if (w5_str_starts(r->message, W5_STR("Memory cgroup out of memory: ")))
        m->limited = true;
    memcg = (w5_str){m->memcg, m->memcg_len};
    if (memcg.len > 0)
        w5_record_set(r, W5_F_memcg, memcg);
    if (unit_of(memcg).len > 0)
        w5_record_set(r, W5_F_unit, unit_of(memcg));
    w5_record_set(r, W5_F_reason, m->limited ? W5_STR("memcg") : W5_STR("global"));
    m->memcg_len = 0;
    m->limited = false;
}

/* --- a line
 * ------------------------------------------------------------------------------------------ */
/* Without stamp and ident (journalctl -o cat) only lines that nobody else writes. */
static bool is_bare(w5_str line)
{
    static const w5_str starts[] = {
        W5_LIT("Out of memory: Kill"),  W5_LIT("Memory cgroup out of memory: Kill"),
        W5_LIT("oom-kill:constraint="), W5_LIT("oom_reaper: reaped process "),
        W5_LIT("Linux version "),       W5_LIT("Tasks state (memory values in pages):"),
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (w5_str_starts(line, starts[i]))
            return true;
    return false;
}

static bool head(w5_str *s, w5_record *r, w5_time *uptime)
{
    w5_str ident = w5_record_get(r, W5_F_ident);
    if (w5_str_eq(ident, W5_STR("kernel"))) {
        w5_time ignored; /* kern.log: the wrapper's stamp is an instant already */
        take_uptime(s, &ignored);
        return true;
    }
    if (ident.len > 0 || s->len == 0)
        return false;
    if (s->ptr[0] >= '0' && s->ptr[0] <= '9')
        return take_iso_comma(s, r) || take_kmsg(s, r, uptime);
    if (!take_priority(s, r))
        take_words(s, r);
    return take_uptime(s, uptime) || take_ctime(s, r) || is_bare(*s);
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    w5_time uptime = W5_TIME_NONE;
    if (!head(&line, r, &uptime))
        return W5_FIT_NO;
    r->message = line;
    join_oom(m, r);
    if (uptime != W5_TIME_NONE)
        place(m, r, uptime);
    return W5_FIT_YES;
}

const w5_format w5_format_kernel = {
    .id = W5_LIT("kernel"),
    .title = W5_LIT("kernel log (dmesg, journal, syslog)"),
    .sample = W5_LIT("Mar 15 09:47:15 web-1 kernel: Out of memory: Killed process 1300 (gunicorn) "
                     "total-vm:912340kB, anon-rss:801220kB, file-rss:0kB, shmem-rss:0kB, UID:33 "
                     "pgtables:1700kB oom_score_adj:0"),
    .order = 530,
    .parse = parse,
};
