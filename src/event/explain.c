/* explain.c -- what is this line? For a person who pasted it. */
#include <why502/event.h>

#include "read.h"

typedef struct keeping {
    w5_arena *arena;
    w5_event *best;
    bool found;
} keeping;

/* The records borrow from the stage that read them: everything a page may show is copied. */
static w5_record *copy_record(const w5_record *from, w5_arena *arena)
{
    w5_record *r = W5_NEW(arena, w5_record);
    *r = *from;
    r->stream = NULL;
    r->text = w5_arena_str(arena, from->text);
    r->message = w5_arena_str(arena, from->message);
    r->host = w5_arena_str(arena, from->host);
    for (int f = 0; f < W5_FIELDS; f++)
        if (from->have >> f & 1)
            r->field[f] = w5_arena_str(arena, from->field[f]);
    return r;
}

/* Of several records the first with a class counts, else the first. */
static void keep(void *ctx, const w5_event *event)
{
    keeping *k = ctx;
    if (k->found && (k->best->klass != NULL || event->klass == NULL))
        return;
    k->found = true;
    *k->best = *event;
    k->best->record = copy_record(event->record, k->arena);
    k->best->code = w5_arena_str(k->arena, event->code);
}

/* --- only the message was pasted: it is put into a line of each kind ------------------------- */
static const struct {
    w5_str format, head;
} heads[] = {
    {W5_LIT("nginx-error"), W5_LIT("2026/01/01 00:00:00 [error] 1#1: *1 ")                       },
    {W5_LIT("gunicorn"),    W5_LIT("[2026-01-01 00:00:00 +0000] [1] [ERROR] ")                   },
    {W5_LIT("mysql-error"), W5_LIT("2026-01-01T00:00:00.000000Z 0 [ERROR] [MY-000000] [Server] ")},
    {W5_LIT(""),            W5_LIT("2026-01-01T00:00:00+0000 host kernel: ")                     },
    {W5_LIT(""),            W5_LIT("2026-01-01T00:00:00+0000 host systemd[1]: ")                 },
};

/* The action was cut off: the likeliest first. */
static const w5_str tails[] = {
    W5_LIT(""),
    W5_LIT(" while reading response header from upstream"),
    W5_LIT(" while connecting to upstream"),
    W5_LIT(" while sending request to upstream"),
    W5_LIT(" while reading upstream"),
    W5_LIT(" while SSL handshaking to upstream"),
};

#define CONTEXT    ", client: 192.0.2.1, server: x, request: \"GET / HTTP/1.1\", host: \"x\""
#define BIT(field) ((uint64_t)1 << W5_F_##field)

/* What stands in heads and context was made up here and is not shown. */
static void forget_made_up(w5_record *r)
{
    r->have &=
        ~(BIT(level) | BIT(pid) | BIT(tid) | BIT(connection) | BIT(ident) | BIT(unit) |
          BIT(client) | BIT(server) | BIT(request) | BIT(method) | BIT(path) | BIT(http_host));
    r->host = W5_STR("");
}

static bool try_head(w5_classifier *classifier, keeping *k, size_t head, w5_str message)
{
    bool nginx = w5_str_eq(heads[head].format, W5_STR("nginx-error"));
    for (size_t i = 0; i < (nginx ? sizeof(tails) / sizeof(tails[0]) : 1); i++) {
        w5_str line = w5_arena_fmt(k->arena, "%.*s%.*s%.*s%s", W5_ARG(heads[head].head),
                                   W5_ARG(message), W5_ARG(tails[i]), nginx ? CONTEXT : "");
        k->found = false;
        w5_read_text(classifier, line, heads[head].format, keep, k);
        if (k->found && k->best->klass != NULL) {
            forget_made_up(k->best->record);
            if (i > 0)
                k->best->record->have &= ~BIT(phase);
            return true;
        }
    }
    return false;
}

static w5_str without_dots(w5_str message)
{
    static const w5_str dots[] = {W5_LIT("\xe2\x80\xa6"), W5_LIT("...")};
    for (size_t i = 0; i < 2; i++)
        if (w5_str_ends(message, dots[i]))
            message = w5_str_head(message, message.len - dots[i].len);
    return w5_str_trim(message);
}

static bool try_heads(w5_classifier *classifier, keeping *k, w5_str message)
{
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (try_head(classifier, k, i, message))
            return true;
    return false;
}

/* --- a line out of an article: its stamp is gone, words of the author stand around it ---------- */
static bool is_number(char c)
{
    return (c >= '0' && c <= '9') || c == '#';
}

/* "[error] 3896#0: *1 text": the text. */
static w5_str without_head(w5_str line)
{
    w5_str head, rest = line;
    if (!w5_str_starts(line, W5_STR("[")) || !w5_str_cut_at(line, W5_STR("] "), &head, &rest))
        return line;
    while (rest.len > 0 && is_number(rest.ptr[0]))
        rest = w5_str_skip(rest, 1);
    if (!w5_str_take(&rest, W5_STR(": ")))
        return line;
    if (w5_str_take(&rest, W5_STR("*")))
        w5_str_cut(rest, ' ', &head, &rest);
    return rest;
}

/* Up to the end of nginx's action, and no further. */
static bool cut_behind_action(w5_str text, w5_str *message)
{
    size_t best = SIZE_MAX, at;
    for (size_t i = 1; i < sizeof(tails) / sizeof(tails[0]); i++)
        if (w5_str_find(text, tails[i], &at) && at + tails[i].len < best)
            best = at + tails[i].len;
    if (best == SIZE_MAX)
        return false;
    *message = w5_str_head(text, best);
    return true;
}

/* The message may begin at any word; it says what failed where, so only nginx's are looked for. */
static bool try_words(w5_classifier *classifier, keeping *k, w5_str text)
{
    enum {
        WORDS = 64
    };
    w5_str message;
    if (!cut_behind_action(text, &message))
        return false;
    for (size_t i = 0, words = 0; i < message.len && words < WORDS; i++) {
        if (i > 0 && message.ptr[i - 1] != ' ')
            continue;
        words++;
        if (try_head(classifier, k, 0, w5_str_skip(message, i)) &&
            k->best->klass->family == W5_UPSTREAM)
            return true;
    }
    return false;
}

static bool try_text(w5_classifier *classifier, keeping *k, w5_str line)
{
    w5_str text = without_dots(line);
    w5_str bare = without_head(text);
    if (try_heads(classifier, k, text))
        return true;
    return (bare.len < text.len && try_heads(classifier, k, bare)) || try_words(classifier, k, text);
}

w5_rc w5_event_explain_line(const w5_catalogue *c, w5_str line, w5_arena *arena, w5_event *event)
{
    w5_event whole, part;
    keeping as_line = {.arena = arena, .best = &whole},
            as_message = {.arena = arena, .best = &part};
    w5_classifier *classifier = w5_classifier_new(c);
    w5_read_text(classifier, line, W5_STR(""), keep, &as_line);
    bool told = as_line.found && (whole.klass != NULL || whole.pattern != NULL);
    bool guessed = !told && try_text(classifier, &as_message, line);
    w5_classifier_free(classifier);
    if (!as_line.found && !guessed)
        return W5_MISS;
    *event = guessed ? part : whole;
    return W5_OK;
}
