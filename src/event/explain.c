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

static bool try_heads(w5_classifier *classifier, keeping *k, w5_str line)
{
    w5_str message = without_dots(line);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (try_head(classifier, k, i, message))
            return true;
    return false;
}

w5_rc w5_event_explain_line(const w5_catalogue *c, w5_str line, w5_arena *arena, w5_event *event)
{
    w5_event whole, part;
    keeping as_line = {.arena = arena, .best = &whole},
            as_message = {.arena = arena, .best = &part};
    w5_classifier *classifier = w5_classifier_new(c);
    w5_read_text(classifier, line, W5_STR(""), keep, &as_line);
    bool told = as_line.found && (whole.klass != NULL || whole.pattern != NULL);
    bool guessed = !told && try_heads(classifier, &as_message, line);
    w5_classifier_free(classifier);
    if (!as_line.found && !guessed)
        return W5_MISS;
    *event = guessed ? part : whole;
    return W5_OK;
}
