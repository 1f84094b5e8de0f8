#include "values.h"

#include <inttypes.h>

enum {
    DOCUMENTS_TIMEOUT = 300
}; /* both documents' 300 s, and the most we advise */

/* ---- time-outs ---- */

static uint64_t rounded_up(w5_time longest)
{
    uint64_t seconds = (uint64_t)((longest * 3 / 2 + W5_SECOND - 1) / W5_SECOND);
    return (seconds + 9) / 10 * 10;
}

/* 1.5 × the longest finished request of that path, rounded up to 10 s, at most 300 s; where none
 * was ever seen to finish beyond the limit in force, the documents' 300 s. */
static void work_out_timeout(w5_values *v)
{
    const w5_path *p =
        w5_known_path(v->j->c->k, w5_case_path(v->j->c, v->j->chosen->join ? v->j->chosen : NULL));
    w5_time limit = w5_judged_with(v->j, "nginx-read-timeout") ? v->read.value : v->worker.value;
    v->longest = -1;
    v->timeout = DOCUMENTS_TIMEOUT;
    if (!p || p->longest_finished < 0 || p->longest_finished <= limit)
        return;
    v->longest = p->longest_finished;
    v->timeout = rounded_up(p->longest_finished);
    if (v->timeout > DOCUMENTS_TIMEOUT)
        v->timeout = DOCUMENTS_TIMEOUT;
}

/* ---- workers ---- */

/* "anon-rss:178936kB" of the kernel's line: what a worker has when it is largest. */
static uint64_t killed_rss(const w5_judgement *j)
{
    const w5_theory *t = w5_judged_with(j, "worker-oom-kill");
    w5_str head, rest = t && t->culprit ? w5_known_str(j->c->k, t->culprit->text) : W5_NONE;
    uint64_t kib;
    if (!w5_str_cut_at(rest, W5_STR("anon-rss:"), &head, &rest) || !w5_str_take_u64(&rest, &kib) ||
        kib > (UINT64_C(1) << 40))
        return 0;
    return kib << 10;
}

static void work_out_workers(w5_values *v, uint64_t now)
{
    if (v->cores)
        v->workers = v->cores * 2 + 1;
    uint64_t hold = v->memory && v->worker_memory ? v->memory / v->worker_memory : 0;
    if (hold && (!v->workers || hold < v->workers))
        v->workers = hold;
    v->fewer = v->workers && (!now || v->workers < now) ? v->workers : now > 1 ? now - 1 : 1;
}

/* Every worker thread may hold one; ten more are for cron jobs and people. */
static void work_out_connections(w5_values *v, int64_t workers)
{
    int64_t threads = w5_known_integer(v->j->c->k, "gunicorn", "threads", v->upstream, 1);
    if (workers > 0 && threads > 0)
        v->connections = (uint64_t)workers * (uint64_t)threads + 10;
}

/* ---- names ---- */

static w5_str without_suffix(w5_str unit)
{
    if (w5_str_ends(unit, W5_STR(".service")))
        unit.len -= 8;
    return unit;
}

static w5_str base_name(w5_str path)
{
    size_t at;
    return w5_str_rfind_char(path, '/', &at) ? w5_str_skip(path, at + 1) : path;
}

/* The unit whose command binds to the upstream, else any that runs gunicorn. */
static w5_str configured_unit(const w5_known *k, w5_str upstream)
{
    const w5_setting *all;
    size_t n = k->t->config ? w5_config_settings(k->t->config, &all) : 0;
    w5_str found = W5_NONE;
    for (size_t i = 0; i < n; i++) {
        w5_str name = base_name(all[i].file);
        if (!w5_str_eq(all[i].program, W5_STR("gunicorn")) ||
            !w5_str_ends(name, W5_STR(".service")))
            continue;
        if (w5_str_eq(all[i].name, W5_STR("bind")) && w5_address_reaches(all[i].value, upstream))
            return name;
        found = found.len ? found : name;
    }
    return found;
}

