#include "known.h"

#include "address.h"

const w5_str w5_told_by_word[] = {
#define W5_ROLE_WORD(name, word) W5_LIT(word),
    W5_ROLE_LIST(W5_ROLE_WORD)
#undef W5_ROLE_WORD
};

static const struct {
    w5_str id;
    w5_told_by by;
} kinds[] = {
#define W5_KIND_ROW(name, id, by) {W5_LIT(id), W5_BY_##by},
    W5_KIND_LIST(W5_KIND_ROW)
#undef W5_KIND_ROW
};

/* What a stream of this format tells of, whether or not it had anything to say. Ids by their
 * beginning: dialects of one format share it. */
static const struct {
    w5_str format;
    w5_told_by by;
} formats[] = {
    {W5_LIT("nginx-error"),  W5_BY_NGINX   },
    {W5_LIT("nginx-access"), W5_BY_ACCESS  },
    {W5_LIT("gunicorn"),     W5_BY_APP     },
    {W5_LIT("uvicorn"),      W5_BY_APP     },
    {W5_LIT("uwsgi"),        W5_BY_APP     },
    {W5_LIT("php-fpm"),      W5_BY_APP     },
    {W5_LIT("tomcat"),       W5_BY_APP     },
    {W5_LIT("spring"),       W5_BY_APP     },
    {W5_LIT("node"),         W5_BY_APP     },
    {W5_LIT("puma"),         W5_BY_APP     },
    {W5_LIT("traceback"),    W5_BY_APP     },
    {W5_LIT("python"),       W5_BY_APP     },
    {W5_LIT("systemd"),      W5_BY_SYSTEMD },
    {W5_LIT("kernel"),       W5_BY_KERNEL  },
    {W5_LIT("dmesg"),        W5_BY_KERNEL  },
    {W5_LIT("mysql-slow"),   W5_BY_SLOW    },
    {W5_LIT("mariadb-slow"), W5_BY_SLOW    },
    {W5_LIT("mysql"),        W5_BY_DATABASE},
    {W5_LIT("mariadb"),      W5_BY_DATABASE},
    {W5_LIT("alb"),          W5_BY_ALB     },
};

w5_kind w5_known_kind(const w5_known *k, const w5_cell *cell)
{
    return cell->klass < k->kinds_of ? (w5_kind)k->kind_of[cell->klass] : W5_K_OTHER;
}

static w5_kind kind_named(w5_str id)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (w5_str_eq(kinds[i].id, id))
            return (w5_kind)i;
    return W5_K_OTHER;
}

static void name_kinds(w5_known *k)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(k->t->catalogue, &all);
    size_t top = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i]->index > top)
            top = all[i]->index;
    k->kinds_of = top + 1;
    k->kind_of = W5_NEW_N(k->arena, uint8_t, top + 1);
    memset(k->kind_of, W5_K_OTHER, top + 1);
    for (size_t i = 0; i < n; i++)
        k->kind_of[all[i]->index] = (uint8_t)kind_named(all[i]->id);
}

static void sort_by_kind(w5_known *k)
{
    for (size_t i = 0; i < k->t->cells; i++)
        k->kind[w5_known_kind(k, &k->t->cell[i])].n++;
    for (size_t i = 0; i < W5_KINDS; i++) {
        k->kind[i].at = W5_NEW_N(k->arena, const w5_cell *, k->kind[i].n);
        k->kind[i].n = 0;
    }
    /* A line that a client could have forged is evidence of nothing (spec §3.2). */
    for (size_t i = 0; i < k->t->cells; i++) {
        const w5_cell *cell = &k->t->cell[i];
        w5_kind_cells *list = &k->kind[w5_known_kind(k, cell)];
        if (!cell->forged)
            list->at[list->n++] = cell;
    }
}

static bool is_nginx(const w5_lane *lane)
{
    return lane->format && w5_str_starts(lane->format->id, W5_STR("nginx"));
}

static void widen(w5_span *span, const w5_lane *lane)
{
    if (span->from == W5_TIME_NONE || (lane->first != W5_TIME_NONE && lane->first < span->from))
        span->from = lane->first;
    if (lane->last > span->to)
        span->to = lane->last;
}

