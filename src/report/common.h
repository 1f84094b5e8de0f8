/* common.h -- what the reports share: words, foreign text, times, names of lines, JSON members.
 *
 * A w5_show is one report being written: the run, the view, and an arena for the texts made on the
 * way. Texts made here are raw (redacted, translated, not yet escaped): they leave through
 * w5_out_text with the escape of the sink. */
#ifndef W5_REPORT_COMMON_H
#define W5_REPORT_COMMON_H

#include <why502/base/words.h>
#include <why502/report.h>

typedef struct w5_show {
    const w5_run *run;
    const w5_view *view;
    w5_arena *arena;
    const w5_zone *zone; /* in which people are told times */
} w5_show;

w5_show w5_show_begin(const w5_run *run, const w5_view *view);
void w5_show_end(w5_show *show);

/* --- words --- */
/* Marks English words for the translators; they are looked up when they are written. */
#define N_(english) english
/* W5_TELL(show, words, …): the translation of whole English words with %1$s … filled in. The
 * arguments are our own, or safe already (w5_show_safe). */
#define W5_TELL(show, ...) W5_TELL_(show, __VA_ARGS__, W5_NONE)
#define W5_TELL_(show, words, ...)                                                                 \
    w5_show_tell((show), W5_(words), (const w5_str[]){__VA_ARGS__},                                \
                 sizeof((w5_str[]){__VA_ARGS__}) / sizeof(w5_str) - 1)
/* The same with a plural. */
#define W5_TELL_N(show, number, one, many, ...)                                                    \
    w5_show_tell((show), W5_N(one, many, (unsigned long)(number)), (const w5_str[]){__VA_ARGS__},  \
                 sizeof((w5_str[]){__VA_ARGS__}) / sizeof(w5_str))
w5_str w5_show_tell(const w5_show *show, const char *words, const w5_str *args, size_t n);
/* Words cut at their arguments, piece by piece; `own`: not an argument. */
typedef void (*w5_piece)(void *context, bool own, w5_str text);
void w5_show_pieces(const char *words, const w5_str *args, size_t n, w5_piece meet, void *context);
/* The translation of words that do not stand in the code (titles of the catalogue). */
w5_str w5_show_word(const w5_show *show, w5_str english);
/* Foreign text, redacted. */
w5_str w5_show_safe(const w5_show *show, w5_str foreign);
/* A sentence of the diagnosis, translated, its arguments redacted; "" when it has no words. */
w5_str w5_show_sentence(const w5_show *show, const w5_sentence *s);
/* Its translated words, and its arguments made safe. `s` has words. */
const char *w5_show_arguments(const w5_show *show, const w5_sentence *s, w5_str arg[8]);
/* A note on a log's clock, to be told as a sentence is. */
w5_sentence w5_show_note(const w5_note *note);
/* The whole in English, for machines. */
w5_str w5_show_english(const w5_show *show, const w5_sentence *s);
/* A catalogue's text whose {placeholders} were filled in English: translated, filled the same way.
 */
w5_str w5_show_filled(const w5_show *show, w5_str english, w5_str filled);
w5_str w5_show_join(const w5_show *show, w5_str before, const char *between, w5_str after);

/* --- numbers and times --- */
w5_str w5_show_count(const w5_show *show, uint64_t n);  /* "106", "88 412" */
w5_str w5_show_seconds(const w5_show *show, w5_time t); /* "30 s", "3.36 s", "16 ms" */
w5_str w5_show_span(const w5_show *show, w5_time t);    /* "3m24s" */
w5_str w5_show_clock(const w5_show *show, w5_time at);  /* "02:05:46" */
w5_str w5_show_date(const w5_show *show, w5_time at);   /* "2026-11-21" */
w5_str w5_show_moment(const w5_show *show, w5_time at); /* "2026-11-21 02:05:46" */
w5_str w5_show_offset(const w5_show *show, w5_time at); /* "+09:00" */
/* "02:05:46 - 02:05:58"; with dates where the two are not of one day. */
w5_str w5_show_between(const w5_show *show, w5_time from, w5_time to);
w5_str w5_show_stream_zone(const w5_show *show, const w5_stream *s); /* "+09:00" */

