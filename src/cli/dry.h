/* dry.h -- --dry-run: what would be read, and what would be missing. */
#ifndef W5_CLI_DRY_H
#define W5_CLI_DRY_H

#include "setup.h"

/* A line a source: size, format, lines, span, or why it cannot be read; then the log_format that
 * would tell more. The sources have been read, nothing was reported or remembered. */
void dry_tell(const setup *s, w5_sources *sources, const w5_run *run, w5_out *out);

#endif
