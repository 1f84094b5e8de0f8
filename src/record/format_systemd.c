/* format_systemd.c -- what systemd says about units, 237 to 257.
 *
 *     gunicorn.service: Main process exited, code=killed, status=9/KILL
 *     Started gunicorn.service - gunicorn daemon.
 *     Started gunicorn daemon.
 *
 * The message is what stands behind "UNIT: ". Lines about jobs name the unit, its description or
 * both (StatusUnitFormat=, src/core/job.c); where only the description is known, it stands for the
 * unit. */
#include <why502/record.h>

static bool is_unit(w5_str s)
{
    static const w5_str suffixes[] = {
        W5_LIT(".service"), W5_LIT(".socket"), W5_LIT(".scope"), W5_LIT(".slice"),
        W5_LIT(".target"),  W5_LIT(".timer"),  W5_LIT(".mount"), W5_LIT(".path"),
        W5_LIT(".swap"),    W5_LIT(".device"),
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (s.len > suffixes[i].len && w5_str_ends(s, suffixes[i]))
            return memchr(s.ptr, ' ', s.len) == NULL;
    return false;
}

/* "gunicorn.service: " off the front of *s. */
static bool take_unit(w5_str *s, w5_record *r)
{
    w5_str unit, rest;
    if (!w5_str_cut_at(*s, W5_STR(": "), &unit, &rest) || !is_unit(unit))
        return false;
    w5_record_set(r, W5_F_unit, unit);
    *s = rest;
    return true;
}

/* Words of job lines (src/core/job.c, job_done_message_format and neighbours). */
static bool take_verb(w5_str *s)
{
    static const w5_str verbs[] = {
        W5_LIT("Starting "),
        W5_LIT("Started "),
        W5_LIT("Stopping "),
        W5_LIT("Stopped "),
        W5_LIT("Reloading "),
        W5_LIT("Reloaded "),
        W5_LIT("Finished "),
        W5_LIT("Failed to start "),
        W5_LIT("Failed to reload "),
        W5_LIT("Timed out starting "),
        W5_LIT("Dependency failed for "),
        W5_LIT("Reload failed for "),
        W5_LIT("Condition check resulted in "),
        W5_LIT("Listening on "),
        W5_LIT("Closed "),
    };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (w5_str_take(s, verbs[i]))
            return true;
    return false;
}

static w5_str without_dots(w5_str s)
{
    while (s.len > 0 && s.ptr[s.len - 1] == '.')
        s.len--;
    return s;
}

/* Its own unit (init.scope) says nothing about whom it speaks of; UNIT= of the journal does. */
static void name_job(w5_record *r)
{
    w5_str what = r->message;
    w5_str unit, description;
    if (!take_verb(&what))
        return;
    what = without_dots(what);
    if (w5_str_cut_at(what, W5_STR(" - "), &unit, &description) && is_unit(unit))
        w5_record_set(r, W5_F_unit, unit);
    else if (is_unit(what) || w5_record_get(r, W5_F_unit).len == 0)
        w5_record_set(r, W5_F_unit, what);
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    (void)state;
    bool told = w5_str_eq(w5_record_get(r, W5_F_ident), W5_STR("systemd"));
    if (!told && w5_record_get(r, W5_F_ident).len > 0)
        return W5_FIT_NO;
    if (w5_str_eq(w5_record_get(r, W5_F_unit), W5_STR("init.scope")))
        r->have &= ~((uint64_t)1 << W5_F_unit);
    bool named = take_unit(&line, r);
    r->message = line;
    if (!told && !named)
        return W5_FIT_NO;
    if (!named)
        name_job(r);
    return W5_FIT_YES;
}

const w5_format w5_format_systemd = {
    .id = W5_LIT("systemd"),
    .title = W5_LIT("systemd's lines about units"),
    .sample = W5_LIT("Mar 15 09:47:15 web-1 systemd[1]: gunicorn.service: Main process exited, "
                     "code=killed, status=9/KILL"),
    .order = 520,
    .parse = parse,
};
