/* source_journal.c -- systemd's journal, read through libsystemd.
 *
 * Matches are those of `journalctl -u` (systemd 252, src/shared/logs-show.c, add_matches_for_unit):
 * what a unit's processes wrote, what the manager, the kernel's messages aside, says about it, and
 * its core dumps. Fields with a leading underscore are the journal's own word; who wrote an entry
 * is never taken from others. */
#include "source_journal.h"

bool w5_journal_is(w5_str head)
{
    return w5_str_starts(head, W5_STR("LPKSHHRH")); /* HEADER_SIGNATURE, journal-def.h */
}

#if W5_HAVE_JOURNAL
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include <why502/base/out.h>

#define FIELD_MAX (64u << 10) /* bytes of one field; a line of escapes stays below W5_LINE_MAX */
#define LOOK      W5_SECOND   /* how often we look without being called */

typedef struct journal {
    sd_journal *j;
    w5_out *lines;
    uint64_t offset;
    char *cursor; /* of the last entry given out */
    uint64_t until;
    bool begun;
    w5_time due;
} journal;

static w5_rc failed(w5_err *err, int rc, const char *what)
{
    return w5_fail(err, W5_EIO, -rc, "%s", what);
}

/* --- which entries -------------------------------------------------------------------------- */
static int match(sd_journal *j, const char *key, const char *value)
{
    char text[512];
    int n = snprintf(text, sizeof text, "%s=%s", key, value);
    return n < 0 || (size_t)n >= sizeof text ? -ENAMETOOLONG
                                             : sd_journal_add_match(j, text, (size_t)n);
}

/* Matches of one way to belong to a unit hold together; "%" stands for its name. */
static const struct {
    int way;
    const char *key, *value;
} unit_matches[] = {
    {0, "_SYSTEMD_UNIT",       "%"                               },
    {1, "_PID",                "1"                               },
    {1, "UNIT",                "%"                               },
    {2, "_UID",                "0"                               },
    {2, "OBJECT_SYSTEMD_UNIT", "%"                               },
    {3, "MESSAGE_ID",          "fc2e22bc6ee647b6b90729ab34a250b1"},
    {3, "_UID",                "0"                               },
    {3, "COREDUMP_UNIT",       "%"                               },
};

static int match_unit(sd_journal *j, const char *unit)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof unit_matches / sizeof *unit_matches && rc >= 0; i++) {
        const char *value = unit_matches[i].value;
        if (i > 0 && unit_matches[i].way != unit_matches[i - 1].way)
            rc = sd_journal_add_disjunction(j);
        if (rc >= 0)
            rc = match(j, unit_matches[i].key, value[0] == '%' ? unit : value);
    }
    return rc < 0 ? rc : sd_journal_add_disjunction(j);
}

static bool has_type(w5_str unit)
{
    static const w5_str types[] = {
        W5_LIT(".service"), W5_LIT(".socket"), W5_LIT(".target"), W5_LIT(".timer"),
        W5_LIT(".mount"),   W5_LIT(".slice"),  W5_LIT(".scope"),  W5_LIT(".path"),
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (w5_str_ends(unit, types[i]))
            return true;
    return false;
}

/* All units in the journal whose names fit the pattern: how many. */
static int match_pattern(sd_journal *j, const char *pattern)
{
    const void *data;
    size_t len;
    char unit[512];
    int found = 0;
    int rc = sd_journal_query_unique(j, "_SYSTEMD_UNIT");
    for (; rc >= 0 && sd_journal_enumerate_available_unique(j, &data, &len) > 0;) {
        w5_str value = {data, len};
        if (!w5_str_take(&value, W5_STR("_SYSTEMD_UNIT=")) || value.len >= sizeof unit)
            continue;
        memcpy(unit, value.ptr, value.len);
        unit[value.len] = '\0';
        if (fnmatch(pattern, unit, 0) != 0)
            continue;
        rc = match_unit(j, unit);
        found++;
    }
    return rc < 0 ? rc : found;
}

static w5_rc match_units(sd_journal *j, w5_str what, w5_err *err)
{
    char name[300];
    int n = snprintf(name, sizeof name, "%.*s%s", W5_ARG(what), has_type(what) ? "" : ".service");
    if (n < 0 || (size_t)n >= sizeof name)
        return w5_fail(err, W5_EIO, ENAMETOOLONG, "no such unit");
    if (!strpbrk(name, "*?[")) {
        int rc = match_unit(j, name);
        return rc < 0 ? failed(err, rc, "the journal cannot be searched") : W5_OK;
    }
    int rc = match_pattern(j, name);
    if (rc < 0)
        return failed(err, rc, "the journal cannot be searched");
    return rc > 0 ? W5_OK : w5_fail(err, W5_EIO, 0, "no unit in the journal fits '%s'", name);
}

/* --- opening -------------------------------------------------------------------------------- */
static bool is_path(w5_str what)
{
    size_t at;
    return w5_str_find_char(what, '/', &at) || w5_str_ends(what, W5_STR(".journal"));
}

static int open_path(sd_journal **j, const char *path)
{
    const char *paths[] = {path, NULL};
    struct stat st;
    if (stat(path, &st) != 0)
        return -errno;
    return S_ISDIR(st.st_mode) ? sd_journal_open_directory(j, path, 0)
                               : sd_journal_open_files(j, paths, 0);
}

/* libsystemd passes over what it may not read in silence; that would look like "all is well". */
static w5_rc check_access(sd_journal *j, w5_err *err)
{
    static const char *const folders[] = {"/var/log/journal", "/run/log/journal"};
    char path[128];
    char id[SD_ID128_STRING_MAX];
    sd_id128_t machine;
    bool any = sd_journal_has_persistent_files(j) > 0 || sd_journal_has_runtime_files(j) > 0;
    if (!any)
        return w5_fail(err, W5_EIO, 0,
                       "there is no journal here that may be read: run with sudo, or join group "
                       "systemd-journal");
    if (sd_id128_get_machine(&machine) < 0)
        return W5_OK;
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s/system.journal", folders[i],
                 sd_id128_to_string(machine, id));
        if (access(path, F_OK) == 0 && access(path, R_OK) != 0)
            return w5_fail(err, W5_EIO, EACCES,
                           "the system's part of it may not be read: run with sudo, or join group "
                           "systemd-journal");
    }
    return W5_OK;
}

