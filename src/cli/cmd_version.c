/* cmd_version.c -- version; with -v what was built in and what holds here. */
#include "commands.h"
#include "say.h"

#include <stdio.h>
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

int cmd_version(const options *o)
{
    printf("why502 %s\n", W5_VERSION);
    if (o->given[OPT_VERBOSE]) {
        printf("PCRE2 %s, jansson, zlib\n", w5_regex_version());
        for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
            printf("%c %s\n", features[i].there ? '+' : '-', features[i].name);
        w5_guard_plan plan = {.when = W5_GUARD_AUTO};
        w5_err err = {0};
        w5_guard_close(&plan, &err);
        printf("sandbox: %s\n", w5_guard_word());
    }
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_OUTPUT;
}
