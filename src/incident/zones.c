/* zones.c -- whose clock a lane's stamps were written by (spec §5.3).
 *
 * What was said (--tz, configuration) stands. Stamps with a zone are the measure for those without:
 * nginx's error log is held against its access log, then everything against all that is settled. An
 * offset can be wrong, too (a container's), so lanes that are no authority are held against the
 * others. A shift is believed only when clearly more events find a partner under it than under any
 * other; unrelated logs are left alone. */
#include "incident.h"
#include "landmarks.h"

#include <limits.h>
#include <stdlib.h>

enum {
    QUARTER = 15 * 60,
    WEST = -12 * 3600,
    EAST = 14 * 3600,
    SKEW = 120,
    FLEET = 256
};

typedef struct settling {
    const w5_ledger *l;
    w5_stream *const *stream;
    size_t streams;
    const w5_config *config;
    const w5_timeline_options *options;
    w5_arena *arena, *scratch;
    w5_zones zones;
    w5_note *notes; /* zones.note, while it grows */
    size_t room;
    bool *settled;   /* by lane: others may be held against it */
    uint16_t *order; /* lanes by format and name: the same whatever the order of sources */
    size_t n;        /* of them: all, or of a large fleet those of one host */
} settling;

static w5_str format_of(const settling *s, size_t lane)
{
    return s->l->lane[lane].format ? s->l->lane[lane].format->id : W5_STR("");
}

static const w5_stream *stream_of(const settling *s, size_t lane)
{
    return s->stream[s->l->lane[lane].stream];
}

/* --- what was said --------------------------------------------------------------------------- */
static bool names_file(w5_str rule, w5_str name)
{
    return w5_str_eq(rule, name) ||
           (name.len > rule.len && name.ptr[name.len - rule.len - 1] == '/' &&
            w5_str_ends(name, rule));
}

/* The last rule that fits; one that names something before one for all. */
static const w5_zone *option(const settling *s, size_t lane)
{
    const struct w5_zone_rule *best = NULL;
    for (size_t i = 0; i < s->options->zone_rules; i++) {
        const struct w5_zone_rule *rule = &s->options->zones[i];
        bool fits = rule->what.len == 0 || w5_str_eq(rule->what, format_of(s, lane)) ||
                    names_file(rule->what, stream_of(s, lane)->name);
        if (fits && (!best || rule->what.len > 0 || best->what.len == 0))
            best = rule;
    }
    return best ? &best->zone : NULL;
}

/* "env TZ=Asia/Tokyo;" of nginx, Environment=TZ=… of a unit that names the program. */
static bool sets_zone(const w5_setting *set, w5_str program, w5_str *zone)
{
    size_t at;
    w5_str rest;
    bool nginx = w5_str_eq(set->program, W5_STR("nginx")) && w5_str_eq(set->name, W5_STR("env"));
    bool unit =
        w5_str_eq(set->program, W5_STR("systemd")) && w5_str_eq(set->name, W5_STR("Environment"));
    bool ours = nginx ? w5_str_eq(program, W5_STR("nginx"))
                      : unit && (w5_str_find(set->scope, program, &at) ||
                                 w5_str_find(set->file, program, &at));
    if (!ours || !w5_str_find(set->value, W5_STR("TZ="), &at))
        return false;
    *zone = w5_str_skip(set->value, at + 3);
    w5_str_cut(*zone, ' ', zone, &rest);
    return true;
}

static bool configured(const settling *s, size_t lane, w5_zone *zone)
{
    const w5_setting *set;
    w5_err err;
    w5_str text;
    w5_str rest;
    w5_str program = format_of(s, lane);
    w5_str_cut(program, '-', &program, &rest);
    size_t n = s->config && program.len > 0 ? w5_config_settings(s->config, &set) : 0;
    for (size_t i = 0; i < n; i++)
        if (sets_zone(&set[i], program, &text) && w5_zone_parse(text, zone, &err) == W5_OK)
            return true;
    return false;
}

static bool is_unzoned(const w5_lane *lane)
{
    return lane->unzoned * 2 > lane->records;
}

