/* declared.h -- what a stage keeps of the formats that a catalogue declares. */
#ifndef W5_RECORD_DECLARED_H
#define W5_RECORD_DECLARED_H

#include <why502/base/regex.h>
#include <why502/record.h>

/* An expression of the caller's own. */
w5_regex *w5_declared_compile(const w5_declared *all, size_t i);
/* That of the stage which the stream belongs to; NULL when it has none. */
w5_regex *w5_declared_regex(w5_stream *stream, size_t i);

#endif
