/* demand.h -- what must hold of an input; the fuzzer keeps one of which it does not. */
#ifndef W5_TESTS_DEMAND_H
#define W5_TESTS_DEMAND_H

#include <stdio.h>
#include <stdlib.h>

#define DEMAND(holds)                                                                              \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: demanded: %s\n", __FILE__, __LINE__, #holds);                  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
