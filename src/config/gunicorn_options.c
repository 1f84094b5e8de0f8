/* gunicorn_options.c -- gunicorn's options, and the words of command lines that carry them.
 *
 * The table is gunicorn 20 to 23's gunicorn/config.py; argparse takes four spellings of each:
 * --timeout 120, --timeout=120, -t 120, -t120, and any beginning of a long name that is only its
 * own. */
#include "gunicorn.h"

typedef struct option {
    char letter; /* '\0': none */
    bool flag;   /* takes no value */
    w5_str word; /* without "--" */
    w5_str name; /* of the setting */
} option;

static const option options[] = {
    {'b',  false, W5_LIT("bind"),                              W5_LIT("bind")                    },
    {'\0', false, W5_LIT("backlog"),                           W5_LIT("backlog")                 },
    {'w',  false, W5_LIT("workers"),                           W5_LIT("workers")                 },
    {'k',  false, W5_LIT("worker-class"),                      W5_LIT("worker_class")            },
    {'\0', false, W5_LIT("threads"),                           W5_LIT("threads")                 },
    {'\0', false, W5_LIT("worker-connections"),                W5_LIT("worker_connections")      },
    {'\0', false, W5_LIT("max-requests"),                      W5_LIT("max_requests")            },
    {'\0', false, W5_LIT("max-requests-jitter"),               W5_LIT("max_requests_jitter")     },
    {'t',  false, W5_LIT("timeout"),                           W5_LIT("timeout")                 },
    {'\0', false, W5_LIT("graceful-timeout"),                  W5_LIT("graceful_timeout")        },
    {'\0', false, W5_LIT("keep-alive"),                        W5_LIT("keepalive")               },
    {'\0', false, W5_LIT("limit-request-line"),                W5_LIT("limit_request_line")      },
    {'\0', false, W5_LIT("limit-request-fields"),              W5_LIT("limit_request_fields")    },
    {'\0', false, W5_LIT("limit-request-field_size"),          W5_LIT("limit_request_field_size")},
    {'\0', true,  W5_LIT("reload"),                            W5_LIT("reload")                  },
    {'\0', false, W5_LIT("reload-engine"),                     W5_LIT("reload_engine")           },
    {'\0', false, W5_LIT("reload-extra-file"),                 W5_LIT("reload_extra_files")      },
    {'\0', true,  W5_LIT("spew"),                              W5_LIT("spew")                    },
    {'\0', true,  W5_LIT("check-config"),                      W5_LIT("check_config")            },
    {'\0', true,  W5_LIT("print-config"),                      W5_LIT("print_config")            },
    {'\0', true,  W5_LIT("preload"),                           W5_LIT("preload_app")             },
    {'\0', true,  W5_LIT("no-sendfile"),                       W5_LIT("sendfile")                },
    {'\0', true,  W5_LIT("reuse-port"),                        W5_LIT("reuse_port")              },
    {'\0', false, W5_LIT("chdir"),                             W5_LIT("chdir")                   },
    {'D',  true,  W5_LIT("daemon"),                            W5_LIT("daemon")                  },
    {'e',  false, W5_LIT("env"),                               W5_LIT("raw_env")                 },
    {'p',  false, W5_LIT("pid"),                               W5_LIT("pidfile")                 },
    {'\0', false, W5_LIT("worker-tmp-dir"),                    W5_LIT("worker_tmp_dir")          },
    {'u',  false, W5_LIT("user"),                              W5_LIT("user")                    },
    {'g',  false, W5_LIT("group"),                             W5_LIT("group")                   },
    {'m',  false, W5_LIT("umask"),                             W5_LIT("umask")                   },
    {'\0', true,  W5_LIT("initgroups"),                        W5_LIT("initgroups")              },
    {'\0', false, W5_LIT("forwarded-allow-ips"),               W5_LIT("forwarded_allow_ips")     },
    {'\0', false, W5_LIT("access-logfile"),                    W5_LIT("accesslog")               },
    {'\0', true,  W5_LIT("disable-redirect-access-to-syslog"),
     W5_LIT("disable_redirect_access_to_syslog")                                                 },
    {'\0', false, W5_LIT("access-logformat"),                  W5_LIT("access_log_format")       },
    {'\0', false, W5_LIT("error-logfile"),                     W5_LIT("errorlog")                },
    {'\0', false, W5_LIT("log-file"),                          W5_LIT("errorlog")                },
    {'\0', false, W5_LIT("log-level"),                         W5_LIT("loglevel")                },
    {'\0', true,  W5_LIT("capture-output"),                    W5_LIT("capture_output")          },
    {'\0', false, W5_LIT("logger-class"),                      W5_LIT("logger_class")            },
    {'\0', false, W5_LIT("log-config"),                        W5_LIT("logconfig")               },
    {'\0', false, W5_LIT("log-config-json"),                   W5_LIT("logconfig_json")          },
    {'\0', false, W5_LIT("log-syslog-to"),                     W5_LIT("syslog_addr")             },
    {'\0', true,  W5_LIT("log-syslog"),                        W5_LIT("syslog")                  },
    {'\0', false, W5_LIT("log-syslog-prefix"),                 W5_LIT("syslog_prefix")           },
    {'\0', false, W5_LIT("log-syslog-facility"),               W5_LIT("syslog_facility")         },
    {'R',  true,  W5_LIT("enable-stdio-inheritance"),          W5_LIT("enable_stdio_inheritance")},
    {'\0', false, W5_LIT("statsd-host"),                       W5_LIT("statsd_host")             },
    {'\0', false, W5_LIT("statsd-prefix"),                     W5_LIT("statsd_prefix")           },
    {'\0', false, W5_LIT("dogstatsd-tags"),                    W5_LIT("dogstatsd_tags")          },
    {'n',  false, W5_LIT("name"),                              W5_LIT("proc_name")               },
    {'\0', false, W5_LIT("pythonpath"),                        W5_LIT("pythonpath")              },
    {'\0', false, W5_LIT("paste"),                             W5_LIT("paste")                   },
    {'\0', false, W5_LIT("paster"),                            W5_LIT("paste")                   },
    {'\0', true,  W5_LIT("proxy-protocol"),                    W5_LIT("proxy_protocol")          },
    {'\0', false, W5_LIT("proxy-allow-from"),                  W5_LIT("proxy_allow_ips")         },
    {'\0', false, W5_LIT("keyfile"),                           W5_LIT("keyfile")                 },
    {'\0', false, W5_LIT("certfile"),                          W5_LIT("certfile")                },
    {'\0', false, W5_LIT("ssl-version"),                       W5_LIT("ssl_version")             },
    {'\0', false, W5_LIT("cert-reqs"),                         W5_LIT("cert_reqs")               },
    {'\0', false, W5_LIT("ca-certs"),                          W5_LIT("ca_certs")                },
    {'\0', true,  W5_LIT("suppress-ragged-eofs"),              W5_LIT("suppress_ragged_eofs")    },
    {'\0', true,  W5_LIT("do-handshake-on-connect"),           W5_LIT("do_handshake_on_connect") },
    {'\0', false, W5_LIT("ciphers"),                           W5_LIT("ciphers")                 },
    {'\0', false, W5_LIT("paste-global"),                      W5_LIT("raw_paste_global_conf")   },
    {'\0', false, W5_LIT("control-socket"),                    W5_LIT("control_socket")          },
    {'\0', true,  W5_LIT("no-control-socket"),                 W5_LIT("control_socket_disable")  },
    {'c',  false, W5_LIT("config"),                            W5_LIT("config")                  },
};

