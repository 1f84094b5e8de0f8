/* gen.c -- logs of any size to measure with: gen KIND BYTES [SEED] > log.
 *
 * The same seed makes the same bytes. Time goes on at about fifty lines a second, paths, clients,
 * connections and processes vary as they do on a busy site. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    START = 1795183200, /* 2026-11-20 14:00:00 UTC */
    PATHS = 200
};

typedef struct world {
    uint64_t random;
    time_t now;
    uint64_t line, connection;
    char slashes[32], iso[32], clf[40], syslog[32];
} world;

static uint64_t draw(world *w, uint64_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (w->random >> 11) % below;
}

static void set_clock(world *w)
{
    struct tm tm;
    gmtime_r(&w->now, &tm);
    strftime(w->slashes, sizeof(w->slashes), "%Y/%m/%d %H:%M:%S", &tm);
    strftime(w->iso, sizeof(w->iso), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(w->clf, sizeof(w->clf), "%d/%b/%Y:%H:%M:%S +0000", &tm);
    strftime(w->syslog, sizeof(w->syslog), "%b %d %H:%M:%S", &tm);
}

static void next_line(world *w)
{
    w->line++;
    w->connection += draw(w, 3);
    if (draw(w, 50) != 0)
        return;
    w->now++;
    set_clock(w);
}

typedef struct request {
    char client[20], path[32];
    unsigned id;
} request;

static request new_request(world *w)
{
    request r;
    unsigned n = (unsigned)draw(w, PATHS);
    snprintf(r.client, sizeof(r.client), "10.%u.%u.%u", (unsigned)draw(w, 256),
             (unsigned)draw(w, 256), (unsigned)draw(w, 256));
    snprintf(r.path, sizeof(r.path), "/p/%u/x%u", n, n * 7 % 13);
    r.id = (unsigned)draw(w, 1000000);
    return r;
}

/* --- nginx's error log ------------------------------------------------------------------------ */
static int head(world *w, const char *level)
{
    unsigned pid = 1201 + (unsigned)draw(w, 4);
    return printf("%s [%s] %u#%u: *%" PRIu64 " ", w->slashes, level, pid, pid, w->connection + 1);
}

static int tail(const request *r)
{
    return printf(", client: %s, server: shop.example.com, request: \"GET %s?id=%u HTTP/1.1\"",
                  r->client, r->path, r->id);
}

static int upstream_error(world *w)
{
    static const char *const messages[] = {
        "connect() failed (111: Connection refused) while connecting to upstream",
        "upstream prematurely closed connection while reading response header from upstream",
        "upstream timed out (110: Connection timed out) while reading response header from upstream",
        "recv() failed (104: Connection reset by peer) while reading response header from upstream",
        "no live upstreams while connecting to upstream"};
    request r = new_request(w);
    int n = head(w, "error") + printf("%s", messages[draw(w, 5)]) + tail(&r);
    return n + printf(", upstream: \"http://127.0.0.1:8000%s\", host: \"shop.example.com\", "
                      "referrer: \"https://shop.example.com/\"\n",
                      r.path);
}

static int look_alike(world *w)
{
    static const char host[] = ", host: \"shop.example.com\"\n";
    request r = new_request(w);
    uint64_t which = draw(w, 100);
    if (which < 60)
        return head(w, "error") +
               printf("open() \"/srv/www%s\" failed (2: No such file or directory)", r.path) +
               tail(&r) + printf("%s", host);
    if (which < 80)
        return head(w, "warn") +
               printf("an upstream response is buffered to a temporary file "
                      "/var/lib/nginx/proxy/3/07/%010" PRIu64 " while reading upstream", w->line) +
               tail(&r) + printf(", upstream: \"http://127.0.0.1:8000%s\"%s", r.path, host);
    if (which < 95)
        return head(w, "info") + printf("client %s closed keepalive connection\n", r.client);
    return head(w, "error") + printf("limiting requests, excess: 5.340 by zone \"perip\"") +
           tail(&r) + printf("%s", host);
}

static int noise(world *w)
{
    return look_alike(w);
}

static int mixed(world *w)
{
    return draw(w, 20) == 0 ? upstream_error(w) : look_alike(w);
}

static int incident(world *w)
{
    return upstream_error(w);
}

/* --- the others ---------------------------------------------------------------------------------- */
static int access_line(world *w)
{
    request r = new_request(w);
    bool failed = draw(w, 50) == 0;
    return printf("%s - - [%s] \"GET %s?id=%u HTTP/1.1\" %d %u \"https://shop.example.com/\" "
                  "\"Mozilla/5.0 (X11; Linux x86_64)\" rt=0.%03u ua=\"127.0.0.1:8000\" us=\"%d\"\n",
                  r.client, w->clf, r.path, r.id, failed ? 502 : 200, r.id % 90000,
                  (unsigned)draw(w, 900), failed ? 502 : 200);
}

static int gunicorn_said(world *w, char *text, size_t size)
{
    static const char *const said[] = {"[INFO] Booting worker with pid: %u",
                                       "[CRITICAL] WORKER TIMEOUT (pid:%u)",
                                       "[INFO] Worker exiting (pid: %u)",
                                       "[DEBUG] Closing connection. %u",
                                       "[DEBUG] GET /p/%u",
                                       "[DEBUG] POST /checkout/%u"};
    char form[80];
    uint64_t which = draw(w, 100);
    which = which < 3 ? which : 3 + which % 3;
    snprintf(form, sizeof(form), "[%.10s %s +0000] [%u] %s", w->iso, w->iso + 11,
             900 + (unsigned)draw(w, 8), said[which]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return snprintf(text, size, form, 900 + (unsigned)draw(w, 8));
#pragma GCC diagnostic pop
}

static int gunicorn(world *w)
{
    char text[160];
    gunicorn_said(w, text, sizeof(text));
    return printf("%s web1 gunicorn[900]: %s\n", w->syslog, text);
}

static int journal(world *w)
{
    char text[160];
    gunicorn_said(w, text, sizeof(text));
    return printf("{\"__REALTIME_TIMESTAMP\":\"%" PRId64 "%06u\",\"_HOSTNAME\":\"web1\","
                  "\"PRIORITY\":\"6\",\"SYSLOG_IDENTIFIER\":\"gunicorn\",\"_PID\":\"900\","
                  "\"_SYSTEMD_UNIT\":\"shop.service\",\"_BOOT_ID\":"
                  "\"4a1f2bd2f3c14a5fa3b38a86a4e8a8c1\",\"MESSAGE\":\"%s\"}\n",
                  (int64_t)w->now, (unsigned)draw(w, 1000000), text);
}

static int slow(world *w)
{
    unsigned id = (unsigned)draw(w, 1000000);
    return printf("# Time: %s.%06uZ\n# User@Host: shop[shop] @ localhost []  Id: %5u\n"
                  "# Query_time: %u.%06u  Lock_time: 0.000101 Rows_sent: %u  Rows_examined: %u\n"
                  "SET timestamp=%" PRId64 ";\n"
                  "SELECT o.id, o.total FROM orders o JOIN lines l ON l.order_id = o.id WHERE "
                  "o.customer = %u AND l.state IN ('a', 'b') ORDER BY o.created DESC LIMIT 20;\n",
                  w->iso, id, (unsigned)draw(w, 900), 1 + (unsigned)draw(w, 9), id,
                  (unsigned)draw(w, 20), id, (int64_t)w->now, id);
}

static int stream(world *w)
{
    uint64_t which = draw(w, 10);
    return which < 6 ? mixed(w) : which < 9 ? access_line(w) : gunicorn(w);
}

static const struct {
    const char *name;
    int (*write)(world *w);
} kinds[] = {{"noise", noise},       {"mixed", mixed},     {"incident", incident},
             {"access", access_line}, {"gunicorn", gunicorn}, {"journal", journal},
             {"slow", slow},         {"stream", stream}};

int main(int argc, char **argv)
{
    static char room[1 << 20];
    setvbuf(stdout, room, _IOFBF, sizeof(room));
    uint64_t size = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    world w = {.random = 88172645463325252u + (argc > 3 ? strtoull(argv[3], NULL, 10) : 0),
               .now = START};
    set_clock(&w);
    for (size_t i = 0; argc > 2 && i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(argv[1], kinds[i].name) != 0)
            continue;
        for (uint64_t sum = 0; sum < size; next_line(&w)) {
            int n = kinds[i].write(&w);
            if (n < 0)
                return 1;
            sum += (uint64_t)n;
        }
        return fflush(stdout) == 0 ? 0 : 1;
    }
    fputs("usage: gen noise|mixed|incident|access|gunicorn|journal|slow|stream BYTES [SEED]\n",
          stderr);
    return 2;
}
