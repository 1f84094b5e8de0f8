/* wrap_cri.c -- Kubernetes' container runtime interface: /var/log/pods and /var/log/containers.
 *
 * "2026-11-20T16:37:20.123456789Z stderr F text": stamp, stream, tags separated by ':' of which the
 * first is F (full) or P (partial: the line goes on). Source: Kubernetes design proposal "CRI: log
 * management", pkg/kubelet/kuberuntime/logs. */
#include "wrap.h"

#include <limits.h>

static bool take_stream(w5_str *rest, w5_str *stream)
{
    static const w5_str names[] = {W5_LIT("stdout "), W5_LIT("stderr ")};
    for (size_t i = 0; i < 2; i++)
        if (w5_str_starts(*rest, names[i])) {
            *stream = w5_str_head(*rest, names[i].len - 1);
            *rest = w5_str_skip(*rest, names[i].len);
            return true;
        }
    return false;
}

bool w5_wrap_cri(w5_str line, w5_wrapped *w)
{
    w5_str tags;
    w5_str rest = line;
    int offset;
    unsigned digits;
    if (line.len < 28 || line.ptr[4] != '-' || !w5_take_iso(&rest, &w->at, &offset, &digits) ||
        offset == INT_MIN)
        return false;
    if (!w5_str_take(&rest, W5_STR(" ")) || !take_stream(&rest, &w->key))
        return false;
    if (!w5_str_cut(rest, ' ', &tags, &w->inner))
        tags = rest, w->inner = w5_str_skip(rest, rest.len);
    if (tags.len == 0 || (tags.ptr[0] != 'F' && tags.ptr[0] != 'P') ||
        (tags.len > 1 && tags.ptr[1] != ':'))
        return false;
    w->partial = tags.ptr[0] == 'P';
    w->zoned = true;
    w->digits = (uint8_t)digits;
    return true;
}
