/* fuzz_report.c -- whatever the log, each report holds to its own grammar: no control or format
 * character anywhere, strict JSON, a page with nothing in it that the log brought along, a mail
 * whose headers are the known ones, metrics that a scraper reads.
 *
 * The first byte chooses what is hidden, the language, and what is shown. */
#include <ctype.h>
#include <jansson.h>
#include <why502/base/words.h>

#include "base/utf8.h"
#include "river.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const size_t replay_prefixes;
const size_t replay_prefixes = 6;

/* --- text ------------------------------------------------------------------------------------- */
static void is_tame(w5_str s)
{
    w5_glyphs walk = w5_glyphs_of(s);
    w5_glyph glyph;
    while (w5_glyphs_next(&walk, &glyph))
        DEMAND(glyph.code == '\n' || glyph.code == '\t' ||
               (glyph.code != UINT32_MAX && !w5_utf8_hidden(glyph.code)));
}

static bool next_line(w5_str *text, w5_str *line)
{
    *line = *text;
    if (w5_str_cut(*text, '\n', line, text))
        return true;
    *text = W5_NONE;
    return line->len > 0;
}

/* --- JSON ------------------------------------------------------------------------------------- */
static void is_json(w5_str s)
{
    json_error_t error;
    json_t *value = json_loadb(s.ptr, s.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!value)
        fprintf(stderr, "%s at %d\n", error.text, error.position);
    DEMAND(json_is_object(value));
    json_decref(value);
    is_tame(s);
}

/* --- HTML ------------------------------------------------------------------------------------- */
static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == ':';
}

static w5_str take_name(w5_str *s)
{
    size_t n = 0;
    while (n < s->len && is_name(s->ptr[n]))
        n++;
    w5_str name = w5_str_head(*s, n);
    *s = w5_str_skip(*s, n);
    return name;
}

static bool is_harmless_attribute(w5_str name, w5_str value)
{
    if (w5_str_starts(name, W5_STR("on")) || w5_str_eq(name, W5_STR("src")) ||
        w5_str_eq(name, W5_STR("style")) || w5_str_eq(name, W5_STR("action")))
        return false;
    return !w5_str_ends(name, W5_STR("href")) || w5_str_starts(value, W5_STR("#")) ||
           w5_str_starts(value, W5_STR("https://"));
}

/* Takes a tag, of which "<" is gone already; answers its name. */
static w5_str take_tag(w5_str *s)
{
    w5_str_take(s, W5_STR("/"));
    w5_str tag = take_name(s);
    DEMAND(tag.len > 0);
    while (w5_str_take(s, W5_STR(" "))) {
        w5_str value = W5_NONE, name = take_name(s);
        DEMAND(name.len > 0);
        if (w5_str_take(s, W5_STR("=\"")))
            DEMAND(w5_str_cut(*s, '"', &value, s));
        DEMAND(is_harmless_attribute(name, value));
    }
    w5_str_take(s, W5_STR("/"));
    DEMAND(w5_str_take(s, W5_STR(">")));
    return tag;
}

static void is_inert_page(w5_str s)
{
    static const char *const active[] = {"script", "iframe", "object", "embed", "img",
                                         "link",   "base",   "form",   "audio", "video"};
    w5_str text;
    is_tame(s);
    DEMAND(w5_str_take(&s, W5_STR("<!DOCTYPE html>\n")));
    while (w5_str_cut(s, '<', &text, &s)) {
        size_t at;
        DEMAND(!w5_str_find_char(text, '>', &at));
        w5_str tag = take_tag(&s);
        for (size_t i = 0; i < sizeof active / sizeof *active; i++)
            DEMAND(!w5_str_ieq(tag, w5_str_of(active[i])));
        if (w5_str_eq(tag, W5_STR("style")) && w5_str_find(s, W5_STR("</style>"), &at))
            s = w5_str_skip(s, at + 8);
    }
}

/* --- mail ------------------------------------------------------------------------------------- */
static void is_known_header(w5_str line)
{
    static const char *const known[] = {"From",
                                        "To",
                                        "Subject",
                                        "Date",
                                        "Message-ID",
                                        "MIME-Version",
                                        "In-Reply-To",
                                        "References",
                                        "Content-Type",
                                        "Auto-Submitted",
                                        "List-Id",
                                        "X-Auto-Response-Suppress",
                                        "Content-Transfer-Encoding"};
    w5_str name, value;
    if (w5_str_starts(line, W5_STR(" ")))
        return;
    DEMAND(w5_str_cut(line, ':', &name, &value));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (w5_str_ieq(name, w5_str_of(known[i])))
            return;
    fprintf(stderr, "%.*s\n", W5_ARG(line));
    abort();
}