static void begin(settling *s, size_t i)
{
    w5_clock *clock = &s->zones.clock[i];
    const w5_zone *said = option(s, i);
    const w5_stream *stream = stream_of(s, i);
    *clock = (w5_clock){.zone = s->options->zone, .from = W5_ZONE_HOST};
    if (stream->told && stream->zone_told != INT_MIN)
        clock->zone = (w5_zone){.fixed = true, .offset = stream->zone_told};
    clock->unzoned = is_unzoned(&s->l->lane[i]);
    if (!clock->unzoned)
        clock->from = W5_ZONE_STAMP;
    else if (said)
        clock->from = W5_ZONE_OPTION;
    else if (configured(s, i, &clock->zone))
        clock->from = W5_ZONE_CONFIG;
    if (said)
        clock->zone = *said;
    s->settled[i] = clock->from == W5_ZONE_OPTION || clock->from == W5_ZONE_CONFIG;
}

/* --- who is held against whom ---------------------------------------------------------------- */
static bool is_access(const settling *s, size_t lane)
{
    return w5_str_eq(format_of(s, lane), W5_STR("nginx-access"));
}

static bool is_error(const settling *s, size_t lane)
{
    return w5_str_eq(format_of(s, lane), W5_STR("nginx-error"));
}

/* Formats whose zone is not a program's idea of it: nginx's own, the machine's, the database's UTC.
 */
static bool is_authority(const settling *s, size_t lane)
{
    static const w5_str known[] = {W5_LIT("nginx"), W5_LIT("systemd"), W5_LIT("kernel"),
                                   W5_LIT("mysql"), W5_LIT("alb"),     W5_LIT("why502")};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (w5_str_starts(format_of(s, lane), known[i]))
            return true;
    return false;
}

static int by_format(const void *a, const void *b, void *context)
{
    const settling *s = context;
    uint16_t one = *(const uint16_t *)a, other = *(const uint16_t *)b;
    if (is_error(s, one) != is_error(s, other))
        return is_error(s, one) ? -1 : 1;
    int order = w5_str_cmp(format_of(s, one), format_of(s, other));
    if (order == 0)
        order = w5_str_cmp(stream_of(s, one)->name, stream_of(s, other)->name);
    return order != 0 ? order : (one > other) - (one < other);
}

static w5_landmarks marks_of_one(settling *s, size_t lane, const w5_clock *clock)
{
    bool *only = W5_NEW_N(s->scratch, bool, s->l->lanes);
    only[lane] = true;
    return w5_landmarks_of(s->l, only, clock, s->scratch);
}

static w5_str host_of(const settling *s, size_t lane)
{
    return stream_of(s, lane)->host;
}

/* Has its machine an nginx that told of requests? Then that is the measure of its clock, and not
 * the neighbour's, to which the same may have happened a few seconds before. */
static bool beside_nginx(const settling *s, size_t lane)
{
    for (size_t k = 0; k < s->n; k++) {
        size_t i = s->order[k];
        if ((is_error(s, i) || is_access(s, i)) && w5_same_host(host_of(s, i), host_of(s, lane)))
            return true;
    }
    return false;
}

/* A log of a machine that serves the ones with nginx: its clock is its own. */
static bool is_elsewhere(const settling *s, size_t lane)
{
    for (size_t k = 0; k < s->n; k++)
        if (is_error(s, s->order[k]) || is_access(s, s->order[k]))
            return !beside_nginx(s, lane);
    return false;
}

static w5_landmarks marks_of_others(settling *s, size_t lane, bool access_only)
{
    bool *others = W5_NEW_N(s->scratch, bool, s->l->lanes);
    bool own_only = beside_nginx(s, lane);
    for (size_t k = 0; k < s->n; k++) {
        size_t i = s->order[k];
        others[i] = i != lane && s->settled[i] &&
                    (!own_only || w5_same_host(host_of(s, i), host_of(s, lane))) &&
                    (!access_only || (is_access(s, i) && !s->zones.clock[i].unzoned));
    }
    return w5_landmarks_of(s->l, others, s->zones.clock, s->scratch);
}

