/* source_pipe.h -- standard input and FIFOs: bytes come when they come. */
#ifndef W5_SOURCE_PIPE_H
#define W5_SOURCE_PIPE_H

#include "kind.h"

/* slot->file.fd is open; `named`: by a path, so that its writer may still be to come. */
void w5_pipe_begin(w5_slot *slot, bool named);

#endif