static w5_rc choose_entries(w5_slot *slot, sd_journal *j, w5_str what, w5_err *err)
{
    w5_err access_err;
    w5_rc rc = W5_OK;
    if (is_path(what))
        return W5_OK;
    if (check_access(j, &access_err) < 0)
        w5_slot_fail(slot, &access_err); /* what may be read is read */
    if (w5_str_eq(what, W5_STR("kernel")))
        rc = match(j, "_TRANSPORT", "kernel") < 0 ? W5_EIO : W5_OK;
    else if (what.len > 0)
        rc = match_units(j, what, err);
    slot->source.absent = rc < 0 && err->sys == 0;
    return rc;
}

w5_rc w5_journal_open(w5_slot *slot, w5_str what, w5_err *err)
{
    sd_journal *j = NULL;
    int rc = is_path(what) ? open_path(&j, what.ptr) : sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY);
    if (rc < 0)
        return failed(err, rc, "the journal cannot be opened");
    sd_journal_set_data_threshold(j, FIELD_MAX);
    if (choose_entries(slot, j, what, err) < 0) {
        sd_journal_close(j);
        return W5_EIO;
    }
    journal *own = w5_xmalloc(sizeof *own);
    *own = (journal){.j = j, .lines = w5_out_memory(), .until = UINT64_MAX};
    if (slot->shared->options.until != W5_TIME_NONE)
        own->until = (uint64_t)slot->shared->options.until;
    sd_journal_get_fd(j); /* from here on it watches its files */
    slot->own = own;
    slot->kind = &w5_kind_journal;
    slot->source.kind = w5_kind_journal.name;
    return W5_OK;
}

/* --- entries as lines ----------------------------------------------------------------------- */
static const w5_str fields[] = {
    W5_LIT("MESSAGE"),
    W5_LIT("_SOURCE_REALTIME_TIMESTAMP"),
    W5_LIT("_HOSTNAME"),
    W5_LIT("SYSLOG_IDENTIFIER"),
    W5_LIT("_COMM"),
    W5_LIT("_PID"),
    W5_LIT("SYSLOG_PID"),
    W5_LIT("_SYSTEMD_UNIT"),
    W5_LIT("_SYSTEMD_USER_UNIT"),
    W5_LIT("UNIT"),
    W5_LIT("MESSAGE_ID"),
    W5_LIT("PRIORITY"),
    W5_LIT("_TRANSPORT"),
};

#define FIELDS (sizeof fields / sizeof *fields)

static void put_field(w5_out *out, w5_str field, bool *told)
{
    w5_str key;
    w5_str value;
    if (!w5_str_cut(w5_str_head(field, FIELD_MAX), '=', &key, &value))
        return;
    for (size_t i = 0; i < FIELDS; i++)
        if (!told[i] && w5_str_eq(key, fields[i])) {
            told[i] = true;
            w5_out_fmt(out, ",\"%s\":\"", fields[i].ptr);
            w5_out_text(out, W5_JSON, value);
            w5_out_lit(out, "\"");
            return;
        }
}

static int put_entry(journal *own, uint64_t realtime)
{
    const void *data;
    size_t len;
    bool told[FIELDS] = {false};
    int rc;
    w5_out_fmt(own->lines, "{\"__REALTIME_TIMESTAMP\":\"%llu\"", (unsigned long long)realtime);
    sd_journal_restart_data(own->j);
    while ((rc = sd_journal_enumerate_available_data(own->j, &data, &len)) > 0)
        put_field(own->lines, (w5_str){data, len}, told);
    w5_out_lit(own->lines, "}\n");
    return rc;
}

