/* ledger.h -- the inside of a ledger, for those in this folder that read it. */
#ifndef W5_INCIDENT_LEDGER_H
#define W5_INCIDENT_LEDGER_H

#include "cells.h"
#include "clocks.h"
#include "names.h"
#include "once.h"
#include "shares.h"
#include "traffic.h"

#define W5_CODES_MAX 256
#define W5_HOT_WORDS 8

typedef struct w5_code_counts {
    w5_arena *arena; /* of the names: they outlive moves of the string table */
    w5_str name[W5_CODES_MAX];
    uint64_t count[W5_CODES_MAX];
    size_t n, last;
} w5_code_counts;

/* The names in a line about an upstream, and its code: the next one mostly has the same. */
typedef struct w5_hot_names {
    uint64_t hash; /* of what the ids stand for, as the line writes it; 0: free */
    w5_id upstream, method, path, server, host;
    uint8_t place; /* half of w5_ledger_place */
} w5_hot_names;
#define W5_HOT_NAMES 1024

typedef struct w5_hot_code {
    char text[15];
    uint8_t len;
    uint16_t klass; /* index; 0: free */
    uint16_t count; /* place in the code counts */
    w5_id id;
    uint8_t place; /* the other half */
} w5_hot_code;
#define W5_HOT_CODES 32

/* A row that lines were counted in lately: what comes next is mostly like them. */
typedef struct w5_hot_row {
    uint32_t key[W5_HOT_WORDS];
    w5_time from, to; /* stamps that belong into the row; both 0: free */
    uint64_t moved;   /* of its table, when it was there */
    size_t row;
} w5_hot_row;
#define W5_HOT_CELLS    256
#define W5_HOT_REQUESTS 512
#define W5_HOT_MIXES    64

/* A cell of look-alikes, which have no names. */
typedef struct w5_hot_noise {
    const w5_class *klass; /* NULL: free */
    int32_t number;
    uint16_t lane;
    w5_time from, to; /* stamps that belong into the cell */
    size_t cell;
    uint64_t moved;
} w5_hot_noise;
#define W5_HOT_NOISES 32

/* The last row of traffic. */
typedef struct w5_hot_access {
    bool valid;
    uint16_t lane, status;
    w5_id host;
    w5_time second;
    w5_str upstream;
    size_t traffic;
    uint64_t moved;
} w5_hot_access;

/* The row of a path that was asked for lately. */
typedef struct w5_hot_path {
    uint64_t hash; /* 0: free */
    uint64_t moved;
    size_t row;
} w5_hot_path;
#define W5_HOT_PATHS 512

struct w5_ledger {
    const w5_catalogue *catalogue;
    w5_trait *trait;
    size_t traits;
    uint64_t *by_class;
    uint64_t upstream_errors, forged;
    uint64_t told_coarse; /* rows of other ledgers that had lost detail there */
    uint64_t seed;
    w5_names names;
    w5_cells *cells;
    w5_rows traffic, paths, requests, mixes, shares;
    w5_split split;
    w5_once once, ids;
    w5_clocks clocks; /* of the lines that `once` is asked about */
    struct w5_watched {
        w5_time at;   /* of the last of them, if it names no host */
        uint16_t lane;
    } watched;
    w5_code_counts codes;
    w5_lane *lane;
    bool *lane_traffic; /* by lane: is it nginx's own access log? */
    w5_time *lane_now;  /* by lane: the last stamp, for records without one */
    size_t lanes, lanes_room, last_lane;
    w5_hot_names hot_names[W5_HOT_NAMES];
    w5_hot_code hot_code[W5_HOT_CODES];
    w5_hot_row hot_cell[W5_HOT_CELLS], hot_request[W5_HOT_REQUESTS], hot_mix[W5_HOT_MIXES];
    w5_hot_noise noise[W5_HOT_NOISES];
    w5_hot_access access;
    w5_hot_path hot_path[W5_HOT_PATHS];
};

/* Many logs have many cells, though few each: beyond so many lanes every one brings some more. */
#define W5_FLEET_LANES 64
#define W5_FLEET_STEP  16
#define W5_FLEET_CELLS 49152
#define W5_LANES_MAX 4096 /* streams beyond share the last lane's place */

void w5_ledger_cool(w5_ledger *l); /* forgets which rows and names were used lately */
void w5_ledger_move_names(w5_ledger *l); /* strings nobody uses any more go */
void w5_ledger_rest(w5_ledger *l);       /* settled, and no larger than need be */
/* What tells the two lines of one exit from another exit. */
uint64_t w5_ledger_exit_key(const w5_ledger *l, uint32_t stream, uint16_t klass, uint32_t subject,
                            w5_str host);
/* Which cell counted a request, as the set of requests remembers it. */
uint16_t w5_ledger_place(const w5_ledger *l, const w5_cell *cell);
/* Its two halves: of class and code, of the request; all ids. */
uint8_t w5_ledger_class_place(const w5_ledger *l, uint16_t klass, w5_id code);
uint8_t w5_ledger_request_place(const w5_ledger *l, w5_id path, w5_id method, w5_id server);
/* The code's place in the counts. */
size_t w5_ledger_count_code(w5_ledger *l, w5_str name, uint64_t n);
/* The record's lane, which from now on covers its time; *at is the record's time, or, when it
 * carries none, that of the line before it. */
uint16_t w5_ledger_see(w5_ledger *l, w5_record *r, w5_time *at);
/* Index of the lane, made when it is new. */
uint16_t w5_ledger_lane(w5_ledger *l, uint32_t stream, const w5_format *format);
void w5_ledger_workers(w5_lane *lane, w5_str worker_class); /* as a line of it tells */

#endif
