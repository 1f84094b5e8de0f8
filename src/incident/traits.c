/* traits.c -- what a class of the catalogue means for the ledger and for incidents. */
#include "cells.h"

#include <why502/base/arena.h>

static uint8_t sort_of(const w5_class *k, bool access)
{
    if (access)
        return W5_SORT_ACCESS;
    if (w5_str_eq(k->id, W5_STR("slow-query")))
        return W5_SORT_QUERY;
    return k->family == W5_LOOK_ALIKE ? W5_SORT_NOISE
           : k->family == W5_LIFE     ? W5_SORT_LIFE
                                      : W5_SORT_ERROR;
}

static bool is_any(w5_str id, const char *const *names)
{
    while (*names && !w5_str_eq(id, w5_str_of(*names)))
        names++;
    return *names != NULL;
}

/* Kinds beyond those marked `trouble` that 5xx answers may be the effect of (spec §5.1). */
static const char *const behind[] = {"db-too-many-connections",
                                     "db-disk-full",
                                     "db-lock-wait",
                                     "db-deadlock",
                                     "db-error-in-app",
                                     "db-stop",
                                     "db-start",
                                     "oom-kill",
                                     "segfault",
                                     "pool-exhausted",
                                     "bind-failure",
                                     "unit-oom",
                                     "unit-stop",
                                     "master-stop",
                                     "io-error",
                                     "hung-task",
                                     NULL};
static const char *const lives[] = {
    "worker-timeout", "worker-killed",     "worker-exit", "worker-boot", "worker-recycle",
    "master-start",   "listening",         "master-stop", "master-term", "master-reload",
    "boot-failure",   "bind-failure",      "unit-start",  "unit-stop",   "unit-failed",
    "unit-restart",   "unit-oom",          "oom-kill",    "segfault",    "host-boot",
    "db-start",       "db-ready",          "db-stop",     "db-crash",    "nginx-start",
    "nginx-reload",   "nginx-worker-exit", NULL};
static const char *const recoveries[] = {"listening", "db-ready", "unit-start", NULL};

static w5_trait trait_of(const w5_class *k)
{
    bool five = w5_str_eq(k->id, W5_STR("upstream-5xx"));
    bool access = five || w5_str_eq(k->id, W5_STR("access"));
    bool upstream = k->family == W5_UPSTREAM;
    return (w5_trait){
        .sort = sort_of(k, access),
        .order = (uint8_t)(k->order < UINT8_MAX ? k->order : UINT8_MAX),
        .access = access,
        .upstream = upstream,
        .error = upstream && !five && !w5_str_eq(k->id, W5_STR("peer-disabled")),
        .trouble = k->trouble,
        .once = w5_str_eq(k->id, W5_STR("worker-exit")),
        .killed = w5_str_eq(k->id, W5_STR("worker-killed")),
        .nolive = w5_str_eq(k->id, W5_STR("no-live-upstreams")),
        .truncated = w5_str_eq(k->id, W5_STR("truncated-body")),
        .behind = k->trouble || is_any(k->id, behind),
        .life = is_any(k->id, lives),
        .recovery = is_any(k->id, recoveries),
    };
}

w5_trait *w5_traits_make(const w5_catalogue *c, size_t *traits)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(c, &all);
    *traits = 1;
    for (size_t i = 0; i < n; i++)
        if (all[i]->index >= *traits)
            *traits = all[i]->index + 1u;
    w5_trait *trait = w5_xrealloc(NULL, *traits, sizeof(*trait));
    for (size_t i = 0; i < *traits; i++)
        trait[i] = (w5_trait){.sort = W5_SORT_NOISE};
    for (size_t i = 0; i < n; i++)
        trait[all[i]->index] = trait_of(all[i]);
    return trait;
}
