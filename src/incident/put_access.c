/* put_access.c -- lines of access logs: two counters, and a cell for those worth one. */
#include "put.h"

#include "hash.h"

static w5_id traffic_upstream(w5_ledger *l, const w5_record *r, unsigned status)
{
    if (!(r->have >> W5_F_upstream_addr & 1))
        return 0;
    w5_str peer = w5_fold_last_peer(w5_record_get(r, W5_F_upstream_addr));
    bool none = peer.len == 0 || w5_str_eq(peer, W5_STR("-"));
    if (none && w5_status_failed(status))
        return 0; /* it failed before a peer was chosen: no file or connection left, no name found
                   */
    return none ? w5_names_put(&l->names, W5_STR("-")) : w5_put_name(l, peer);
}

/* "A, B": a request that went from one to the other says that they are peers ("A : B" does not). */
static void join_peers(w5_ledger *l, w5_str list)
{
    w5_str peer, ignored;
    w5_id before = 0;
    for (bool more = true; more;) {
        more = w5_str_cut_at(list, W5_STR(", "), &peer, &list);
        peer = more ? peer : list;
        w5_str first = peer;
        w5_str_cut(peer, ' ', &first, &ignored);
        w5_once_join(&l->once, before, w5_put_name(l, first));
        before = w5_put_name(l, w5_fold_last_peer(peer));
    }
}

static void count_traffic(w5_ledger *l, const w5_record *r, uint16_t lane, w5_time at,
                          unsigned status, int64_t duration, uint64_t n)
{
    w5_hot_access *h = &l->access;
    w5_str peers = w5_record_get(r, W5_F_upstream_addr);
    w5_id host = w5_put_name(l, r->host);
    w5_time second = w5_span_start(at, W5_SECOND);
    if (h->valid && h->second == second && h->lane == lane && h->status == status &&
        h->host == host && h->moved == l->traffic.moved && w5_str_eq(h->upstream, peers)) {
        w5_traffic *row = w5_rows_at(&l->traffic, h->traffic);
        row->count += n;
        row->longest = duration > row->longest ? duration : row->longest;
        return;
    }
    w5_traffic row = {.at = at,
                      .lane = lane,
                      .count = n,
                      .host = host,
                      .upstream = traffic_upstream(l, r, status),
                      .status = (uint16_t)status,
                      .longest = duration};
    size_t i = w5_rows_put(&l->traffic, &row);
    join_peers(l, peers);
    w5_id list = peers.len > 0 ? w5_put_name(l, peers) : 0;
    *h = (w5_hot_access){.valid = list != W5_INTERN_FULL,
                         .second = second,
                         .lane = lane,
                         .host = host,
                         .status = (uint16_t)status,
                         .upstream = w5_put_kept(l, list),
                         .traffic = i,
                         .moved = l->traffic.moved};
}

/* Sixty-four bits under the run's secret stand for the path, as for other names (put_error.c). */
static void count_path(w5_ledger *l, w5_str path, unsigned status, int64_t duration, uint64_t n)
{
    uint64_t hash = w5_hash_bytes(l->seed, path) | 1;
    w5_hot_path *h = &l->hot_path[hash / 2 % W5_HOT_PATHS];
    w5_path row = {.requests = n,
                   .failed = w5_status_failed(status) ? n : 0,
                   .longest_finished = status < 500 && status != 499 ? duration : -1,
                   .sum = duration > 0 ? duration : 0};
    if (h->hash == hash && h->moved == l->paths.moved) {
        l->paths.kind->join(w5_rows_at(&l->paths, h->row), &row);
        return;
    }
    w5_id id = row.path = w5_names_put(&l->names, path);
    size_t at = w5_rows_put(&l->paths, &row);
    *h = (w5_hot_path){.hash = id != W5_INTERN_FULL ? hash : 0, .moved = l->paths.moved, .row = at};
}

/* 4xx answers are mostly scanners' paths: a site does not have a million of its own. */
static bool counts_as_path(unsigned status)
{
    return status < 400 || status == 499 || status >= 500;
}

void w5_put_access(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
{
    const w5_record *r = e->record;
    unsigned status = w5_fold_status(r);
    int64_t duration;
    if (!w5_str_micros(w5_record_get(r, W5_F_request_time), &duration))
        duration = -1;
    w5_target target = w5_fold_target(r);
    if (l->lane_traffic[lane])
        count_traffic(l, r, lane, at, status, duration, n);
    if (counts_as_path(status))
        count_path(l, target.path, status, duration, n);
    if (l->split.at != W5_TIME_NONE && l->lane_traffic[lane] && counts_as_path(status))
        w5_shares_put(&l->shares, &l->split, at, r->zoned, target.path, status, duration, n);
    if (!l->trait[e->klass->index].upstream && !w5_fold_notable(r, status, duration))
        return;
    w5_cell draft = w5_put_begin(e, lane, at);
    w5_fold_numbers(r, &draft);
    draft.host = w5_put_name(l, r->host);
    draft.code = w5_put_name(l, e->code);
    draft.upstream = w5_put_name(l, w5_fold_last_peer(w5_record_get(r, W5_F_upstream_addr)));
    draft.method = w5_put_name(l, target.method);
    draft.path = w5_put_name(l, target.path);
    draft.server = w5_put_name(l, w5_record_get(r, W5_F_server));
    draft.statuses = w5_put_name(l, w5_record_get(r, W5_F_upstream_status));
    draft.number = (int32_t)status;
    draft.duration = duration;
    draft.failed = w5_status_failed(status) ? n : 0;
    w5_put_cell(l, r, &draft);
}