/* A journal tells of all that it holds as long as it lasts, however little one of them had to say;
 * nginx's logs that were poured into the same stream are no journal. Of a fleet there are thousands of
 * lanes: what those of a stream cover together is summed up once. */
static void find_spans(w5_known *k)
{
    const w5_timeline *t = k->t;
    w5_span *stream = W5_NEW_N(k->arena, w5_span, t->streams + 1);
    k->span = W5_NEW_N(k->arena, w5_span, t->lanes + 1);
    for (size_t i = 0; i <= t->streams; i++)
        stream[i] = (w5_span){W5_TIME_NONE, W5_TIME_NONE};
    for (size_t i = 0; i < t->lanes; i++)
        if (t->lane[i].stream < t->streams && !is_nginx(&t->lane[i]) &&
            t->lane[i].first != W5_TIME_NONE)
            widen(&stream[t->lane[i].stream], &t->lane[i]);
    for (size_t i = 0; i < t->lanes; i++) {
        const w5_lane *lane = &t->lane[i];
        k->span[i] = (w5_span){lane->first, lane->last};
        if (!is_nginx(lane) && lane->stream < t->streams)
            k->span[i] = stream[lane->stream];
    }
}

w5_span w5_known_span(const w5_known *k, uint16_t lane)
{
    return k->span[lane];
}

static void add_stretch(w5_known *k, w5_told_by by, uint16_t lane)
{
    w5_stretches *told = &k->told[by];
    for (size_t i = 0; i < told->n; i++)
        if (told->at[i].lane == lane)
            return;
    if (!told->at)
        told->at = W5_NEW_N(k->arena, w5_stretch, k->t->lanes);
    told->at[told->n++] = (w5_stretch){w5_known_span(k, lane), lane};
}

static w5_told_by told_by_format(const w5_lane *lane)
{
    for (size_t f = 0; lane->format && f < sizeof(formats) / sizeof(*formats); f++)
        if (w5_str_starts(lane->format->id, formats[f].format))
            return formats[f].by;
    return W5_TOLD_BYS;
}

/* A full disk is told by whoever meets it, and the requests in an application's own log are those
 * that it has seen, not those that failed before it. */
static bool tells(const w5_known *k, const w5_cell *cell, w5_kind kind)
{
    if (kind >= W5_K_OTHER || kind == W5_K_DISK_FULL || cell->lane >= k->t->lanes)
        return false;
    return kinds[kind].by != W5_BY_ACCESS || told_by_format(&k->t->lane[cell->lane]) != W5_BY_APP;
}

/* By its format, and by what it has said. */
static void find_tellers(w5_known *k)
{
    find_spans(k);
    for (uint16_t i = 0; i < k->t->lanes; i++)
        if (told_by_format(&k->t->lane[i]) != W5_TOLD_BYS)
            add_stretch(k, told_by_format(&k->t->lane[i]), i);
    for (size_t i = 0; i < k->t->cells; i++) {
        const w5_cell *cell = &k->t->cell[i];
        w5_kind kind = w5_known_kind(k, cell);
        if (tells(k, cell, kind))
            add_stretch(k, kinds[kind].by, cell->lane);
    }
}

static void find_bounds(w5_known *k)
{
    k->first = k->last = W5_TIME_NONE;
    for (size_t i = 0; i < k->t->lanes; i++) {
        const w5_lane *lane = &k->t->lane[i];
        if (lane->first != W5_TIME_NONE && (k->first == W5_TIME_NONE || lane->first < k->first))
            k->first = lane->first;
        if (lane->last > k->last)
            k->last = lane->last;
    }
}

/* People are told times as nginx's error log writes them: that is what they have before them. */
static const w5_zone *peoples_zone(const w5_known *k)
{
    static const w5_zone utc = {.fixed = true};
    static const w5_told_by order[] = {W5_BY_NGINX, W5_BY_ACCESS, W5_BY_APP};
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
        if (k->told[order[i]].n)
            return &k->t->stream[k->t->lane[k->told[order[i]].at[0].lane].stream]->zone;
    return k->t->streams ? &k->t->stream[0]->zone : &utc;
}