#define OPTIONS (sizeof options / sizeof *options)

bool w5_gunicorn_setting(w5_str name)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (w5_str_eq(options[i].name, name))
            return true;
    return w5_str_eq(name, W5_STR("wsgi_app"));
}

/* --- words ---------------------------------------------------------------------------------- */
static void put_word(w5_config *c, w5_words *words, w5_str word)
{
    words->word = w5_grow(c->arena, words->word, words->count, &words->room, sizeof *words->word);
    words->word[words->count++] = word;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char escaped(char c)
{
    static const char from[] = "abfnrtvs\\\"'";
    static const char to[] = "\a\b\f\n\r\t\v \\\"'";
    const char *p = c ? strchr(from, c) : NULL;
    return p ? to[p - from] : c;
}

/* One word off the line into `text` (which has room for all of it). */
static size_t take_word(w5_str *line, char *text, bool *closed)
{
    size_t n = 0;
    size_t i = 0;
    char quote = '\0';
    for (; i < line->len && (quote != '\0' || !is_blank(line->ptr[i])); i++) {
        char c = line->ptr[i];
        if (c == '\\' && i + 1 < line->len)
            text[n++] = escaped(line->ptr[++i]);
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote && quote != '\0')
            quote = '\0';
        else
            text[n++] = c;
    }
    *line = w5_str_skip(*line, i);
    *closed = quote == '\0';
    return n;
}