/* --- reading -------------------------------------------------------------------------------- */
static int begin(const w5_slot *slot, journal *own)
{
    own->begun = true;
    w5_time since = slot->shared->options.since;
    return since == W5_TIME_NONE || since < 0
               ? sd_journal_seek_head(own->j)
               : sd_journal_seek_realtime_usec(own->j, (uint64_t)since);
}

static void remember(journal *own, char *cursor)
{
    free(own->cursor);
    own->cursor = cursor;
}

static void keep_cursor(journal *own)
{
    char *cursor;
    if (sd_journal_get_cursor(own->j, &cursor) < 0)
        return;
    remember(own, cursor);
}

/* Entries until a block is full: 1, 0 at the end of what is there, or an error of libsystemd's. */
static int fill(journal *own)
{
    uint64_t realtime;
    int rc = 1;
    while (rc > 0 && w5_out_bytes(own->lines).len < W5_BLOCK_MAX) {
        rc = sd_journal_next(own->j);
        if (rc <= 0)
            return rc;
        int got = sd_journal_get_realtime_usec(own->j, &realtime);
        if (got < 0)
            return got;
        if (realtime > own->until)
            continue; /* clocks step: a later entry may be in time again */
        got = put_entry(own, realtime);
        keep_cursor(own);
        if (got < 0)
            return got;
    }
    return rc;
}

static w5_rc next(w5_slot *slot, w5_block *block, w5_err *err)
{
    journal *own = slot->own;
    w5_err lost = {0};
    int rc = own->begun ? 1 : begin(slot, own);
    own->offset += w5_out_bytes(own->lines).len;
    w5_out_reset(own->lines);
    own->due = w5_monotonic() + LOOK;
    sd_journal_process(own->j);
    if (rc >= 0)
        rc = fill(own);
    w5_str lines = w5_out_bytes(own->lines);
    if (rc < 0 && lines.len > 0) {
        failed(&lost, rc, "an entry of the journal cannot be read");
        w5_slot_fail(slot, &lost); /* what can be read is read */
    }
    if (lines.len > 0) {
        *block = (w5_block){.offset = own->offset, .bytes = lines};
        slot->source.bytes = own->offset + lines.len;
        return W5_OK;
    }
    if (rc < 0)
        return failed(err, rc, "the journal is damaged");
    return slot->shared->options.follow && !slot->stopping ? W5_WAIT : W5_END;
}

/* Where the file system does not tell of changes libsystemd names a time to look again. */
static int wait(const w5_slot *slot, w5_time *due)
{
    const journal *own = slot->own;
    *due = own->due;
    return sd_journal_get_fd(own->j);
}

static void close_journal(w5_slot *slot)
{
    journal *own = slot->own;
    if (!own)
        return;
    sd_journal_close(own->j);
    w5_out_done(own->lines, NULL);
    free(slot->cursor);
    slot->cursor = own->cursor; /* it is asked for when the run has ended */
    free(own);
    slot->own = NULL;
}

const w5_source_kind w5_kind_journal = {W5_LIT("journal"), true, next, wait, close_journal};

/* --- cursors -------------------------------------------------------------------------------- */
w5_rc w5_journal_seek(w5_slot *slot, w5_str cursor, w5_err *err)
{
    journal *own = slot->own;
    char text[512];
    if (!own || cursor.len >= sizeof text)
        return w5_fail(err, W5_EINVAL, 0, "cannot go on at a place inside it");
    memcpy(text, cursor.ptr, cursor.len);
    text[cursor.len] = '\0';
    int rc = sd_journal_seek_cursor(own->j, text);
    if (rc < 0)
        return failed(err, rc, "the place where the last run stopped is not known");
    own->begun = true;
    /* if that entry is gone by now, the one behind it comes first and must not be passed over */
    if (sd_journal_next(own->j) > 0 && sd_journal_test_cursor(own->j, text) <= 0)
        sd_journal_previous(own->j);
    char *here;
    if (asprintf(&here, "%s", text) >= 0)
        remember(own, here); /* it stays there until there is more */
    return W5_OK;
}

w5_str w5_journal_cursor(const w5_slot *slot)
{
    const journal *own = slot->kind == &w5_kind_journal ? slot->own : NULL;
    const char *cursor = own ? own->cursor : slot->cursor;
    return cursor ? w5_str_of(cursor) : W5_NONE;
}

#else

const w5_source_kind w5_kind_journal = {.name = W5_LIT("journal"), .live = true};

w5_rc w5_journal_open(w5_slot *slot, w5_str what, w5_err *err)
{
    (void)slot, (void)what;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without the journal");
}

w5_rc w5_journal_seek(w5_slot *slot, w5_str cursor, w5_err *err)
{
    (void)slot, (void)cursor;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without the journal");
}

w5_str w5_journal_cursor(const w5_slot *slot)
{
    (void)slot;
    return W5_NONE;
}
#endif
