#include "access.h"

w5_access w5_access_kind(w5_str format)
{
    if (w5_str_eq(format, W5_STR("nginx-access")))
        return W5_ACCESS_NGINX;
    if (w5_str_eq(format, W5_STR("alb")))
        return W5_ACCESS_ALB;
    return w5_str_ends(format, W5_STR("-access")) ? W5_ACCESS_OTHER : W5_ACCESS_NO;
}

/* Of "502, 200" and "502 : 502" (attempts; redirects) the last. */
static w5_str last_of(w5_str list)
{
    size_t comma, colon;
    if (w5_str_rfind_char(list, ':', &colon))
        list = w5_str_skip(list, colon + 1);
    if (w5_str_rfind_char(list, ',', &comma))
        list = w5_str_skip(list, comma + 1);
    return w5_str_trim(list);
}

static unsigned server_error(w5_str status)
{
    uint64_t n;
    return w5_str_u64(status, &n) && n >= 500 && n <= 599 ? (unsigned)n : 0;
}

/* nginx makes 502 and 504 of its own; any other 5xx beside an upstream came from there. With
 * $upstream_header_time in the log nothing needs to be guessed. */
static unsigned nginx_status(const w5_record *r)
{
    int64_t micros;
    w5_str statuses = w5_record_get(r, W5_F_upstream_status);
    unsigned status = server_error(statuses.len == 3 ? statuses : last_of(statuses));
    if (status == 0)
        return 0;
    if (r->have >> W5_F_upstream_header_time & 1) {
        w5_str time = last_of(w5_record_get(r, W5_F_upstream_header_time));
        return w5_str_micros(time, &micros) ? status : 0;
    }
    return status == 502 || status == 504 ? 0 : status;
}

unsigned w5_access_upstream_status(w5_access kind, const w5_record *r)
{
    if (kind == W5_ACCESS_NGINX)
        return nginx_status(r);
    if (kind == W5_ACCESS_ALB)
        return server_error(w5_record_get(r, W5_F_target_status));
    return 0;
}
