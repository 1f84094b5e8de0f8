#include "tree.h"

#include <stdlib.h>

static int by_literal(const void *a, const void *b)
{
    const w5_leaf *x = a, *y = b;
    int order = w5_str_cmp(x->literal, y->literal);
    return order != 0 ? order : (x->bit > y->bit) - (x->bit < y->bit);
}

static size_t shared(w5_str a, w5_str b)
{
    size_t i = 0, most = a.len < b.len ? a.len : b.len;
    while (i < most && a.ptr[i] == b.ptr[i])
        i++;
    return i;
}

typedef struct span {
    size_t from, to, depth; /* leaves [from, to) share `depth` bytes */
} span;

/* The leaves from `at` on that have the same byte behind `depth`. */
static span next_group(const w5_tree *tree, const span *all, size_t at)
{
    span group = {at, at + 1, 0};
    char byte = tree->leaf[at].literal.ptr[all->depth];
    while (group.to < all->to && tree->leaf[group.to].literal.ptr[all->depth] == byte)
        group.to++;
    /* sorted: what the first and the last share, all between them share */
    group.depth = shared(tree->leaf[at].literal, tree->leaf[group.to - 1].literal);
    return group;
}

static void build_node(w5_tree *tree, size_t self, span all)
{
    w5_tree_node *node = &tree->node[self];
    size_t at = all.from;
    node->leaf = (uint16_t)at;
    while (at < all.to && tree->leaf[at].literal.len == all.depth)
        at++;
    node->leaves = (uint16_t)(at - all.from);
    node->child = (uint16_t)tree->nodes;
    for (size_t i = at; i < all.to; i = next_group(tree, &all, i).to)
        node->children++;
    tree->nodes += node->children;
    for (size_t child = node->child; at < all.to; child++) {
        span group = next_group(tree, &all, at);
        tree->node[child].edge = tree->leaf[at].literal.ptr + all.depth;
        tree->node[child].edge_len = (uint16_t)(group.depth - all.depth);
        tree->node[child].parent = (uint16_t)self;
        build_node(tree, child, group);
        at = group.to;
    }
}

void w5_tree_build(w5_tree *tree, w5_leaf *leaves, size_t n, w5_arena *arena)
{
    if (n > 0)
        qsort(leaves, n, sizeof(*leaves), by_literal);
    *tree = (w5_tree){.leaf = leaves, .node = W5_NEW_N(arena, w5_tree_node, 2 * n + 1), .nodes = 1};
    build_node(tree, 0, (span){0, n, 0});
    for (size_t i = 0; i < tree->node[0].children; i++) {
        size_t child = tree->node[0].child + i;
        tree->root[(unsigned char)tree->node[child].edge[0]] = (uint16_t)child;
    }
}

static void take_leaves(const w5_tree *tree, const w5_tree_node *node, bool whole, uint64_t *bits)
{
    const w5_leaf *leaf = &tree->leaf[node->leaf];
    for (size_t i = 0; i < node->leaves; i++)
        if (whole || !leaf[i].whole)
            w5_bit_set(bits, leaf[i].bit);
}

static const w5_tree_node *find_child(const w5_tree *tree, const w5_tree_node *node, char byte)
{
    const w5_tree_node *child = &tree->node[node->child];
    for (size_t i = 0; i < node->children; i++)
        if (child[i].edge[0] == byte)
            return &child[i];
    return NULL;
}

w5_tree_way w5_tree_find(const w5_tree *tree, w5_str text)
{
    w5_tree_way way = {0, text.len == 0};
    if (text.len == 0)
        return way;
    uint16_t first = tree->root[(unsigned char)text.ptr[0]];
    const w5_tree_node *node = first == 0 ? NULL : &tree->node[first];
    while (node != NULL && node->edge_len <= text.len &&
           memcmp(node->edge, text.ptr, node->edge_len) == 0) {
        text = w5_str_skip(text, node->edge_len);
        way.node = (uint16_t)(node - tree->node);
        way.whole = text.len == 0;
        node = way.whole ? NULL : find_child(tree, node, text.ptr[0]);
    }
    return way;
}

size_t w5_tree_sight(const w5_tree *tree, w5_tree_way way, w5_str text)
{
    size_t depth = 0;
    for (uint16_t n = way.node; n != 0; n = tree->node[n].parent)
        depth += tree->node[n].edge_len;
    if (way.whole || depth >= text.len)
        return SIZE_MAX;
    const w5_tree_node *next = way.node == 0 ? NULL
                                             : find_child(tree, &tree->node[way.node], text.ptr[depth]);
    uint16_t first = way.node == 0 ? tree->root[(unsigned char)text.ptr[0]] : 0;
    if (first != 0)
        next = &tree->node[first];
    size_t sight = depth + (tree->node[way.node].children > 0);
    if (next) /* up to the byte by which the text left the tree */
        sight = depth + 1 + shared((w5_str){next->edge, next->edge_len}, w5_str_skip(text, depth));
    return sight < text.len ? sight : SIZE_MAX;
}

void w5_tree_leaves(const w5_tree *tree, w5_tree_way way, uint64_t *bits)
{
    take_leaves(tree, &tree->node[way.node], way.whole, bits);
    for (uint16_t n = way.node; n != 0;) {
        n = tree->node[n].parent;
        take_leaves(tree, &tree->node[n], false, bits);
    }
}