static w5_str master_unit(const w5_case *c, w5_str upstream)
{
    for (size_t i = c->k->lives->masters; i-- > 0;) {
        const w5_master *m = &c->k->lives->master[i];
        for (size_t a = 0; a < m->addresses; a++)
            if (m->unit && w5_address_reaches(w5_known_str(c->k, m->address[a]), upstream))
                return w5_known_str(c->k, m->unit);
    }
    return W5_NONE;
}

static w5_str unit_of(const w5_values *v)
{
    const w5_case *c = v->j->c;
    w5_str unit = master_unit(c, v->upstream);
    if (!unit.len)
        unit = configured_unit(c->k, v->upstream);
    if (!unit.len && c->k->options)
        unit = c->k->options->unit;
    return unit.len ? without_suffix(unit) : W5_STR("gunicorn");
}

w5_values w5_values_of(const w5_judgement *j, w5_arena *arena)
{
    const w5_case *c = j->c;
    w5_values v = {.j = j, .arena = arena, .upstream = c->incident->upstream};
    v.path = w5_known_str(c->k, w5_case_path(c, j->chosen->join ? j->chosen : NULL));
    v.read = w5_case_read_timer(c, v.upstream, v.path);
    v.worker = w5_case_worker_timer(c, v.upstream);
    v.unit = unit_of(&v);
    v.cores = c->k->options ? c->k->options->cores : 0;
    v.memory = c->k->options ? c->k->options->memory : 0;
    v.worker_memory = killed_rss(j);
    int64_t workers = w5_known_integer(c->k, "gunicorn", "workers", v.upstream, 0);
    work_out_timeout(&v);
    work_out_workers(&v, (uint64_t)workers);
    work_out_connections(&v, workers);
    return v;
}

/* ---- braces ---- */

static bool may_be_pasted(w5_str s)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@[]-";
    for (size_t i = 0; i < s.len; i++)
        if (!s.ptr[i] || !strchr(allowed, s.ptr[i]))
            return false;
    return s.len > 0 && s.ptr[0] != '-';
}

static w5_str number_or_none(const w5_values *v, uint64_t n)
{
    return n ? w5_say_number(v->arena, n) : W5_NONE;
}

static w5_str listens_at(const w5_values *v)
{
    const w5_cell *culprit = v->j->chosen->culprit;
    return culprit ? w5_known_str(v->j->c->k, culprit->address) : W5_NONE;
}

static w5_str socket_of(const w5_values *v)
{
    w5_str upstream = v->upstream;
    return w5_str_take(&upstream, W5_STR("unix:")) ? upstream : W5_NONE;
}

static w5_str group_of(const w5_values *v)
{
    w5_setting group;
    return w5_known_setting(v->j->c->k, "systemd", "Group", v->upstream, W5_NONE, &group)
               ? group.value
               : W5_NONE;
}

static w5_str quoted_moment(const w5_values *v, w5_time at)
{
    w5_str moment = w5_known_moment(v->j->c->k, at, v->arena);
    return w5_arena_fmt(v->arena, "'%.*s'", W5_ARG(moment));
}

static w5_str pid_of(const w5_values *v)
{
    const w5_cell *culprit = v->j->chosen->culprit;
    return number_or_none(v, culprit ? culprit->subject ? culprit->subject : culprit->pid : 0);
}

/* nginx must be the one that closes idle connections: five seconds before the application does. */
static int64_t keepalive(const w5_values *v)
{
    int64_t seconds = w5_known_duration(v->j->c->k, "nginx", "keepalive_timeout", v->upstream,
                                        W5_NONE, W5_MINUTE) /
                      W5_SECOND;
    return seconds < 5 ? 5 : seconds > 300 ? 300 : seconds;
}

static w5_str keepalive_of_nginx(const w5_values *v)
{
    return w5_arena_fmt(v->arena, "%" PRId64 "s", keepalive(v));
}