/* --- names --- */
const w5_class *w5_show_class(const w5_run *run, const w5_cell *cell); /* NULL: other */
w5_str w5_show_source(const w5_run *run, const w5_cell *cell);
/* The last part of its name, or more where two sources share that. */
w5_str w5_show_short_source(const w5_show *show, uint32_t stream);
w5_str w5_show_place(const w5_show *show, const w5_cell *cell); /* "error.log:12" */
/* " (gunicorn.log:2,9; error.log:2)", "" when the sentence cites nothing. */
w5_str w5_show_cites(const w5_show *show, const w5_diagnosis *d, const w5_sentence *s);
/* What a line says, without the stamp that stands before it. */
w5_str w5_show_line(const w5_show *show, const w5_cell *cell);
w5_str w5_show_cause(const w5_finding *f); /* id */
w5_str w5_show_counted(const w5_show *show, const w5_incident *in); /* "12 x CK-111", "3 x 502" */
w5_str w5_show_verdict(const w5_show *show, const w5_finding *f); /* "app-down, proven" */
w5_str w5_show_confidence(const w5_show *show, w5_confidence c);
w5_str w5_show_pattern(const w5_diagnosis *d); /* or the commonest class */
/* With --ascii our own signs (×, →) in letters; else the text as it is. */
w5_str w5_show_ascii(const w5_show *show, w5_str text);
/* Cut in the middle, with a mark, to at most so many columns. */
w5_str w5_show_middle(const w5_show *show, w5_str text, size_t columns);
/* Cut at the end. */
w5_str w5_show_cut(const w5_show *show, w5_str text, size_t columns);
/* One line of at most `columns` that tells an incident: for -q, subjects, live lines. */
w5_str w5_show_brief(const w5_show *show, size_t number, const w5_diagnosis *d);
w5_str w5_show_grade(const w5_show *show, const w5_remedy *r); /* "2 優先", "none" */
/* "--timeout 3 -> 300  gunicorn.service:9", the change `i` of a remedy; its words are translated,
 * values are left as they are. */
w5_str w5_show_change(const w5_show *show, const w5_remedy *r, const w5_change *c, size_t i);

/* Foreign text, redacted, then escaped for the sink. */
void w5_show_foreign(w5_out *out, w5_escape how, w5_str text, const w5_view *view);

/* --- JSON: each writes `"key":value`, preceded by a comma unless *first --- */
void w5_member_key(w5_out *out, bool *first, const char *key);
void w5_member_str(w5_out *out, bool *first, const char *key, w5_str value, const w5_view *view);
void w5_member_own(w5_out *out, bool *first, const char *key, w5_str value); /* not redacted */
void w5_member_num(w5_out *out, bool *first, const char *key, uint64_t value);
void w5_member_time(w5_out *out, bool *first, const char *key, w5_time at, unsigned digits);
/* "precision_s" of a stamp with so many digits of fraction. */
void w5_member_precision(w5_out *out, bool *first, unsigned digits);
void w5_member_bool(w5_out *out, bool *first, const char *key, bool value);
void w5_member_null(w5_out *out, bool *first, const char *key);
void w5_member_sentence(w5_out *out, bool *first, const char *key, const w5_sentence *s,
                        const w5_view *view);
void w5_member_tallies(w5_out *out, bool *first, const char *key, w5_tallies t,
                       const w5_view *view);

/* One incident as an object (spec §6.2); `brief`: id, times, upstream, classes, cause. */
void w5_json_incident(w5_out *out, const w5_diagnosis *d, const w5_run *run, const w5_view *view,
                      const char *change, bool brief);
/* The whole run as one object without a line end. */
void w5_json_run(w5_out *out, const w5_run *run, const w5_view *view);

#endif
