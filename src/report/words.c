/* words.c -- texts for people: translated, filled in, redacted; still to be escaped. */
#include "common.h"

#include <stdio.h>

/* --- filling in ------------------------------------------------------------------------------ */
typedef struct pieces { /* a text that grows */
    w5_arena *arena;
    char *bytes;
    size_t len, room;
} pieces;

static void add(pieces *p, w5_str s)
{
    if (!p->bytes || p->len + s.len > p->room) {
        size_t room = 2 * (p->len + s.len) + 64;
        char *bytes = w5_arena_alloc(p->arena, room);
        if (p->bytes)
            memcpy(bytes, p->bytes, p->len);
        p->bytes = bytes;
        p->room = room;
    }
    if (s.len > 0)
        memcpy(p->bytes + p->len, s.ptr, s.len);
    p->len += s.len;
}

static w5_str whole(const pieces *p)
{
    return (w5_str){p->bytes, p->len};
}

/* "%1$s" … "%8$s" and "%%" are all that words may hold; anything else stands for itself. */
void w5_show_pieces(const char *words, const w5_str *args, size_t n, w5_piece meet, void *context)
{
    const char *from = words;
    const char *at = words;
    for (; *at; at++) {
        if (at[0] != '%')
            continue;
        meet(context, true, (w5_str){from, (size_t)(at - from)});
        if (at[1] >= '1' && at[1] <= '8' && at[2] == '$' && at[3] == 's') {
            if ((size_t)(at[1] - '1') < n)
                meet(context, false, args[at[1] - '1']);
            at += 3;
        } else {
            meet(context, true, W5_STR("%"));
            at += at[1] == '%';
        }
        from = at + 1;
    }
    meet(context, true, (w5_str){from, (size_t)(at - from)});
}

static void add_piece(void *context, bool own, w5_str text)
{
    (void)own;
    add(context, text);
}

w5_str w5_show_tell(const w5_show *show, const char *words, const w5_str *args, size_t n)
{
    pieces p = {.arena = show->arena};
    w5_show_pieces(words, args, n, add_piece, &p);
    return whole(&p);
}

w5_str w5_show_word(const w5_show *show, w5_str english)
{
    if (english.len == 0)
        return english;
    return w5_str_of(w5_words(w5_arena_str(show->arena, english).ptr));
}

w5_str w5_show_safe(const w5_show *show, w5_str foreign)
{
    return w5_redact(show->arena, foreign, show->view->redact);
}

const char *w5_show_arguments(const w5_show *show, const w5_sentence *s, w5_str arg[8])
{
    memset(arg, 0, 8 * sizeof(*arg));
    for (size_t i = 0; i < s->args; i++) {
        bool ours = s->translate >> i & 1;
        arg[i] = ours ? w5_show_word(show, s->arg[i]) : w5_show_safe(show, s->arg[i]);
    }
    return s->plural ? w5_words_n(s->words, s->plural, s->number) : w5_words(s->words);
}

w5_str w5_show_sentence(const w5_show *show, const w5_sentence *s)
{
    w5_str arg[8];
    if (!s->words)
        return W5_NONE;
    const char *words = w5_show_arguments(show, s, arg);
    w5_str text = w5_show_tell(show, words, arg, 8);
    return s->then ? w5_show_join(show, text, " ", w5_show_sentence(show, s->then)) : text;
}

w5_sentence w5_show_note(const w5_note *note)
{
    return (w5_sentence){.words = note->words,
                         .plural = note->plural,
                         .number = note->number,
                         .arg = note->arg,
                         .args = note->args,
                         .translate = note->translate};
}

w5_str w5_show_english(const w5_show *show, const w5_sentence *s)
{
    w5_str arg[8] = {
        {NULL, 0}
    };
    if (!s->words)
        return W5_NONE;
    for (size_t i = 0; i < s->args; i++)
        arg[i] = w5_show_safe(show, s->arg[i]);
    const char *words = s->plural && s->number != 1 ? s->plural : s->words;
    w5_str text = w5_show_tell(show, words, arg, 8);
    return s->then ? w5_show_join(show, text, " ", w5_show_english(show, s->then)) : text;
}

/* --- a template that was filled in English --------------------------------------------------- */
enum {
    HOLES_MAX = 8
};
typedef struct hole {
    w5_str name, value;
} hole;

/* "sudo {verb} {unit}" -> "sudo ", "verb", " {unit}"; false when no hole is left. */
static bool next_hole(w5_str template, w5_str *before, w5_str *name, w5_str *rest)
{
    w5_str inside;
    return w5_str_cut(template, '{', before, &inside) && w5_str_cut(inside, '}', name, rest);
}

/* Holds a template against what became of it: a hole's value ends where the words behind it begin.
 */
static size_t read_holes(w5_str template, w5_str filled, hole *holes)
{
    size_t n = 0;
    w5_str before, name, rest, behind, ignored, value;
    while (n < HOLES_MAX && next_hole(template, &before, &name, &rest)) {
        if (!w5_str_take(&filled, before))
            return 0;
        if (!w5_str_cut(rest, '{', &behind, &ignored))
            behind = rest;
        size_t at = filled.len;
        if (behind.len > 0 && !w5_str_find(filled, behind, &at))
            return 0;
        value = w5_str_head(filled, at);
        filled = w5_str_skip(filled, at);
        holes[n++] = (hole){name, value};
        template = rest;
    }
    return n;
}

static w5_str value_of(const hole *holes, size_t n, w5_str name)
{
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(holes[i].name, name))
            return holes[i].value;
    return W5_NONE;
}

