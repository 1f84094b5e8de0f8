/* names.c -- how lines, sources, settings and incidents are called. */
#include "facts.h"

const w5_class *w5_show_class(const w5_run *run, const w5_cell *cell)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(run->catalogue, &all);
    return cell->klass > 0 && cell->klass <= n ? all[cell->klass - 1] : NULL;
}

w5_str w5_show_source(const w5_run *run, const w5_cell *cell)
{
    return cell->stream < run->streams ? run->stream[cell->stream]->name : W5_NONE;
}

static w5_str last_part(w5_str path)
{
    size_t slash;
    return w5_str_rfind_char(path, '/', &slash) ? w5_str_skip(path, slash + 1) : path;
}

static bool shared(const w5_run *run, uint32_t stream, w5_str part)
{
    for (size_t i = 0; i < run->streams; i++)
        if (i != stream && w5_str_eq(last_part(run->stream[i]->name), part))
            return true;
    return false;
}

/* Machines of a fleet have their logs at the same place. */
static bool on_several(const w5_run *run, uint32_t stream)
{
    const w5_stream *own = run->stream[stream];
    for (size_t i = 0; i < run->streams; i++)
        if (w5_str_eq(run->stream[i]->name, own->name) &&
            !w5_str_eq(run->stream[i]->host, own->host))
            return true;
    return false;
}

w5_str w5_show_short_source(const w5_show *show, uint32_t stream)
{
    if (stream >= show->run->streams)
        return W5_NONE;
    w5_str name = show->run->stream[stream]->name;
    w5_str part = last_part(name), host = show->run->stream[stream]->host;
    if (host.len > 0 && on_several(show->run, stream))
        return w5_show_safe(
            show, w5_arena_fmt(show->arena, "%.*s/%.*s", W5_ARG(host), W5_ARG(part)));
    return w5_show_safe(show, part.len == 0 || shared(show->run, stream, part) ? name : part);
}

w5_str w5_show_place(const w5_show *show, const w5_cell *cell)
{
    return w5_arena_fmt(show->arena, "%.*s:%ju", W5_ARG(w5_show_short_source(show, cell->stream)),
                        (uintmax_t)cell->line);
}

/* Lines of one source stand together: "gunicorn.log:2,9; error.log:2". */
w5_str w5_show_cites(const w5_show *show, const w5_diagnosis *d, const w5_sentence *s)
{
    w5_str text = W5_NONE;
    uint32_t stream = UINT32_MAX;
    for (size_t i = 0; i < s->cites; i++) {
        if (s->cite[i] >= d->evidences)
            continue;
        const w5_cell *cell = d->evidence[s->cite[i]].cell;
        if (text.len && cell->stream == stream)
            text = w5_arena_fmt(show->arena, "%.*s,%ju", W5_ARG(text), (uintmax_t)cell->line);
        else
            text = w5_show_join(show, text, "; ", w5_show_place(show, cell));
        stream = cell->stream;
    }
    return text.len ? w5_arena_fmt(show->arena, " (%.*s)", W5_ARG(text)) : text;
}

/* --- lines ----------------------------------------------------------------------------------- */
/* "2026/11/20 18:52:13 [error] 28821#28821: *27 " */
static bool cut_nginx_head(w5_str *text)
{
    w5_str head, rest = *text, more;
    uint64_t number;
    w5_str word;
    if (text->len < 20 || text->ptr[4] != '/' || !w5_str_cut_at(rest, W5_STR("#"), &head, &rest) ||
        head.len > 60 || !w5_str_take_u64(&rest, &number) || !w5_str_take(&rest, W5_STR(": ")))
        return false;
    word = rest;
    if (w5_str_take(&word, W5_STR("*")) && w5_str_take_u64(&word, &number) &&
        w5_str_take(&word, W5_STR(" ")))
        rest = word;
    more = rest;
    *text = more;
    return true;
}

/* "[2026-11-20 18:52:07 +0000] [28886] [INFO] " */
static bool cut_gunicorn_head(w5_str *text)
{
    w5_str head, rest = *text;
    if (text->len < 3 || text->ptr[0] != '[' || text->ptr[1] < '0' || text->ptr[1] > '9')
        return false;
    while (rest.len > 0 && rest.ptr[0] == '[' && w5_str_cut_at(rest, W5_STR("] "), &head, &rest) &&
           head.len < 40)
        *text = rest;
    return true;
}