bool w5_split_words(w5_config *c, w5_str line, w5_words *words)
{
    char *text = w5_arena_alloc(c->arena, line.len + 1);
    bool closed = true;
    while (closed) {
        while (line.len > 0 && is_blank(line.ptr[0]))
            line = w5_str_skip(line, 1);
        if (line.len == 0)
            break;
        size_t n = take_word(&line, text, &closed);
        put_word(c, words, (w5_str){text, n});
        text += n;
    }
    return closed;
}

/* --- options -------------------------------------------------------------------------------- */
/* argparse takes any beginning of a long name that only one option has. */
static const option *find_long(w5_str word)
{
    const option *found = NULL;
    unsigned begins = 0;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (w5_str_eq(options[i].word, word))
            return &options[i];
        if (w5_str_starts(options[i].word, word)) {
            found = &options[i];
            begins++;
        }
    }
    return begins == 1 ? found : NULL;
}

static const option *find_letter(char letter)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (options[i].letter == letter)
            return &options[i];
    return NULL;
}

/* The option of a word and the value that stands in it (ptr NULL: none). */
static const option *find_option(w5_str word, w5_str *value)
{
    w5_str head;
    *value = W5_NONE;
    if (w5_str_take(&word, W5_STR("--"))) {
        if (w5_str_cut(word, '=', &head, value))
            word = head;
        return find_long(word);
    }
    if (word.len < 2 || word.ptr[0] != '-')
        return NULL;
    if (word.len > 2) {
        *value = w5_str_skip(word, 2);
        w5_str_take(value, W5_STR("="));
    }
    return find_letter(word.ptr[1]);
}

static void set(w5_config *c, const option *o, w5_str value, enum w5_gunicorn_rank rank,
                w5_place place)
{
    static const w5_str negative = W5_LIT("no-sendfile");
    if (o->flag)
        value = w5_str_eq(o->word, negative) ? W5_STR("False") : W5_STR("True");
    size_t i = w5_set(c, "gunicorn", o->name, value, place);
    c->extra[i].rank = rank;
}

void w5_gunicorn_options(w5_config *c, const w5_str *word, size_t count, enum w5_gunicorn_rank rank,
                         w5_place place, w5_str *config)
{
    for (size_t i = 0; i < count; i++) {
        w5_str value;
        const option *o = find_option(word[i], &value);
        if (!o && word[i].len > 1 && word[i].ptr[0] == '-')
            w5_trouble(c, place.file, place.line, "option '%.*s' of gunicorn is not known here",
                       W5_ARG(word[i]));
        if (!o)
            continue;
        if (!o->flag && !value.ptr) {
            if (i + 1 == count) {
                w5_trouble(c, place.file, place.line, "'%.*s' has no value", W5_ARG(word[i]));
                return;
            }
            value = word[++i];
        }
        if (o->letter == 'c')
            *config = value;
        else
            set(c, o, value, rank, place);
    }
}
