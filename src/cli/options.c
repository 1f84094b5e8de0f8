/* options.c -- a table-driven reader of the command line.
 *
 * getopt_long would do, but its messages cannot name the nearest option, and options.def also feeds
 * the man page and the completions. */
#include "options.h"

#include <stdio.h>
#include <string.h>
#include <why502/base/words.h>

#define W5_N_(text) text /* marks words that are translated where they are shown */

typedef enum group { INPUT, OUTPUT, DELIVERY, MACHINE, GROUPS } group;
static const char *const group_title[GROUPS] = {W5_N_("Input"), W5_N_("Output"), W5_N_("Delivery"),
                                                W5_N_("Machine")};

static const struct option_row {
    const char *name, *argument, *help;
    group group;
    char letter;
} rows[OPTIONS] = {
#define X(id, letter, name, argument, group, help) {name, argument, help, group, letter},
#include "options.def"
#undef X
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance of two short words. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64];
    size_t n = smaller(strlen(b), 63);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; i < 63 && a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t above = row[j + 1];
            size_t changed = diagonal + (a[i] != b[j]);
            row[j + 1] = smaller(changed, smaller(above, row[j]) + 1);
            diagonal = above;
        }
    }
    return row[n];
}

const char *options_nearest(const char *word, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    size_t least = 1 + strlen(word) / 2;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, candidates[i]);
        if (d < least) {
            least = d;
            best = candidates[i];
        }
    }
    return best;
}

static w5_rc unknown(const char *name, size_t len, w5_err *err)
{
    char word[64];
    snprintf(word, sizeof(word), "%.*s", (int)smaller(len, 63), name);
    const char *names[OPTIONS];
    for (size_t i = 0; i < OPTIONS; i++)
        names[i] = rows[i].name;
    const char *near = options_nearest(word, names, OPTIONS);
    if (near)
        return w5_fail(err, W5_EINVAL, 0, "unknown option '--%s'; did you mean '--%s'?", word, near);
    return w5_fail(err, W5_EINVAL, 0, "unknown option '--%s'; 'why502 --help' lists them", word);
}

static void give(options *o, size_t id, const char *value)
{
    o->value[id][o->given[id]++] = value;
}

static w5_rc read_long(options *o, int argc, char **argv, int *i, w5_err *err)
{
    const char *name = argv[*i] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    for (size_t id = 0; id < OPTIONS; id++) {
        if (strlen(rows[id].name) != len || memcmp(rows[id].name, name, len) != 0)
            continue;
        if (!rows[id].argument && equals)
            return w5_fail(err, W5_EINVAL, 0, "option '--%s' takes no argument", rows[id].name);
        if (rows[id].argument && !equals && *i + 1 >= argc)
            return w5_fail(err, W5_EINVAL, 0, "option '--%s' needs an argument: %s", rows[id].name,
                           rows[id].argument);
        give(o, id, !rows[id].argument ? "" : equals ? equals + 1 : argv[++*i]);
        return W5_OK;
    }
    return unknown(name, len, err);
}

/* "-qv", "-S TIME", "-STIME". */
static w5_rc read_letters(options *o, int argc, char **argv, int *i, w5_err *err)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        char letter = *p == 'F' ? 'f' : *p; /* tail's two ways to follow are one here: by name */
        size_t id = 0;
        while (id < OPTIONS && rows[id].letter != letter)
            id++;
        if (id == OPTIONS)
            return w5_fail(err, W5_EINVAL, 0, "unknown option '-%c'; 'why502 --help' lists them", *p);
        if (!rows[id].argument) {
            give(o, id, "");
            continue;
        }
        if (!p[1] && *i + 1 >= argc)
            return w5_fail(err, W5_EINVAL, 0, "option '-%c' needs an argument: %s", *p,
                           rows[id].argument);
        give(o, id, p[1] ? p + 1 : argv[++*i]);
        return W5_OK;
    }
    return W5_OK;
}

w5_rc options_read(options *o, int argc, char **argv, w5_arena *arena, w5_err *err)
{
    *o = (options){.operand = W5_NEW_N(arena, const char *, (size_t)argc + 1)};
    /* "-qqq" gives an option three times in one word: count bytes, not words. */
    size_t most = 1;
    for (int i = 1; i < argc; i++)
        most += strlen(argv[i]) + 1;
    for (size_t id = 0; id < OPTIONS; id++)
        o->value[id] = W5_NEW_N(arena, const char *, rows[id].argument ? (size_t)argc + 1 : most);

    bool ended = false;
    for (int i = 1; i < argc; i++) {
        w5_rc rc = W5_OK;
        if (ended || argv[i][0] != '-' || !argv[i][1])
            o->operand[o->operands++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            ended = true;
        else if (argv[i][1] == '-')
            rc = read_long(o, argc, argv, &i, err);
        else
            rc = read_letters(o, argc, argv, &i, err);
        if (rc < 0)
            return rc;
    }
    return W5_OK;
}

const char *options_last(const options *o, option_id id, const char *otherwise)
{
    return o->given[id] ? o->value[id][o->given[id] - 1] : otherwise;
}

static void help_row(const struct option_row *row)
{
    char left[64];
    snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
             row->argument ? " " : "", row->argument ? row->argument : "");
    if (strlen(left) > 27)
        printf("%s\n%28s%s\n", left, "", w5_words(row->help));
    else
        printf("%-28s%s\n", left, w5_words(row->help));
}

void options_help(void)
{
    puts(W5_("Usage: why502 [OPTION]... [SOURCE]...\n"
             "       why502 explain TEXT|ID...\n"
             "       why502 list [formats|classes|causes|remedies]\n"
             "       why502 demo\n"
             "       why502 catalogue check|test FILE...\n"
             "\n"
             "Tells why a site behind nginx answered 502 or 504: reads nginx's, gunicorn's, systemd's,\n"
             "the kernel's and MySQL's logs, names the cause, proves it with log lines, and ranks what\n"
             "to change. SOURCE is a file (plain or compressed), a folder, '-' or 'journal:UNIT', with\n"
             "an optional 'FORMAT:' before it. Without a source, this host's own logs are read."));
    for (group g = INPUT; g < GROUPS; g++) {
        printf("\n%s:\n", w5_words(group_title[g]));
        for (size_t i = 0; i < OPTIONS; i++)
            if (rows[i].group == g)
                help_row(&rows[i]);
    }
    puts(W5_("\nExit status: 0 it ran; 1 with -e: an incident of severity error; 2 wrong usage; 3 some\n"
             "input could not be read; 4 the output could not be written; 70 an internal fault;\n"
             "75 another run holds the state."));
}