/* --- what is told ---------------------------------------------------------------------------- */
/* Mark English words for the translators: they are looked up when a report is written. */
#define N_(english) english
#define NN_(one, many)                                                                             \
    {                                                                                              \
        (one), (many)                                                                              \
    }

typedef enum note_kind {
    READ_LIKE_ACCESS,
    READ_AS,
    SHIFTED
} note_kind;

/* %1$s a log, %2$s its offset or shift; %3$s of %4$s pairs of lines fit within %5$s seconds. */
static const struct {
    const char *one, *many;
} note_words[] = {
    [READ_LIKE_ACCESS] = {N_("%1$s read as %2$s, like the access log"), NULL},
    [READ_AS] = NN_("%1$s read as %2$s: %3$s of %4$s pair fits within %5$s s",
                    "%1$s read as %2$s: %3$s of %4$s pairs fit within %5$s s"),
    [SHIFTED] = NN_("%1$s shifted by %2$s: %3$s of %4$s pair fits within %5$s s",
                    "%1$s shifted by %2$s: %3$s of %4$s pairs fit within %5$s s"),
};

static w5_str called(const settling *s, size_t lane)
{
    w5_str name = stream_of(s, lane)->name;
    return is_elsewhere(s, lane) && host_of(s, lane).len > 0
               ? w5_arena_fmt(s->arena, "%.*s/%.*s", W5_ARG(host_of(s, lane)), W5_ARG(name))
               : name;
}

static void note(settling *s, size_t lane, note_kind kind, w5_str offset, const w5_fit_result *fit)
{
    bool nginx = is_error(s, lane);
    size_t most = fit->most > fit->pairs ? fit->most : fit->pairs;
    if (s->zones.notes == s->room) {
        w5_note *more = W5_NEW_N(s->arena, w5_note, s->room * 2 + 8);
        if (s->room > 0)
            memcpy(more, s->notes, s->room * sizeof(*more));
        s->notes = more;
        s->room = s->room * 2 + 8;
    }
    s->notes[s->zones.notes++] = (w5_note){
        .words = note_words[kind].one,
        .plural = note_words[kind].many,
        .number = most,
        .arg = {nginx ? W5_STR(N_("nginx log")) : called(s, lane), offset,
                w5_arena_fmt(s->arena, "%zu", fit->pairs), w5_arena_fmt(s->arena, "%zu", most),
                fit->close == fit->pairs ? W5_STR("1") : W5_STR("2")},
        .args = 5,
        .translate = nginx,
    };
    s->zones.note = s->notes;
}

static w5_str clock_words(settling *s, w5_time offset)
{
    int64_t minutes = (offset < 0 ? -offset : offset) / W5_MINUTE;
    return w5_arena_fmt(s->arena, "%c%02d:%02d", offset < 0 ? '-' : '+', (int)(minutes / 60),
                        (int)(minutes % 60));
}

/* --- settling -------------------------------------------------------------------------------- */
/* A fixed offset, or the host's own zone where both agree: that one knows about summer time. */
static void take_offset(settling *s, size_t lane, w5_time offset, w5_zone_from from,
                        const w5_fit_result *fit)
{
    w5_clock *clock = &s->zones.clock[lane];
    w5_time middle = s->l->lane[lane].last;
    int seconds = (int)(offset / W5_SECOND);
    clock->from = from;
    s->settled[lane] = true;
    if (w5_zone_offset_civil(&s->options->zone, middle) == seconds)
        return;
    clock->zone = (w5_zone){.fixed = true, .offset = seconds};
    note(s, lane, fit->pairs > 0 ? READ_AS : READ_LIKE_ACCESS, clock_words(s, offset), fit);
}

/* Stamps without zone: local = UTC + offset, so the shift that fits is the offset's negative. */
static bool infer_zone(settling *s, size_t lane, const w5_landmarks *others, size_t joined_min,
                       w5_zone_from from)
{
    w5_landmarks own = marks_of_one(s, lane, NULL);
    w5_best_shift best = w5_landmarks_best(&own, others, -EAST * W5_SECOND, -WEST * W5_SECOND,
                                           QUARTER * W5_SECOND, joined_min);
    if (best.found)
        take_offset(s, lane, -best.shift, from, &best.fit);
    return best.found;
}

