/* files.h -- many small files, read by several threads (files.c). */
#ifndef W5_ENGINE_FILES_H
#define W5_ENGINE_FILES_H

#include "reader.h"

typedef struct w5_one_file {
    const w5_source *source;
    w5_time year_hint;
} w5_one_file;

typedef struct w5_files {
    const w5_catalogue *catalogue;
    const w5_one_file *file;   /* in the order in which one thread would read them */
    size_t n;
    w5_record_options options; /* of the stages; first_stream is that of the first file */
    w5_reader *whole;          /* holds nothing of another source; gets what the files tell */
    unsigned jobs;
    bool (*progress)(void *context, uint64_t bytes); /* NULL, or called after each file; false: stop */
    void *context;
} w5_files;

/* How many files from the first on were read; read[i]: bytes of them. The next one is better read by one
 * thread: it is not one log but several, or cannot be read to its end. */
size_t w5_files_read(const w5_files *f, uint64_t *read);

#endif