w5_str w5_show_filled(const w5_show *show, w5_str english, w5_str filled)
{
    hole holes[HOLES_MAX];
    w5_str before, name, rest;
    w5_str words = w5_show_word(show, english);
    if (w5_str_eq(words, english))
        return w5_show_safe(show, filled);
    size_t n = read_holes(english, filled, holes);
    if (n == 0 && !w5_str_eq(english, filled))
        return w5_show_safe(show, filled);
    pieces p = {.arena = show->arena};
    while (next_hole(words, &before, &name, &rest)) {
        add(&p, before);
        add(&p, w5_show_safe(show, value_of(holes, n, name)));
        words = rest;
    }
    add(&p, words);
    return whole(&p);
}

/* Japanese sentences follow each other without a blank. */
w5_str w5_show_join(const w5_show *show, w5_str before, const char *between, w5_str after)
{
    if (before.len == 0 || after.len == 0)
        return before.len == 0 ? after : before;
    if (strcmp(between, " ") == 0 && w5_str_ends(before, W5_STR("\xe3\x80\x82")))
        between = "";
    pieces p = {.arena = show->arena};
    add(&p, before);
    add(&p, w5_str_of(between));
    add(&p, after);
    return whole(&p);
}

/* --- numbers --------------------------------------------------------------------------------- */
/* Groups of three from 10 000 on, parted by blanks as in ISO 80000-1. */
w5_str w5_show_count(const w5_show *show, uint64_t n)
{
    char digits[24];
    char text[32];
    int len = snprintf(digits, sizeof digits, "%ju", (uintmax_t)n);
    size_t to = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && n >= 10000 && (len - i) % 3 == 0)
            text[to++] = ' ';
        text[to++] = digits[i];
    }
    return w5_arena_str(show->arena, (w5_str){text, to});
}

w5_str w5_show_confidence(const w5_show *show, w5_confidence c)
{
    static const char *const words[] = {
        [W5_UNKNOWN] = N_("unknown"),
        [W5_POSSIBLE] = N_("possible"),
        [W5_LIKELY] = N_("likely"),
        [W5_PROVEN] = N_("proven"),
    };
    return w5_show_word(show, w5_str_of(words[c]));
}

w5_str w5_show_grade(const w5_show *show, const w5_remedy *r)
{
    static const struct {
        w5_str grade;
        const char *words;
    } grades[] = {
        {W5_LIT("最優先"),    N_("first of all")},
        {W5_LIT("優先"),       N_("priority")    },
        {W5_LIT("次善策"),    N_("second best") },
        {W5_LIT("環境調整"), N_("environment") },
    };
    if (r->rank.len == 0)
        return W5_TELL(show, "none");
    w5_str grade = r->grade;
    for (size_t i = 0; i < sizeof grades / sizeof *grades; i++)
        if (show->view->ascii && w5_str_eq(grade, grades[i].grade))
            grade = w5_str_of(grades[i].words);
    return w5_show_join(show, r->rank, " ", grade);
}

/* --- texts without drawn characters ----------------------------------------------------------- */
w5_str w5_show_ascii(const w5_show *show, w5_str text)
{
    static const struct {
        w5_str drawn, plain;
    } signs[] = {
        {W5_LIT("\xc3\x97"),     W5_LIT("x")  }, /* × */
        {W5_LIT("\xe2\x86\x92"), W5_LIT("->") }, /* → */
        {W5_LIT("\xe2\x80\xa6"), W5_LIT("...")}, /* … */
        {W5_LIT("\xe2\x80\xa0"), W5_LIT("x")  }, /* † */
        {W5_LIT("\xe2\x89\xa5"), W5_LIT(">=") }, /* ≥ */
        {W5_LIT("\xe2\x80\x93"), W5_LIT("-")  }, /* – */
    };
    for (size_t i = 0; show->view->ascii && i < sizeof signs / sizeof *signs; i++) {
        pieces p = {.arena = show->arena};
        w5_str head, tail = text;
        while (w5_str_cut_at(tail, signs[i].drawn, &head, &tail)) {
            add(&p, head);
            add(&p, signs[i].plain);
        }
        if (p.len > 0) {
            add(&p, tail);
            text = whole(&p);
        }
    }
    return text;
}

/* --- texts made to fit ----------------------------------------------------------------------- */
static w5_str mark_of(const w5_show *show)
{
    return show->view->ascii ? W5_STR("...") : W5_STR("\xe2\x80\xa6");
}

static size_t character(w5_str s)
{
    size_t len = 1;
    while (len < s.len && ((unsigned char)s.ptr[len] & 0xc0) == 0x80)
        len++;
    return len;
}

/* The longest end of s that takes at most `columns`. */
static w5_str fit_end(w5_str s, size_t columns)
{
    while (s.len > 0 && w5_out_width(s) > columns)
        s = w5_str_skip(s, character(s));
    return s;
}

/* Two thirds for the end: a file's name says more than its folder. */
w5_str w5_show_middle(const w5_show *show, w5_str text, size_t columns)
{
    w5_str mark = mark_of(show);
    size_t room = columns > w5_out_width(mark) ? columns - w5_out_width(mark) : 0;
    if (w5_out_width(text) <= columns)
        return text;
    w5_str head = w5_out_fit(text, room / 3);
    w5_str tail = fit_end(w5_str_skip(text, head.len), room - w5_out_width(head));
    return w5_arena_fmt(show->arena, "%.*s%.*s%.*s", W5_ARG(head), W5_ARG(mark), W5_ARG(tail));
}

w5_str w5_show_cut(const w5_show *show, w5_str text, size_t columns)
{
    w5_str mark = mark_of(show);
    size_t room = columns > w5_out_width(mark) ? columns - w5_out_width(mark) : 0;
    if (w5_out_width(text) <= columns)
        return text;
    return w5_arena_fmt(show->arena, "%.*s%.*s", W5_ARG(w5_out_fit(text, room)), W5_ARG(mark));
}
