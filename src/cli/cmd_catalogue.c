/* cmd_catalogue.c -- why502 catalogue check FILE…, why502 catalogue test FILE… < log. */
#include "commands.h"
#include "deliverable.h"
#include "say.h"
#include "setup.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int check(const setup *s)
{
    const w5_complaint *complaint;
    size_t n = w5_catalogue_check(s->catalogue, s->arena, &complaint);
    int status = EXIT_FINE;
    for (size_t i = 0; i < n; i++) {
        say("%.*s:%u: %.*s", W5_ARG(complaint[i].file), complaint[i].line,
            W5_ARG(complaint[i].text));
        if (complaint[i].mistake)
            status = EXIT_USAGE;
    }
    return status;
}

static int rehearse(const setup *s, w5_out *out)
{
    char block[65536];
    ssize_t n;
    w5_rehearsal *rehearsal = w5_rehearsal_new(s->catalogue);
    while ((n = read(STDIN_FILENO, block, sizeof(block))) > 0)
        w5_rehearsal_put(rehearsal, (w5_str){block, (size_t)n});
    if (n < 0)
        say("cannot read standard input: %s", strerror(errno));
    w5_rehearsal_write(rehearsal, out);
    w5_rehearsal_free(rehearsal);
    return n < 0 ? EXIT_INPUT : EXIT_FINE;
}

/* The files named are one more layer over the built-in text and the system's own. */
static w5_rc load(setup *s, const options *o, w5_err *err)
{
    options with = *o;
    const char **paths = W5_NEW_N(s->arena, const char *, o->given[OPT_CATALOGUE] + o->operands);
    unsigned n = 0;
    for (size_t i = 0; i < o->given[OPT_CATALOGUE]; i++)
        paths[n++] = o->value[OPT_CATALOGUE][i];
    for (size_t i = 2; i < o->operands; i++)
        paths[n++] = o->operand[i];
    with.given[OPT_CATALOGUE] = n;
    with.value[OPT_CATALOGUE] = paths;
    return setup_catalogue(s, &with, err);
}

int cmd_catalogue(const options *o)
{
    setup s = {.arena = w5_arena_new()};
    w5_err err = {0};
    int status = EXIT_USAGE;
    bool checks = o->operands > 1 && strcmp(o->operand[1], "check") == 0;
    bool tests = o->operands > 1 && strcmp(o->operand[1], "test") == 0;
    deliverable d;
    if (!checks && !tests)
        say("catalogue: say 'check FILE...' or 'test FILE... < LOG'");
    else if (load(&s, o, &err) < 0)
        say_failure(W5_NONE, &err);
    else if (checks)
        status = check(&s);
    else if (deliverable_open(&d, options_last(o, OPT_OUTPUT_FILE, NULL), &err) < 0 ||
             ((status = rehearse(&s, d.out)), deliverable_finish(&d, &err) < 0)) {
        say_failure(W5_NONE, &err);
        status = EXIT_OUTPUT;
    }
    setup_free(&s);
    return status;
}
