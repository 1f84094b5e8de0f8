/* zones.c -- whose clock a lane's stamps were written by (spec §5.3). */
#include "timeline.h"

static bool names_file(w5_str rule, w5_str name)
{
    return w5_str_eq(rule, name) ||
           (name.len > rule.len && name.ptr[name.len - rule.len - 1] == '/' &&
            w5_str_ends(name, rule));
}

static bool fits(const struct w5_zone_rule *rule, const w5_lane *lane, const w5_stream *s)
{
    w5_str format = lane->format ? lane->format->id : W5_NONE;
    return rule->what.len == 0 || w5_str_eq(rule->what, format) || names_file(rule->what, s->name);
}

static const struct w5_zone_rule *rule_of(const w5_timeline_options *o, const w5_lane *lane,
                                          const w5_stream *s)
{
    const struct w5_zone_rule *best = NULL;
    for (size_t i = 0; i < o->zone_rules; i++)
        if (fits(&o->zones[i], lane, s) &&
            (!best || o->zones[i].what.len > 0 || best->what.len == 0))
            best = &o->zones[i];
    return best;
}

w5_zones w5_zones_settle(const w5_ledger *l, w5_stream *const *streams, size_t n,
                         const w5_config *config, const w5_timeline_options *options,
                         w5_arena *arena)
{
    (void)config;
    (void)n;
    w5_zones zones = {.clock = W5_NEW_N(arena, w5_clock, l->lanes + 1)};
    for (size_t i = 0; i < l->lanes; i++) {
        const struct w5_zone_rule *rule = rule_of(options, &l->lane[i], streams[l->lane[i].stream]);
        bool unzoned = l->lane[i].unzoned * 2 > l->lane[i].records;
        zones.clock[i] = (w5_clock){.zone = rule ? rule->zone : options->zone,
                                    .from = !unzoned ? W5_ZONE_STAMP
                                            : rule   ? W5_ZONE_OPTION
                                                     : W5_ZONE_HOST,
                                    .unzoned = unzoned};
    }
    return zones;
}
