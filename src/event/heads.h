/* heads.h -- lines of nginx's error log that begin alike are alike.
 *
 * What a line is depends on its level and on the bytes from its message to its context, "connect()
 * failed (111: Connection refused) while connecting to upstream", for message, errno and phase are
 * parts of them. Messages that hold no name of a file or the like come by the thousand with the
 * very same bytes; what one of them was, the next one is. Bytes are compared, not hashes. */
#ifndef W5_EVENT_HEADS_H
#define W5_EVENT_HEADS_H

#include <why502/event.h>

#define W5_HEADS    64
#define W5_HEAD_MAX 128

typedef struct w5_head {
    const w5_format *format; /* NULL: free */
    const w5_pattern *pattern;
    const w5_class *klass;
    w5_str code;
    uint16_t len, message; /* lengths: of the bytes, of the message in them */
    uint8_t phase, number, level;
    char level_word[13];
    char bytes[W5_HEAD_MAX];
} w5_head;

/* From the record's message to its context; "" where they cannot stand for the record. */
w5_str w5_head_of(const w5_record *r);
/* NULL: no such line came lately. */
const w5_head *w5_heads_find(const w5_head *heads, const w5_record *r, w5_str head);
/* Keeps what the record's line turned out to be, if its fields had no part in that. */
void w5_heads_keep(w5_head *heads, const w5_record *r, w5_str head, const w5_event *event);

#endif
