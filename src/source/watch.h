/* watch.h -- inotify's door: a hint that a file grew or that a name means something else now.
 *
 * Only a hint: NFS and FUSE say nothing, queues overflow. Whoever follows looks by himself once a
 * second. */
#ifndef W5_SOURCE_WATCH_H
#define W5_SOURCE_WATCH_H

#include <why502/base/str.h>

typedef struct w5_watch w5_watch;

w5_watch *w5_watch_new(void); /* NULL: not here */
void w5_watch_free(w5_watch *w);
int w5_watch_fd(const w5_watch *w); /* readable when there is news; -1 of NULL */
/* Watches a file for its owner, and the folder that its name stands in. May be called again for
 * what is watched already. False when it cannot be watched. */
bool w5_watch_file(w5_watch *w, const char *path, uint32_t owner);
bool w5_watch_folder(w5_watch *w, const char *path, uint32_t owner);
/* Reads the news: `tell` is called for each owner concerned (UINT32_MAX: everybody), with whether a
 * name in its folder changed. */
typedef void (*w5_tell)(void *context, uint32_t owner, bool name);
void w5_watch_read(w5_watch *w, w5_tell tell, void *context);

#endif
