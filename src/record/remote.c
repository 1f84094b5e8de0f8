/* remote.c -- the folders that rsyslog's and syslog-ng's manuals, and most who follow them, sort
 * hosts into: /var/log/remote/%HOSTNAME%/…, /var/log/hosts/$HOST/…, /var/log/rsyslog/%HOSTNAME%/…
 */
#include "remote.h"

w5_str w5_remote_host(w5_str path)
{
    static const w5_str folders[] = {W5_LIT("log/remote/"), W5_LIT("log/hosts/"),
                                     W5_LIT("log/rsyslog/")};
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        size_t at;
        w5_str host, rest;
        if (!w5_str_find(path, folders[i], &at) || (at > 0 && path.ptr[at - 1] != '/'))
            continue;
        if (w5_str_cut(w5_str_skip(path, at + folders[i].len), '/', &host, &rest))
            return host;
    }
    return W5_NONE;
}