static void is_mail(w5_str s)
{
    w5_str line;
    while (next_line(&s, &line) && line.len > 0) {
        is_known_header(line);
        DEMAND(line.len < 998);
    }
    while (next_line(&s, &line)) {
        DEMAND(line.len <= 76);
        DEMAND(!w5_str_starts(line, W5_STR("~")) && !w5_str_starts(line, W5_STR(".")) &&
               !w5_str_starts(line, W5_STR("From ")));
        for (size_t i = 0; i < line.len; i++)
            DEMAND(line.ptr[i] >= ' ' && line.ptr[i] <= '~');
    }
}

/* --- metrics ---------------------------------------------------------------------------------- */
static void take_label(w5_str *s)
{
    DEMAND(take_name(s).len > 0 && w5_str_take(s, W5_STR("=\"")));
    for (; s->len > 0 && s->ptr[0] != '"'; *s = w5_str_skip(*s, 1))
        if (s->ptr[0] == '\\') {
            *s = w5_str_skip(*s, 1);
            DEMAND(s->len > 0 && (s->ptr[0] == '\\' || s->ptr[0] == '"' || s->ptr[0] == 'n'));
        }
    DEMAND(w5_str_take(s, W5_STR("\"")));
}

static void is_sample(w5_str line)
{
    uint64_t value;
    size_t n = 0;
    while (n < line.len && (is_name(line.ptr[n]) || line.ptr[n] == '_'))
        n++;
    DEMAND(n > 0);
    line = w5_str_skip(line, n);
    if (w5_str_take(&line, W5_STR("{"))) {
        do
            take_label(&line);
        while (w5_str_take(&line, W5_STR(",")));
        DEMAND(w5_str_take(&line, W5_STR("}")));
    }
    DEMAND(w5_str_take(&line, W5_STR(" ")) && w5_str_u64(line, &value));
}

static void is_metrics(w5_str s)
{
    w5_str line, rest = s, before = W5_NONE;
    is_tame(s);
    while (next_line(&rest, &line)) {
        w5_str name = line, was = before, value;
        w5_str_cut_at(line, W5_STR("} "), &name, &value);
        w5_str_cut_at(before, W5_STR("} "), &was, &value);
        DEMAND(line.len > 0 && !(w5_str_starts(line, W5_STR("why502")) && w5_str_eq(name, was)));
        if (line.ptr[0] != '#')
            is_sample(line);
        before = line;
    }
    DEMAND(w5_str_ends(s, W5_STR("# EOF\n")));
}

/* --- all of them ------------------------------------------------------------------------------ */
static const struct {
    const char *report;
    void (*check)(w5_str s);
} checks[] = {
    {"text",     is_tame      },
    {"short",    is_tame      },
    {"markdown", is_tame      },
    {"json",     is_json      },
    {"html",     is_inert_page},
    {"mail",     is_mail      },
    {"metrics",  is_metrics   },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const languages[] = {"en", "ja", "ko", "en"};
    if (size == 0)
        return 0;
    w5_view view = {.width = data[0] & 32 ? 44 : 80,
                    .top = 10,
                    .verbose = data[0] & 4,
                    .ascii = data[0] & 8,
                    .redact = data[0] & 16 ? W5_REDACT_ALL : W5_REDACT_NONE,
                    .mail_to = W5_STR("ops@example.com"),
                    .mail_from = W5_STR("why502@example.com"),
                    .message_id = W5_STR("1@example.com")};
    w5_words_language(languages[data[0] & 3]);
    w5_engine *e = river_begin((w5_engine_options){0});
    w5_str log = {(const char *)data + 1, size - 1}, half;
    /* a 0x01 byte parts two files, whose names are hostile, too */
    while (w5_str_cut(log, '\1', &half, &log))
        w5_engine_feed(e, w5_str_head(half, 20), W5_STR(""), half);
    w5_engine_feed(e, W5_STR("x.log"), W5_STR(""), log);
    const w5_run *run = w5_engine_run(e);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        w5_out *out = w5_out_memory();
        w5_report_find(w5_str_of(checks[i].report))->write(run, &view, out);
        checks[i].check(w5_out_bytes(out));
        w5_out_done(out, NULL);
    }
    w5_engine_free(e);
    return 0;
}
