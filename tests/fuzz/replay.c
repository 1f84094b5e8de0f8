/* replay.c -- a fuzz target without a fuzzer: main() for compilers that have no libFuzzer. Each
 * file named is one input, and so is each of some prefixes of it: lines are cut in practice too. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* How many; a target that takes long defines it, too. */
extern const size_t replay_prefixes;
const size_t replay_prefixes __attribute__((weak)) = 64;

/* In memory that ends where the input ends, so that a read past it is noticed. */
static void run(const char *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        exit(70);
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int replay(const char *path)
{
    static char bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t part = 0; part < replay_prefixes; part++)
        run(bytes, size * part / replay_prefixes);
    run(bytes, size);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i]);
    return failed;
}