static w5_str keepalive_of_app(const w5_values *v)
{
    return w5_arena_fmt(v->arena, "%" PRId64, keepalive(v) + 5);
}

static w5_str timeout_of(const w5_values *v)
{
    return w5_say_number(v->arena, v->timeout);
}

static w5_str timeout_to_stop(const w5_values *v)
{
    return w5_say_number(v->arena, v->timeout + 10);
}

static w5_str workers_of(const w5_values *v)
{
    return number_or_none(v, v->workers);
}

static w5_str connections_of(const w5_values *v)
{
    return number_or_none(v, v->connections);
}

static w5_str unit_name(const w5_values *v)
{
    return v->unit;
}

static w5_str upstream_of(const w5_values *v)
{
    return v->upstream;
}

static w5_str path_of(const w5_values *v)
{
    return v->path;
}

static w5_str since(const w5_values *v)
{
    return quoted_moment(v, v->j->c->incident->start - 10 * W5_SECOND);
}

static w5_str until(const w5_values *v)
{
    return quoted_moment(v, v->j->c->incident->end + 10 * W5_SECOND);
}

static const struct hole {
    w5_str name;
    bool own; /* we wrote it, no log did: it may be pasted as it is */
    w5_str (*fill)(const w5_values *v);
    w5_str unknown; /* for the reader to fill in */
} holes[] = {
    {W5_LIT("timeout"),         true,  timeout_of,         W5_LIT("SECONDS")    },
    {W5_LIT("timeout_stop"),    true,  timeout_to_stop,    W5_LIT("SECONDS")    },
    {W5_LIT("workers"),         true,  workers_of,         W5_LIT("WORKERS")    },
    {W5_LIT("connections"),     true,  connections_of,     W5_LIT("CONNECTIONS")},
    {W5_LIT("keepalive_nginx"), true,  keepalive_of_nginx, W5_LIT("SECONDS")    },
    {W5_LIT("keepalive_app"),   true,  keepalive_of_app,   W5_LIT("SECONDS")    },
    {W5_LIT("pid"),             true,  pid_of,             W5_LIT("PID")        },
    {W5_LIT("since"),           true,  since,              W5_LIT("SINCE")      },
    {W5_LIT("until"),           true,  until,              W5_LIT("UNTIL")      },
    {W5_LIT("unit"),            false, unit_name,          W5_LIT("UNIT")       },
    {W5_LIT("upstream"),        false, upstream_of,        W5_LIT("UPSTREAM")   },
    {W5_LIT("address"),         false, listens_at,         W5_LIT("ADDRESS")    },
    {W5_LIT("socket"),          false, socket_of,          W5_LIT("SOCKET")     },
    {W5_LIT("group"),           false, group_of,           W5_LIT("GROUP")      },
    {W5_LIT("path"),            false, path_of,            W5_LIT("PAGE")       },
};

/* What stands for a name in braces; "" when it is none of ours (awk's and curl's have their own).
 */
static w5_str look_up(const w5_values *v, w5_str name, bool paste)
{
    for (size_t i = 0; i < sizeof(holes) / sizeof(*holes); i++) {
        if (!w5_str_eq(holes[i].name, name))
            continue;
        w5_str value = holes[i].fill(v);
        bool fits = value.len && (!paste || holes[i].own || may_be_pasted(value));
        return fits ? value : holes[i].unknown;
    }
    return W5_NONE;
}

w5_str w5_values_fill(const w5_values *v, w5_str words, bool paste)
{
    w5_str out = W5_NONE, head, rest = words, name, after;
    while (w5_str_cut(rest, '{', &head, &rest)) {
        bool closed = w5_str_cut(rest, '}', &name, &after);
        w5_str value = closed ? look_up(v, name, paste) : W5_NONE;
        if (value.len) {
            out = w5_arena_fmt(v->arena, "%.*s%.*s%.*s", W5_ARG(out), W5_ARG(head), W5_ARG(value));
            rest = after;
        } else {
            out = w5_arena_fmt(v->arena, "%.*s%.*s{", W5_ARG(out), W5_ARG(head));
        }
    }
    return out.len ? w5_arena_fmt(v->arena, "%.*s%.*s", W5_ARG(out), W5_ARG(rest)) : words;
}

