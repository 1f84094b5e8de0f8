/* format_syslog.c -- lines of programs that have no format of their own, known by their wrapper
 * only: sshd, CRON, earlyoom, systemd-oomd, systemd-journald. Patterns tell them apart by ident. */
#include <why502/record.h>

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    (void)state;
    if (w5_record_get(r, W5_F_ident).len == 0)
        return W5_FIT_NO;
    r->message = line;
    return W5_FIT_YES;
}

const w5_format w5_format_syslog = {
    .id = W5_LIT("syslog"),
    .title = W5_LIT("other programs' lines in syslog and the journal"),
    .sample = W5_LIT("Mar 15 09:47:15 web-1 earlyoom[412]: sending SIGTERM to process 1300 uid 33 "
                     "\"gunicorn\": badness 900, VmRSS 780 MiB"),
    .order = 900,
    .parse = parse,
};
