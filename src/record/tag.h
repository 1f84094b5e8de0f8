/* tag.h -- "web-1 gunicorn[1300]: message": what syslog and journalctl put behind their stamps.
 *
 * Enters what follows a stamp; host, ident, pid, key, inner and count of *w are filled with slices
 * of it (or of w->scratch, where rsyslog had escaped control bytes). */
#ifndef W5_RECORD_TAG_H
#define W5_RECORD_TAG_H

#include "wrap.h"

typedef enum w5_tag_proof {
    W5_TAG_ANY,   /* the stamp proves the layer by itself: a tag may be missing */
    W5_TAG_NAMED, /* "host ident: " or "ident[pid]: " must stand there */
    W5_TAG_PID,   /* "host ident[pid]: " or "host kernel: ", with or without the host */
} w5_tag_proof;
bool w5_tag_read(w5_str rest, w5_tag_proof proof, w5_wrapped *w);

/* Whether a message is surely told as it stands: nothing in it is escaped, it stands for no others
 * ("message repeated 3 times"), and is not the kernel's ("segfault at "). */
bool w5_tag_plain(w5_str message);
/* rsyslog's "#011", "#012", "#033" back into the bytes they stand for, when there are any. */
w5_str w5_tag_unescape(w5_str text, w5_arena *scratch);
/* "message repeated 3 times: [ text]" -> text, with *count = 3. */
w5_str w5_tag_repeated(w5_str text, uint64_t *count);
/* Word of a syslog severity 0..7 in nginx's words; "" for any other number. */
w5_str w5_tag_level(uint64_t severity);

#endif