/* The offset that the access logs beside it were written with; INT_MIN when they differ. */
static int offset_beside(const settling *s)
{
    int offset = INT_MIN;
    for (size_t k = 0; k < s->n; k++) {
        size_t i = s->order[k];
        const w5_lane *lane = &s->l->lane[i];
        if (!is_access(s, i) || lane->offset == INT_MIN)
            continue;
        if (offset != INT_MIN && offset != lane->offset)
            return INT_MIN;
        offset = lane->offset;
    }
    return offset;
}

/* Requests that both logs tell of prove it. Where there
 * are none, or too many to tell one shift from the next, the access log's own offset is nginx's. */
static void hold_against_access(settling *s)
{
    int beside = offset_beside(s);
    for (size_t i = 0; i < s->n; i++) {
        size_t lane = s->order[i];
        if (s->settled[lane] || !s->zones.clock[lane].unzoned || !is_error(s, lane))
            continue;
        w5_landmarks access = marks_of_others(s, lane, true);
        w5_landmarks own = marks_of_one(s, lane, NULL);
        if (beside != INT_MIN) {
            w5_fit_result fit = w5_landmarks_joined(&own, &access, -beside * W5_SECOND);
            if (fit.pairs == 0 && infer_zone(s, lane, &access, 2, W5_ZONE_ACCESS_LOG))
                continue;
            take_offset(s, lane, beside * W5_SECOND, W5_ZONE_ACCESS_LOG, &fit);
        } else {
            infer_zone(s, lane, &access, 1, W5_ZONE_ACCESS_LOG);
        }
    }
}

/* A zoned lane whose offset is wrong by quarters of an hour, or any lane by some seconds. */
static bool move(settling *s, size_t lane, w5_time reach, w5_time step)
{
    w5_clock *clock = &s->zones.clock[lane];
    w5_landmarks own = marks_of_one(s, lane, s->zones.clock);
    w5_landmarks others = marks_of_others(s, lane, false);
    w5_best_shift best = w5_landmarks_best(&own, &others, -reach, reach, step, 2);
    if (!best.found || (best.shift <= W5_PAIR_FIT && best.shift >= -W5_PAIR_FIT))
        return false;
    clock->shift += best.shift;
    w5_str by = step == W5_SECOND ? w5_arena_fmt(s->arena, "%+d s", (int)(best.shift / W5_SECOND))
                                  : clock_words(s, best.shift);
    note(s, lane, SHIFTED, by, &best.fit);
    if (clock->from == W5_ZONE_STAMP || clock->from == W5_ZONE_HOST)
        clock->from = W5_ZONE_INFERRED;
    return true;
}

static void settle_zoned(settling *s, bool authorities)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t lane = s->order[i];
        bool authority = is_authority(s, lane), moves = !authority || is_elsewhere(s, lane);
        if (s->zones.clock[lane].unzoned || moves == authorities)
            continue;
        if (moves && (authority || !move(s, lane, EAST * W5_SECOND, QUARTER * W5_SECOND)))
            move(s, lane, SKEW * W5_SECOND, W5_SECOND);
        s->settled[lane] = true;
    }
}

/* The stamps of a program's log of the same machine say what its clocks show: "[2026-11-20 14:00:00 +0900]".
 * Too few events to search all zones of the world are enough to choose that one before the zone of
 * the machine on which we run, if only under it something fits. Access logs may be anybody's: what they say of nginx's clock has been asked before. */
