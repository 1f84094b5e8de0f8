/* main.c -- chooses the sub-command. */
#include "commands.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <why502/base/words.h>

static const struct {
    const char *word;
    int (*run)(const options *o);
} commands[] = {
    {"explain", cmd_explain},
    {"list", cmd_list},
    {"demo", cmd_demo},
    {"catalogue", cmd_catalogue},
};

/* Without a buffer, for there may be no memory for one. */
static void out_of_memory(size_t wanted)
{
    char text[80];
    int n = snprintf(text, sizeof(text), "why502: out of memory (%zu bytes more were wanted)\n", wanted);
    if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
        _exit(EXIT_INTERNAL); /* nothing can be told when standard error is gone */
    _exit(EXIT_INTERNAL);
}

/* Hostile keys cannot be prepared for a hash that nobody knows. */
static void seed_hashes(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
        seed = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
    w5_hash_seed(seed);
}

/* Tables that grow come and go: mapped one by one they leave no holes in the heap. (glibc raises the
 * threshold by itself, unless it is set.) */
static void map_large_tables(void)
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

/* A closed standard stream would let the next file opened pose as it. What takes its place answers
 * every use with an error, which is then told. */
static int fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (lseek(fd, 0, SEEK_CUR) < 0 && errno == EBADF &&
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return 0;
    return 1;
}

int main(int argc, char **argv)
{
    if (!fill_standard_streams())
        return EXIT_OUTPUT;
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    w5_words_language(NULL);
    w5_oom_handler(out_of_memory);
    seed_hashes();
    map_large_tables();
    signal(SIGPIPE, SIG_IGN);

    w5_arena *arena = w5_arena_new();
    options o;
    w5_err err = {0};
    int status = EXIT_FINE;
    if (options_read(&o, argc, argv, arena, &err) < 0) {
        say_failure(W5_NONE, &err);
        status = EXIT_USAGE;
    } else if (o.given[OPT_HELP]) {
        w5_words_language(options_last(&o, OPT_LANG, NULL));
        options_help();
        if (fflush(stdout) != 0 || ferror(stdout)) {
            say("cannot write to standard output: %s", strerror(errno));
            status = EXIT_OUTPUT;
        }
    } else if (o.given[OPT_VERSION]) {
        status = cmd_version(&o);
    } else {
        int (*run)(const options *) = cmd_diagnose;
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
            if (o.operands && strcmp(o.operand[0], commands[i].word) == 0)
                run = commands[i].run;
        status = run(&o);
    }
    w5_arena_free(arena);
    return status;
}
