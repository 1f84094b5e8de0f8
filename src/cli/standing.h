/* standing.h -- what a run may still touch once the sandbox has closed. */
#ifndef W5_CLI_STANDING_H
#define W5_CLI_STANDING_H

#include "setup.h"

/* Fills s->engine.guard: folders of what is followed, of the output file, of the state. */
void standing_ground(setup *s, w5_sources *sources);

#endif