static bool take_neighbours(settling *s, size_t lane, const w5_landmarks *others)
{
    w5_landmarks own = marks_of_one(s, lane, NULL);
    int here = w5_zone_offset_civil(&s->options->zone, s->l->lane[lane].last), best = here;
    w5_fit_result most = w5_landmarks_clustered(&own, others, -here * W5_SECOND);
    for (size_t k = 0; k < s->n; k++) {
        size_t i = s->order[k];
        int offset = s->l->lane[i].offset;
        if (s->zones.clock[i].unzoned || is_access(s, i) || offset == INT_MIN || offset == best ||
            !w5_same_host(host_of(s, i), host_of(s, lane)))
            continue;
        w5_fit_result fit = w5_landmarks_clustered(&own, others, -offset * W5_SECOND);
        if (fit.pairs <= most.pairs || fit.pairs * 2 < fit.most)
            continue;
        best = offset;
        most = fit;
    }
    if (best != here)
        take_offset(s, lane, best * W5_SECOND, W5_ZONE_INFERRED, &most);
    return best != here;
}

static void settle_unzoned(settling *s)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t lane = s->order[i];
        if (s->settled[lane])
            continue;
        w5_landmarks others = marks_of_others(s, lane, false);
        if (!infer_zone(s, lane, &others, 2, W5_ZONE_INFERRED) &&
            !take_neighbours(s, lane, &others))
            move(s, lane, SKEW * W5_SECOND, W5_SECOND);
        s->settled[lane] = true;
    }
}

/* What one log shows of its machine's clock holds for the others there that show nothing. */
static void spread(settling *s)
{
    for (size_t i = 0; i < s->n; i++) {
        w5_clock *from = &s->zones.clock[s->order[i]];
        bool skew = from->shift <= SKEW * W5_SECOND && from->shift >= -SKEW * W5_SECOND;
        if (from->shift == 0 || !skew || !is_elsewhere(s, s->order[i]))
            continue;
        for (size_t k = 0; k < s->n; k++) {
            w5_clock *to = &s->zones.clock[s->order[k]];
            if (to->shift == 0 && host_of(s, s->order[k]).len > 0 &&
                w5_str_eq(host_of(s, s->order[i]), host_of(s, s->order[k])))
                to->shift = from->shift;
        }
    }
}

static void settle(settling *s, uint16_t *order, size_t n)
{
    if (n < 2)
        return;
    s->order = order;
    s->n = n;
    qsort_r(order, n, sizeof(*order), by_format, s);
    settle_zoned(s, true);
    hold_against_access(s);
    settle_zoned(s, false);
    settle_unzoned(s);
    spread(s);
}

static int by_host(const void *a, const void *b, void *context)
{
    const settling *s = context;
    return w5_str_cmp(stream_of(s, *(const uint16_t *)a)->host,
                      stream_of(s, *(const uint16_t *)b)->host);
}

/* Of a large fleet each host is settled by itself: to hold every log against all others would take
 * the square of their number. */
static void settle_hosts(settling *s)
{
    enum {
        MOST = 256 /* logs of one host; beyond, their stamps are taken at their word */
    };
    uint16_t *order = s->order;
    size_t n = s->l->lanes;
    qsort_r(order, n, sizeof(*order), by_host, s);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && by_host(&order[from], &order[to], s) == 0; to++)
            ;
        if (to - from <= MOST)
            settle(s, order + from, to - from);
        w5_arena_rewind(s->scratch, (w5_mark){0});
    }
}

w5_zones w5_zones_settle(const w5_ledger *l, w5_stream *const *streams, size_t n,
                         const w5_config *config, const w5_timeline_options *options,
                         w5_arena *arena)
{
    settling s = {.l = l,
                  .stream = streams,
                  .streams = n,
                  .config = config,
                  .options = options,
                  .arena = arena};
    s.zones.clock = W5_NEW_N(arena, w5_clock, l->lanes + 1);
    s.settled = W5_NEW_N(arena, bool, l->lanes + 1);
    s.order = W5_NEW_N(arena, uint16_t, l->lanes + 1);
    for (size_t i = 0; i < l->lanes; i++) {
        s.order[i] = (uint16_t)i;
        begin(&s, i);
    }
    s.scratch = w5_arena_new();
    if (l->lanes > FLEET)
        settle_hosts(&s);
    else
        settle(&s, s.order, l->lanes);
    w5_arena_free(s.scratch);
    return s.zones;
}