/* ---- settings ---- */

static const struct {
    w5_str setting;
    const char *program, *name;
} settings[] = {
    {W5_LIT("proxy_connect_timeout"),         "nginx",    "proxy_connect_timeout"    },
    {W5_LIT("proxy_send_timeout"),            "nginx",    "proxy_send_timeout"       },
    {W5_LIT("proxy_read_timeout"),            "nginx",    "proxy_read_timeout"       },
    {W5_LIT("send_timeout"),                  "nginx",    "send_timeout"             },
    {W5_LIT("proxy_buffers"),                 "nginx",    "proxy_buffers"            },
    {W5_LIT("proxy_buffer_size"),             "nginx",    "proxy_buffer_size"        },
    {W5_LIT("keepalive_timeout"),             "nginx",    "keepalive_timeout"        },
    {W5_LIT("worker_rlimit_nofile"),          "nginx",    "worker_rlimit_nofile"     },
    {W5_LIT("events { worker_connections }"), "nginx",    "worker_connections"       },
    {W5_LIT("upstream { keepalive }"),        "nginx",    "keepalive"                },
    {W5_LIT("proxy_http_version"),            "nginx",    "proxy_http_version"       },
    {W5_LIT("proxy_pass"),                    "nginx",    "proxy_pass"               },
    {W5_LIT("resolver"),                      "nginx",    "resolver"                 },
    {W5_LIT("uwsgi_read_timeout"),            "nginx",    "uwsgi_read_timeout"       },
    {W5_LIT("fastcgi_read_timeout"),          "nginx",    "fastcgi_read_timeout"     },
    {W5_LIT("--timeout"),                     "gunicorn", "timeout"                  },
    {W5_LIT("--workers"),                     "gunicorn", "workers"                  },
    {W5_LIT("--worker-class"),                "gunicorn", "worker_class"             },
    {W5_LIT("--bind"),                        "gunicorn", "bind"                     },
    {W5_LIT("--backlog"),                     "gunicorn", "backlog"                  },
    {W5_LIT("--keep-alive"),                  "gunicorn", "keepalive"                },
    {W5_LIT("--graceful-timeout"),            "gunicorn", "graceful_timeout"         },
    {W5_LIT("--max-requests"),                "gunicorn", "max_requests"             },
    {W5_LIT("--max-requests-jitter"),         "gunicorn", "max_requests_jitter"      },
    {W5_LIT("--umask"),                       "gunicorn", "umask"                    },
    {W5_LIT("TimeoutStopSec"),                "systemd",  "TimeoutStopSec"           },
    {W5_LIT("ExecReload"),                    "systemd",  "ExecReload"               },
    {W5_LIT("max_connections"),               "mysql",    "max_connections"          },
    {W5_LIT("slow_query_log"),                "mysql",    "slow_query_log"           },
    {W5_LIT("long_query_time"),               "mysql",    "long_query_time"          },
    {W5_LIT("innodb_buffer_pool_size"),       "mysql",    "innodb_buffer_pool_size"  },
    {W5_LIT("innodb_lock_wait_timeout"),      "mysql",    "innodb_lock_wait_timeout" },
    {W5_LIT("harakiri"),                      "uwsgi",    "harakiri"                 },
    {W5_LIT("buffer-size"),                   "uwsgi",    "buffer-size"              },
    {W5_LIT("request_terminate_timeout"),     "php-fpm",  "request_terminate_timeout"},
};

bool w5_values_now(const w5_values *v, w5_str setting, w5_setting *now)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        if (w5_str_eq(settings[i].setting, setting))
            return w5_known_setting(v->j->c->k, settings[i].program, settings[i].name, v->upstream,
                                    v->path, now);
    return false;
}
