/* same.c -- the same record in two sources: gunicorn's file and the journal, two error_logs.
 *
 * Its program, pid, stamp and message are equal (spec §3.3); what a cell keeps of the message is
 * its class, code, request, subject and the like. A record that names no process (a kernel line)
 * must be about the same one, or have the same text. Cells of one lane are never the same record:
 * the ledger would have made them one. */
#include "timeline.h"

#include "hash.h"

#include <stdlib.h>

enum {
    WORDS = 17
};

typedef struct sameness {
    w5_cell *cell;
    const w5_ledger *l;
    const w5_stream *const *stream;
    uint32_t *slot; /* 0 = free, else index + 1 */
    size_t slots;
} sameness;

static bool can_tell(const w5_cell *cell)
{
    return cell->pid != 0 || cell->subject != 0 || cell->text != 0;
}

static void key_of(const sameness *s, const w5_cell *cell, uint32_t key[WORDS])
{
    bool process = cell->pid != 0 || cell->subject != 0;
    bool once = w5_cells_trait(s->l->cells, cell)->once;
    uint64_t second = (uint64_t)w5_span_start(cell->at, W5_SECOND);
    uint32_t words[WORDS] = {
        (uint32_t)second,
        (uint32_t)(second >> 32),
        cell->klass,
        cell->code,
        cell->upstream,
        cell->method,
        cell->path,
        cell->server,
        cell->subject,
        once ? 0 : cell->pid,
        once ? 0 : cell->connection,
        once ? 0 : (uint32_t)cell->number,
        once ? 0 : cell->what,
        cell->address,
        (uint32_t)cell->duration,
        cell->statuses,
        process ? 0 : cell->text,
    };
    memcpy(key, words, sizeof(words));
}

static w5_str host_of(const sameness *s, const w5_cell *cell)
{
    return cell->host != 0 ? w5_intern_str(s->l->names.table, cell->host)
                           : s->stream[cell->stream]->host;
}

static bool is_same(const sameness *s, const w5_cell *a, const w5_cell *b,
                    const uint32_t key[WORDS])
{
    uint32_t its[WORDS];
    if (a->lane == b->lane || a->klass != b->klass)
        return false;
    key_of(s, a, its);
    w5_str one = host_of(s, a), other = host_of(s, b);
    return memcmp(its, key, sizeof(its)) == 0 &&
           (one.len == 0 || other.len == 0 || w5_str_eq(one, other));
}

static uint32_t *find(const sameness *s, const w5_cell *cell)
{
    uint32_t key[WORDS];
    key_of(s, cell, key);
    for (size_t i = w5_hash_words(s->l->seed, key, WORDS) & (s->slots - 1);;
         i = (i + 1) & (s->slots - 1))
        if (s->slot[i] == 0 || is_same(s, &s->cell[s->slot[i] - 1], cell, key))
            return &s->slot[i];
}

static void complete(w5_id *id, w5_id other)
{
    if (*id == 0)
        *id = other;
}

/* One log may hold what the other lost: the larger count is the right one. */
static void unite(w5_cell *kept, const w5_cell *twin)
{
    kept->count = twin->count > kept->count ? twin->count : kept->count;
    kept->failed = twin->failed > kept->failed ? twin->failed : kept->failed;
    kept->until = twin->until > kept->until ? twin->until : kept->until;
    kept->number = kept->number < 0 ? twin->number : kept->number;
    complete(&kept->unit, twin->unit);
    complete(&kept->ident, twin->ident);
    complete(&kept->host, twin->host);
    complete(&kept->client, twin->client);
    complete(&kept->where, twin->where);
}

size_t w5_same_records(w5_cell *cell, size_t n, const w5_ledger *l, const w5_stream *const *stream)
{
    sameness s = {.cell = cell, .l = l, .stream = stream, .slots = 64};
    size_t left = 0;
    if (l->lanes < 2)
        return n;
    while (s.slots < n * 2)
        s.slots *= 2;
    s.slot = w5_xrealloc(NULL, s.slots, sizeof(*s.slot));
    memset(s.slot, 0, s.slots * sizeof(*s.slot));
    for (size_t i = 0; i < n; i++) {
        uint32_t *slot = can_tell(&cell[i]) ? find(&s, &cell[i]) : NULL;
        if (slot && *slot != 0) {
            unite(&cell[*slot - 1], &cell[i]);
            continue;
        }
        if (left != i)
            cell[left] = cell[i];
        left++;
        if (slot)
            *slot = (uint32_t)left;
    }
    free(s.slot);
    return left;
}
