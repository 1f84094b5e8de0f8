/* peers.c -- which upstreams are one: peers of an upstream block, and the block's own name.
 *
 * The configuration says so, or a request that tried both (the ledger saw it), or two lines of one
 * connection and path. A `no live upstreams` line names the block and no peer: when nothing else
 * ties it to one it goes with the last error before it, for it only tells what follows from that.
 */
#include "timeline.h"

#include "hash.h"

#include <stdlib.h>

typedef struct joining {
    const w5_timeline *t;
    w5_id *root;
    size_t n;
} joining;

static w5_id find(joining *j, w5_id id)
{
    while (j->root[id] != id)
        id = j->root[id] = j->root[j->root[id]];
    return id;
}

/* The smaller name stands for both, whatever order they come in. */
static void join(joining *j, w5_id a, w5_id b)
{
    if (a <= W5_INTERN_FULL || b <= W5_INTERN_FULL)
        return;
    a = find(j, a);
    b = find(j, b);
    if (a == b)
        return;
    bool a_first = w5_str_cmp(w5_intern_str(j->t->intern, a), w5_intern_str(j->t->intern, b)) < 0;
    if (a_first)
        j->root[b] = a;
    else
        j->root[a] = b;
}

/* --- configuration --------------------------------------------------------------------------- */
static w5_id id_of(const joining *j, w5_str name)
{
    return w5_intern_find(j->t->intern, name);
}

/* "localhost:8000" is two peers (facts: nginx §3.4). */
static void join_name(joining *j, w5_id block, w5_str server)
{
    static const w5_str homes[] = {W5_LIT("127.0.0.1:"), W5_LIT("[::1]:")};
    char text[64];
    join(j, block, id_of(j, server));
    if (!w5_str_take(&server, W5_STR("localhost:")) || server.len > 8)
        return;
    for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++) {
        memcpy(text, homes[i].ptr, homes[i].len);
        memcpy(text + homes[i].len, server.ptr, server.len);
        join(j, block, id_of(j, (w5_str){text, homes[i].len + server.len}));
    }
}

/* A block is often not named in any line: then its first server that is stands for it. */
static void join_block(joining *j, const w5_upstream_block *block)
{
    w5_id first = id_of(j, block->name);
    for (size_t i = 0; i < block->servers; i++) {
        w5_str server = block->server[i];
        w5_str rest;
        w5_str_cut(server, ' ', &server, &rest);
        if (first == 0)
            first = id_of(j, server);
        join_name(j, first, server);
    }
}

static void join_config(joining *j)
{
    const w5_upstream_block *block;
    size_t n = j->t->config ? w5_config_upstreams(j->t->config, &block) : 0;
    for (size_t i = 0; i < n; i++)
        join_block(j, &block[i]);
}

/* --- lines of one connection and path -------------------------------------------------------- */
typedef struct seen {
    uint32_t cell; /* index + 1 */
} seen;

static bool same_request(const w5_cell *a, const w5_cell *b)
{
    return a->lane == b->lane && a->pid == b->pid && a->connection == b->connection &&
           a->path == b->path && a->method == b->method && a->host == b->host;
}

/* Collisions only lose a hint: a direct-mapped table is enough. */
static void join_connections(joining *j)
{
    enum {
        SLOTS = 4096
    };
    seen *table = w5_xrealloc(NULL, SLOTS, sizeof(*table));
    memset(table, 0, SLOTS * sizeof(*table));
    for (size_t i = 0; i < j->t->cells; i++) {
        const w5_cell *cell = &j->t->cell[i];
        const w5_trait *trait = w5_timeline_trait(j->t, cell);
        if (!trait->upstream || trait->access || cell->connection == 0 ||
            cell->path <= W5_INTERN_FULL)
            continue;
        const uint32_t words[] = {cell->lane, cell->pid, cell->connection, cell->path};
        seen *slot = &table[w5_hash_words(0, words, 4) % SLOTS];
        if (slot->cell != 0 && same_request(&j->t->cell[slot->cell - 1], cell))
            join(j, j->t->cell[slot->cell - 1].upstream, cell->upstream);
        slot->cell = (uint32_t)i + 1;
    }
    free(table);
}

/* --- no live upstreams ----------------------------------------------------------------------- */
static bool alone(joining *j, w5_id upstream)
{
    if (find(j, upstream) != upstream)
        return false;
    for (size_t i = 0; i < j->t->inside->peers; i++)
        if (j->t->inside->peer[i].a == upstream || j->t->inside->peer[i].b == upstream)
            return false;
    return true;
}

/* The nearest error before the line, of the same site if there is one. */
static w5_id before(const joining *j, size_t i)
{
    const w5_cell *cell = &j->t->cell[i];
    w5_id any = 0;
    while (i-- > 0 && cell->at - j->t->cell[i].until <= j->t->gap) {
        const w5_cell *other = &j->t->cell[i];
        const w5_trait *trait = w5_timeline_trait(j->t, other);
        if (!trait->error || trait->nolive || other->lane != cell->lane)
            continue;
        if (other->server == cell->server)
            return other->upstream;
        any = any == 0 ? other->upstream : any;
    }
    return any;
}

static void join_blocks_left(joining *j)
{
    for (size_t i = 0; i < j->t->cells; i++) {
        const w5_cell *cell = &j->t->cell[i];
        if (w5_timeline_trait(j->t, cell)->nolive && cell->upstream > W5_INTERN_FULL &&
            alone(j, cell->upstream))
            join(j, cell->upstream, before(j, i));
    }
}

const w5_id *w5_peers_roots(const w5_timeline *t, w5_arena *arena)
{
    joining j = {.t = t, .n = w5_intern_count(t->intern)};
    j.root = W5_NEW_N(arena, w5_id, j.n);
    for (size_t i = 0; i < j.n; i++)
        j.root[i] = (w5_id)i;
    join_config(&j);
    for (size_t i = 0; i < t->inside->peers; i++)
        join(&j, t->inside->peer[i].a, t->inside->peer[i].b);
    join_connections(&j);
    join_blocks_left(&j);
    for (size_t i = 0; i < j.n; i++)
        j.root[i] = find(&j, (w5_id)i);
    return j.root;
}