/* "Nov 20 16:38:18 web1 ", "2026-11-20T16:38:18+0900 web1 " */
static bool cut_syslog_head(w5_str *text)
{
    w5_str rest = *text, word;
    w5_time at;
    int offset;
    unsigned digits;
    if (rest.len > 15 && w5_month(rest.ptr) && rest.ptr[3] == ' ' && rest.ptr[9] == ':')
        rest = w5_str_skip(rest, 15);
    else if (!w5_take_iso(&rest, &at, &offset, &digits))
        return false;
    rest = w5_str_trim(rest);
    *text = rest;
    if (w5_str_cut(rest, ' ', &word, &rest) && word.len > 0 && word.ptr[word.len - 1] != ':')
        *text = rest;
    return true;
}

w5_str w5_show_line(const w5_show *show, const w5_cell *cell)
{
    w5_str text = w5_str_trim(w5_timeline_str(show->run->timeline, cell->text));
    if (!cut_nginx_head(&text) && cut_syslog_head(&text)) {
        w5_str rest = text, word;
        if (w5_str_cut_at(rest, W5_STR("]: "), &word, &rest) && word.len < 40 && rest.len > 0 &&
            rest.ptr[0] == '[')
            text = rest;
    }
    cut_gunicorn_head(&text);
    size_t end;
    if (w5_str_find_char(text, '\n', &end))
        text = w5_str_head(text, end);
    return w5_show_safe(show, text);
}

/* --- incidents and advice -------------------------------------------------------------------- */
w5_str w5_show_cause(const w5_finding *f)
{
    return f->cause ? f->cause->id : W5_STR("unknown");
}

w5_str w5_show_verdict(const w5_show *show, const w5_finding *f)
{
    if (f->confidence == W5_UNKNOWN)
        return W5_TELL(show, "cause unknown");
    return W5_TELL(show, "%1$s, %2$s", w5_show_cause(f), w5_show_confidence(show, f->confidence));
}

w5_str w5_show_pattern(const w5_diagnosis *d)
{
    if (d->pattern.len)
        return d->pattern;
    return d->incident->classes.n ? d->incident->classes.at[0].name : W5_NONE;
}

/* Words of the catalogue with a value in them ("the view of {path}"): part `n` of the line of the
 * remedy from which the change was made. */
static w5_str told_part(const w5_show *show, w5_str line, size_t n, w5_str text)
{
    w5_str part = W5_NONE;
    w5_str word = w5_show_word(show, text);
    if (!w5_str_eq(word, text))
        return w5_show_safe(show, word);
    for (size_t i = 0; i <= n; i++)
        if (!w5_str_cut(line, '|', &part, &line)) {
            part = line;
            line = W5_NONE;
        }
    return w5_show_filled(show, w5_str_trim(part), text);
}

w5_str w5_show_change(const w5_show *show, const w5_remedy *r, const w5_change *c, size_t i)
{
    w5_str line = i < r->change.n ? r->change.at[i] : W5_NONE;
    const char *arrow = show->view->ascii ? "-> " : "\xe2\x86\x92 ";
    w5_str file = told_part(show, line, 0, c->file);
    w5_str to = w5_show_join(show, w5_str_of(arrow), "", told_part(show, line, 2, c->to));
    if (c->line)
        file = w5_arena_fmt(show->arena, "%.*s:%u", W5_ARG(file), c->line);
    w5_str text = w5_show_join(show, told_part(show, line, 1, c->setting), " ", w5_show_safe(show, c->now));
    text = w5_show_join(show, text, " ", w5_str_trim(to));
    return w5_show_join(show, text, "   ", file);
}

static w5_tally commonest(const w5_incident *in)
{
    for (size_t i = 0; i < in->statuses.n; i++)
        if (w5_str_starts(in->statuses.at[i].name, W5_STR("5")))
            return in->statuses.at[i];
    return (w5_tally){W5_NONE, in->requests_failed};
}

w5_str w5_show_counted(const w5_show *show, const w5_incident *in)
{
    w5_tally t = in->codes.n   ? (w5_tally){in->codes.at[0].name, in->errors}
                 : in->kinds.n ? in->kinds.at[0]
                               : commonest(in);
    return W5_TELL(show, "%1$s x %2$s", w5_show_count(show, t.count), w5_show_safe(show, t.name));
}

w5_str w5_show_brief(const w5_show *show, size_t number, const w5_diagnosis *d)
{
    const w5_incident *in = d->incident;
    return W5_TELL(show, "#%1$s %2$s %3$s: %4$s, %5$s, %6$s",
                   w5_show_count(show, number), w5_show_clock(show, in->start),
                   in->upstream.len ? w5_show_safe(show, in->upstream)
                                    : W5_TELL(show, "no upstream"),
                   w5_show_counted(show, in), w5_show_verdict(show, &d->cause), w5_fact_ending(show, in));
}
