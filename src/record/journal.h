/* journal.h -- what the journal's own output modes share: stamps, and the fields of an entry. */
#ifndef W5_RECORD_JOURNAL_H
#define W5_RECORD_JOURNAL_H

#include "wrap.h"

/* "Sun 2026-03-15 09:47:10[.000000] CET ", as systemd's format_timestamp() writes it (systemd 252,
 * src/basic/time-util.c): English day names, the zone by name. Zoned when the name is unambiguous.
 */
bool w5_journal_take_full_stamp(w5_str *s, w5_wrapped *w);

/* The fields of an entry that tell a log reader something. */
#define W5_JOURNAL_FIELDS(X)                                                                       \
    X(message, "MESSAGE")                                                                          \
    X(realtime, "__REALTIME_TIMESTAMP")                                                            \
    X(source_realtime, "_SOURCE_REALTIME_TIMESTAMP") X(hostname, "_HOSTNAME")                      \
        X(identifier, "SYSLOG_IDENTIFIER") X(comm, "_COMM") X(pid, "_PID")                         \
            X(syslog_pid, "SYSLOG_PID") X(systemd_unit, "_SYSTEMD_UNIT")                           \
                X(user_unit, "_SYSTEMD_USER_UNIT") X(unit, "UNIT") X(message_id, "MESSAGE_ID")     \
                    X(priority, "PRIORITY") X(transport, "_TRANSPORT")
typedef struct w5_journal {
#define W5_JOURNAL_MEMBER(name, key) w5_str name;
    W5_JOURNAL_FIELDS(W5_JOURNAL_MEMBER)
#undef W5_JOURNAL_MEMBER
} w5_journal;

/* Where a field's value belongs; NULL for one that is not wanted, or that was told before (a field
 * may stand twice: the first counts). */
w5_str *w5_journal_field(w5_journal *j, w5_str key);
/* Which of the fields has this name; -1: it is not wanted. */
int w5_journal_place(w5_str key);
static inline w5_str *w5_journal_value(w5_journal *j, int place)
{
    return (w5_str *)(void *)j + place;
}
/* Fills *w from the fields; false when there is neither a message nor a time. */
bool w5_journal_tell(const w5_journal *j, w5_wrapped *w);
/* Without the SGR sequences (colours) that programs print when they take the journal for a
 * terminal. */
w5_str w5_journal_plain(w5_str text, w5_arena *scratch);
/* The object journalctl writes for an entry; false when it is none. Values are strings, arrays of
 * bytes, arrays of such values (the first counts), null. */
bool w5_journal_read_json(w5_str object, w5_wrapped *w);
/* One such value. */
w5_str w5_journal_json_value(w5_str raw, w5_arena *scratch);

/* How the last entry of a log was written: of its n-th member `"KEY":"`, and which field that is. An
 * entry that is written alike needs no look-up of names. */
enum {
    W5_JOURNAL_PLACES = 48
};
typedef struct w5_journal_shape {
    struct w5_journal_place {
        char key[46];
        uint8_t len; /* 0: nothing is known */
        int8_t field;
    } at[W5_JOURNAL_PLACES];
} w5_journal_shape;
/* As w5_wrap_journal_json reads a line that begins with a brace; false: let that one read it. */
bool w5_journal_json_again(w5_journal_shape *shape, w5_str line, w5_wrapped *w);

/* The line without the CR of a file with DOS line ends. */
static inline w5_str w5_journal_chomp(w5_str line)
{
    if (line.ptr && line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* Bytes that grow in an arena, up to a bound; what does not fit is dropped. */
typedef struct w5_growing {
    char *bytes;
    size_t len, room;
} w5_growing;
void w5_growing_put(w5_growing *g, w5_arena *arena, w5_str bytes);
static inline w5_str w5_growing_str(const w5_growing *g)
{
    return (w5_str){g->bytes, g->len};
}

#endif
