/* cmd_version.c -- version; with -v what was built in and what holds here. */
#include "commands.h"
#include "say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <why502/base/regex.h>
#include <why502/guard.h>

static const struct {
    const char *name;
    int there;
} features[] = {
    {"bzip2", W5_HAVE_BZ2},       {"xz", W5_HAVE_LZMA},           {"zstd", W5_HAVE_ZSTD},
    {"lz4", W5_HAVE_LZ4},         {"state (sqlite3)", W5_HAVE_SQLITE},
    {"journal (libsystemd)", W5_HAVE_JOURNAL}, {"seccomp", W5_HAVE_SECCOMP},
};

/* The sandbox of a run that reads logs, entered, and what still goes from inside it. */
static int tell_sandbox(void)
{
    const w5_guard_plan plan = {.when = W5_GUARD_AUTO, .drop_root = true};
    w5_err err = {0};
    size_t n;
    bool open = false;
    const w5_guard_try *tries = w5_guard_tries(&n);
    w5_guard_close(&plan, &err);
    printf("sandbox: %s\n", w5_guard_word());
    for (size_t i = 0; i < n; i++) {
        bool succeeds = tries[i].succeeds();
        printf("  %s is %s\n", tries[i].what, succeeds ? "possible" : "refused");
        open |= succeeds;
    }
    if (!open || strcmp(w5_guard_word(), "landlock+seccomp") != 0)
        return EXIT_FINE;
    say("the sandbox does not hold");
    return EXIT_INTERNAL;
}

int cmd_version(const options *o)
{
    int status = EXIT_FINE;
    printf("why502 %s\n", W5_VERSION);
    if (o->given[OPT_VERBOSE]) {
        printf("PCRE2 %s, jansson, zlib\n", w5_regex_version());
        for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
            printf("%c %s\n", features[i].there ? '+' : '-', features[i].name);
        fflush(stdout); /* what is tried forks */
        status = tell_sandbox();
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    say("cannot write to standard output: %s", strerror(errno));
    return EXIT_OUTPUT;
}