w5_known *w5_known_new(const w5_timeline *t, const w5_incidents *incidents,
                       const w5_diagnose_options *options, w5_arena *arena)
{
    w5_known *k = W5_NEW(arena, w5_known);
    k->t = t;
    k->incidents = incidents;
    k->options = options;
    k->arena = arena;
    name_kinds(k);
    sort_by_kind(k);
    find_tellers(k);
    find_bounds(k);
    k->zone = peoples_zone(k);
    return k;
}

size_t w5_known_seek(const w5_known *k, w5_kind kind, w5_time at)
{
    const w5_kind_cells *list = &k->kind[kind];
    size_t low = 0, high = list->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (list->at[mid]->at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const w5_cell *w5_known_next(const w5_known *k, w5_kind kind, w5_time from, w5_time to, size_t *i)
{
    *i = *i == SIZE_MAX ? w5_known_seek(k, kind, from) : *i + 1;
    const w5_kind_cells *list = &k->kind[kind];
    return *i < list->n && list->at[*i]->at <= to ? list->at[*i] : NULL;
}

const w5_cell *w5_known_first(const w5_known *k, w5_kind kind, w5_time from, w5_time to)
{
    size_t i = SIZE_MAX;
    return w5_known_next(k, kind, from, to, &i);
}

const w5_cell *w5_known_last(const w5_known *k, w5_kind kind, w5_time from, w5_time to)
{
    size_t end = to == W5_TIME_MAX ? k->kind[kind].n : w5_known_seek(k, kind, to + 1);
    const w5_cell *cell = end ? k->kind[kind].at[end - 1] : NULL;
    return cell && cell->at >= from ? cell : NULL;
}

w5_cover w5_known_covers(const w5_known *k, w5_told_by by, w5_time from, w5_time to)
{
    w5_cover best = W5_COVER_NONE;
    for (size_t i = 0; i < k->told[by].n; i++) {
        const w5_stretch *s = &k->told[by].at[i];
        if (s->span.from == W5_TIME_NONE || s->span.from > from + W5_SECOND)
            continue;
        w5_cover cover = s->span.to >= to - W5_SECOND ? W5_COVER_FULL : W5_COVER_OPEN;
        if (cover > best)
            best = cover;
    }
    return best;
}

w5_time w5_known_ends(const w5_known *k, w5_told_by by)
{
    w5_time end = W5_TIME_NONE;
    for (size_t i = 0; i < k->told[by].n; i++)
        if (k->told[by].at[i].span.to > end)
            end = k->told[by].at[i].span.to;
    return end;
}

bool w5_known_has(const w5_known *k, w5_told_by by)
{
    if (by == W5_BY_CONFIG)
        return k->t->config && w5_config_settings(k->t->config, &(const w5_setting *){NULL}) > 0;
    return k->told[by].n > 0;
}

bool w5_known_only_nginx(const w5_known *k)
{
    for (w5_told_by by = W5_BY_APP; by <= W5_BY_ALB; by++)
        if (k->told[by].n)
            return false;
    return true;
}

w5_str w5_known_host(const w5_known *k, const w5_cell *cell)
{
    w5_str host = w5_known_str(k, cell->host);
    return host.len || cell->stream >= k->t->streams ? host : k->t->stream[cell->stream]->host;
}

bool w5_known_one_machine(const w5_known *k, const w5_cell *a, const w5_cell *b)
{
    w5_str one = w5_known_host(k, a), other = w5_known_host(k, b);
    return !one.len || !other.len || w5_str_eq(one, other);
}

/* Where several could it must be named: upstream "app1:8000". */
static bool answers_for(const w5_known *k, w5_str host, const w5_cell *error)
{
    w5_str upstream = w5_known_str(k, error->upstream);
    if (!k->apps_elsewhere || error->upstream <= W5_INTERN_FULL ||
        w5_address_is_loopback(upstream) || w5_address_is_unix(upstream))
        return false;
    return k->apps_elsewhere == 1 || (w5_str_take(&upstream, host) && upstream.len > 0 &&
                                      (upstream.ptr[0] == ':' || upstream.ptr[0] == '.'));
}

bool w5_known_same_host(const w5_known *k, const w5_cell *a, const w5_cell *b)
{
    return w5_known_one_machine(k, a, b) || answers_for(k, w5_known_host(k, a), b);
}

w5_told_by w5_known_teller(const w5_known *k, const w5_cell *cell)
{
    w5_kind kind = w5_known_kind(k, cell);
    w5_told_by by =
        cell->lane < k->t->lanes ? told_by_format(&k->t->lane[cell->lane]) : W5_TOLD_BYS;
    if (kind >= W5_K_OTHER)
        return by;
    return kinds[kind].by == W5_BY_ACCESS && by != W5_TOLD_BYS ? by : kinds[kind].by;
}

bool w5_known_by(const w5_known *k, const w5_cell *cell, const char *program)
{
    w5_str name = w5_str_of(program);
    if (w5_str_starts(w5_known_str(k, cell->ident), name) ||
        w5_str_starts(w5_known_str(k, cell->unit), name))
        return true;
    const w5_format *format = cell->lane < k->t->lanes ? k->t->lane[cell->lane].format : NULL;
    return format && w5_str_starts(format->id, name);
}

bool w5_known_setting(const w5_known *k, const char *program, const char *name, w5_str upstream,
                      w5_str path, w5_setting *found)
{
    return k->t->config &&
           w5_config_get(k->t->config, program, name, upstream, path, found) == W5_OK;
}

w5_time w5_known_duration(const w5_known *k, const char *program, const char *name, w5_str upstream,
                          w5_str path, w5_time otherwise)
{
    w5_setting found;
    if (!w5_known_setting(k, program, name, upstream, path, &found))
        return otherwise;
    w5_time duration = w5_config_duration(&found);
    return duration == W5_TIME_NONE ? otherwise : duration;
}

int64_t w5_known_integer(const w5_known *k, const char *program, const char *name, w5_str upstream,
                         int64_t otherwise)
{
    w5_setting found;
    if (!w5_known_setting(k, program, name, upstream, W5_NONE, &found))
        return otherwise;
    int64_t value = w5_config_integer(&found);
    return value < 0 ? otherwise : value;
}

w5_date w5_known_date(const w5_known *k, w5_time at)
{
    return w5_date_of(at + w5_zone_offset(k->zone, at) * W5_SECOND);
}

w5_str w5_known_clock(const w5_known *k, w5_time at, w5_arena *arena)
{
    w5_date d = w5_known_date(k, at);
    return w5_arena_fmt(arena, "%02u:%02u:%02u", d.hour, d.minute, d.second);
}

w5_str w5_known_moment(const w5_known *k, w5_time at, w5_arena *arena)
{
    w5_date d = w5_known_date(k, at);
    return w5_arena_fmt(arena, "%04d-%02u-%02u %02u:%02u:%02u", d.year, d.month, d.day, d.hour,
                        d.minute, d.second);
}

w5_str w5_known_offset(const w5_known *k, w5_time at, w5_arena *arena)
{
    int offset = w5_zone_offset(k->zone, at), minutes = (offset < 0 ? -offset : offset) / 60;
    return w5_arena_fmt(arena, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

const w5_path *w5_known_path(const w5_known *k, w5_id path)
{
    for (size_t i = 0; path && i < k->t->paths; i++)
        if (k->t->path[i].path == path)
            return &k->t->path[i];
    return NULL;
}

uint64_t w5_known_answers(const w5_known *k, w5_id upstream, w5_time from, w5_time to)
{
    size_t low = 0, high = k->t->traffics;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (k->t->traffic[mid].at < from)
            low = mid + 1;
        else
            high = mid;
    }
    uint64_t answers = 0;
    for (; low < k->t->traffics && k->t->traffic[low].at <= to; low++)
        if (k->t->traffic[low].upstream == upstream && k->t->traffic[low].status < 500)
            answers += k->t->traffic[low].count;
    return answers;
}
