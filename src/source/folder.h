/* folder.h -- which files of a folder are logs. */
#ifndef W5_SOURCE_FOLDER_H
#define W5_SOURCE_FOLDER_H

#include <why502/source.h>

/* By its name alone: "error.log", "error.log.2.gz", "syslog-20261120". */
bool w5_folder_wants(w5_str name);
/* The same, but neither rotated nor compressed: a file that somebody writes to now. */
bool w5_folder_wants_live(w5_str name);
/* Does the path's name end like a log that was rotated away or packed? Nobody writes to it. */
bool w5_folder_rotated(w5_str path);
/* The paths of plain files beside a log whose names begin with its own: NAME.… and NAME-…, where
 * rotation moves it. Sorted by the time they were last written. */
w5_rc w5_folder_siblings(w5_arena *arena, const char *log, const w5_str **paths, size_t *count);
/* The same, packed ones too, but only names that rotation gives: NAME.3, NAME-20261120.gz. */
w5_rc w5_folder_rotations(w5_arena *arena, const char *log, const w5_str **paths, size_t *count);
/* The paths of a folder's logs, sorted. They live in `arena`. W5_EIO when it cannot be read. */
w5_rc w5_folder_list(w5_arena *arena, const char *folder, const w5_str **paths, size_t *count,
                     w5_err *err);

#endif
