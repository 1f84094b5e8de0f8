/* format_alb.c -- access logs of AWS application load balancers.
 *
 * Fields in a fixed order, blanks between them, some in quotes; new ones are added at the end. The
 * balancer's own answer and the target's stand side by side (elb_status, target_status), which tells
 * who gave up. Source: AWS, "Access logs for your Application Load Balancer", syntax. */
#include <limits.h>
#include <why502/record.h>

enum { TYPE, TIME, ELB, CLIENT, TARGET, WAIT, TARGET_TIME, SEND, ELB_STATUS, TARGET_STATUS, RECEIVED,
       SENT, REQUEST, AGENT, CIPHER, PROTOCOL, GROUP, TRACE, DOMAIN_NAME, CERTIFICATE, PRIORITY,
       CREATED, ACTIONS, REDIRECT, REASON, COLUMNS };

static const w5_str types[] = {W5_LIT("http "), W5_LIT("https "), W5_LIT("h2 "), W5_LIT("grpcs "),
                               W5_LIT("ws "),   W5_LIT("wss ")};

static const struct {
    int column;
    w5_field field;
} fields[] = {
    {CLIENT, W5_F_client},           {TARGET, W5_F_upstream},
    {ELB_STATUS, W5_F_elb_status},   {TARGET_STATUS, W5_F_target_status},
    {SENT, W5_F_bytes_sent},         {REQUEST, W5_F_request},
    {AGENT, W5_F_user_agent},        {TARGET_TIME, W5_F_upstream_response_time},
    {DOMAIN_NAME, W5_F_server},      {REASON, W5_F_elb_reason},
};

/* The next column, its quotes removed; false at the end or when a quote stays open. */
static bool next_column(w5_str *rest, w5_str *column)
{
    size_t end;
    if (!rest->len)
        return false;
    if (rest->ptr[0] != '"') {
        if (!w5_str_cut(*rest, ' ', column, rest)) {
            *column = *rest;
            *rest = W5_NONE;
        }
        return true;
    }
    w5_str inside = w5_str_skip(*rest, 1);
    if (!w5_str_find_char(inside, '"', &end))
        return false;
    *column = w5_str_head(inside, end);
    *rest = w5_str_skip(inside, end + 1);
    w5_str_take(rest, W5_STR(" "));
    return true;
}

static void read_request(w5_record *r, w5_str request)
{
    w5_str method, rest, target, version;
    if (!w5_str_cut(request, ' ', &method, &rest) || !w5_str_cut(rest, ' ', &target, &version))
        return;
    size_t at;
    if (w5_str_find(target, W5_STR("://"), &at)) {
        w5_str behind = w5_str_skip(target, at + 3);
        target = w5_str_find_char(behind, '/', &at) ? w5_str_skip(behind, at) : W5_STR("/");
    }
    w5_str query;
    w5_str_cut(target, '?', &target, &query);
    w5_record_set(r, W5_F_method, method);
    w5_record_set(r, W5_F_path, target);
}

static bool known_type(w5_str line)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (w5_str_starts(line, types[i]))
            return true;
    return false;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    (void)state;
    w5_str column[COLUMNS], rest = line;
    int n = 0, offset;
    unsigned digits;
    if (!known_type(line))
        return W5_FIT_NO;
    while (n < COLUMNS && next_column(&rest, &column[n]))
        n++;
    if (n <= REQUEST || !w5_take_iso(&column[TIME], &r->at, &offset, &digits))
        return W5_FIT_NO;
    r->zoned = offset != INT_MIN;
    r->digits = (uint8_t)digits;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fields[i].column < n && !w5_str_eq(column[fields[i].column], W5_STR("-")))
            w5_record_set(r, fields[i].field, column[fields[i].column]);
    w5_record_set(r, W5_F_status, column[ELB_STATUS]);
    read_request(r, column[REQUEST]);
    r->message = column[REQUEST];
    return W5_FIT_YES;
}

const w5_format w5_format_alb = {
    .id = W5_LIT("alb"),
    .title = W5_LIT("AWS application load balancer access log"),
    .sample = W5_LIT("https 2026-11-20T16:50:31.186641Z app/shop/50dc6c495c0c9188 203.0.113.9:2817 "
                     "10.0.0.1:80 0.000 60.001 0.000 504 - 34 366 \"GET https://shop.example:443/report "
                     "HTTP/1.1\" \"curl/7.46.0\" - -"),
    .order = 15,
    .parse = parse,
};
