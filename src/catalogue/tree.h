/* tree.h -- a prefix tree: which of many literals does a text begin with?
 *
 * Edges hold as many bytes as their literals share, so a look-up meets a handful of nodes whatever
 * the number of literals. Built once, lives in an arena. */
#ifndef W5_CATALOGUE_TREE_H
#define W5_CATALOGUE_TREE_H

#include <why502/base/arena.h>
#include <why502/base/str.h>

typedef struct w5_leaf {
    w5_str literal;
    uint16_t bit; /* what it stands for */
    bool whole;   /* the literal must be the whole text */
} w5_leaf;

typedef struct w5_tree_node {
    const char *edge;
    uint16_t edge_len;
    uint16_t leaf, leaves; /* literals that end here */
    uint16_t child, children;
    uint16_t parent;
} w5_tree_node;

typedef struct w5_tree {
    const w5_leaf *leaf; /* sorted by literal */
    w5_tree_node *node;  /* node[0] is the root */
    size_t nodes;
    uint16_t root[256]; /* first byte -> child of the root, 0 none */
} w5_tree;

/* Sorts leaves in place; at most 65535, each literal at most 8 KiB. */
void w5_tree_build(w5_tree *tree, w5_leaf *leaves, size_t n, w5_arena *arena);
/* How far down the tree a text leads: texts of one way begin with the same literals. */
typedef struct w5_tree_way {
    uint16_t node; /* the last one whose edges all stand in the text */
    bool whole;    /* and the text ends there */
} w5_tree_way;
w5_tree_way w5_tree_find(const w5_tree *tree, w5_str text);
/* So many bytes of a text decide its way: texts that begin with the same ones go it too, if they are
 * longer than these. SIZE_MAX: where it ends decides. */
size_t w5_tree_sight(const w5_tree *tree, w5_tree_way way, w5_str text);
/* Sets the bit of every literal that texts of this way begin with. */
void w5_tree_leaves(const w5_tree *tree, w5_tree_way way, uint64_t *bits);

static inline void w5_bit_set(uint64_t *bits, uint16_t bit)
{
    bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

#endif
