/* zone.c -- zones by name: found in zoneinfo, read once, kept.
 *
 * A table never changes once it is read, so a short list of those in use is kept for the whole
 * process: readers walk it without a lock, a new zone is added under one. It is the one memo of
 * its kind; w5_zone stays a plain value that can be copied and compared. Zones must be asked for
 * (w5_zone_parse) before the sandbox closes: later no file can be opened. */
#include <why502/base/time.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tzif.h"

enum {
    ZONES_MAX = 32,
    FILE_MAX = 128 * 1024,
    PATH_ROOM = 512
};

typedef struct known_zone {
    char name[sizeof((w5_zone *)0)->name];
    w5_tz table;
    w5_arena *arena; /* the table's; it lives as long as the process */
} known_zone;

static known_zone known[ZONES_MAX];
static atomic_size_t known_count;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- finding a zone's description ------------------------------------------------------------ */
/* Regular files only, and never a wait: TZ=:/dev/zero and a FIFO are things that people try. */
static w5_rc read_file(w5_arena *arena, const char *path, w5_str *text)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return W5_MISS;
    w5_rc rc = W5_MISS;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX) {
        char *bytes = w5_arena_alloc(arena, (size_t)st.st_size);
        ssize_t got = pread(fd, bytes, (size_t)st.st_size, 0);
        rc = got == st.st_size ? W5_OK : W5_MISS;
        *text = (w5_str){bytes, (size_t)st.st_size};
    }
    close(fd);
    return rc;
}

static w5_rc read_path(w5_arena *arena, const char *path, w5_tz *table)
{
    w5_str text;
    w5_rc rc = read_file(arena, path, &text);
    return rc == W5_OK ? w5_tz_read(arena, text, table) : rc;
}

/* A name of the database: letters, digits, "_+-" in parts that do not start with a point. */
static bool is_zone_name(w5_str name)
{
    bool part_start = true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '+' || c == '-';
        if (!plain && (part_start || (c != '/' && c != '.')))
            return false;
        part_start = c == '/';
    }
    return name.len > 0 && !part_start;
}

static w5_rc read_named(w5_arena *arena, w5_str name, w5_tz *table)
{
    char path[PATH_ROOM];
    const char *folder = secure_getenv("TZDIR");
    if (!is_zone_name(name))
        return W5_MISS;
    int len = snprintf(path, sizeof path, "%s/%.*s",
                       folder && folder[0] == '/' ? folder : "/usr/share/zoneinfo", W5_ARG(name));
    return len < 0 || (size_t)len >= sizeof path ? W5_MISS : read_path(arena, path, table);
}

/* What tzset(3) understands: a file, a name, a rule, with or without a colon before it. */
static w5_rc read_spec(w5_arena *arena, w5_str spec, w5_tz *table)
{
    char path[PATH_ROOM];
    w5_str_take(&spec, W5_STR(":"));
    if (w5_str_starts(spec, W5_STR("/")) && spec.len < sizeof path) {
        memcpy(path, spec.ptr, spec.len);
        path[spec.len] = '\0';
        return read_path(arena, path, table);
    }
    w5_rc rc = read_named(arena, spec, table);
    return rc == W5_OK ? rc : w5_tz_rule(arena, spec, table);
}

static w5_rc read_host(w5_arena *arena, w5_tz *table)
{
    const char *tz = secure_getenv("TZ");
    if (!tz)
        return read_path(arena, "/etc/localtime", table);
    return read_spec(arena, w5_str_of(tz), table);
}

/* --- the list of zones in use ---------------------------------------------------------------- */
static const w5_tz *find_known(const char *name)
{
    size_t count = atomic_load_explicit(&known_count, memory_order_acquire);
    for (size_t i = 0; i < count; i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i].table;
    return NULL;
}

static w5_rc add_known(const char *name, const w5_tz **table)
{
    size_t count = atomic_load_explicit(&known_count, memory_order_relaxed);
    if (count == ZONES_MAX)
        return W5_ELIMIT;
    known_zone *zone = &known[count];
    w5_arena *arena = w5_arena_new();
    w5_rc rc = name[0] == '\0' ? read_host(arena, &zone->table)
                               : read_spec(arena, w5_str_of(name), &zone->table);
    if (rc != W5_OK && name[0] == '\0') /* no zone set, or nonsense: UTC, as the C library does */
        rc = w5_tz_rule(arena, W5_STR("UTC0"), &zone->table);
    if (rc != W5_OK) {
        w5_arena_free(arena);
        return rc;
    }
    memcpy(zone->name, name, strlen(name) + 1);
    zone->arena = arena;
    atomic_store_explicit(&known_count, count + 1, memory_order_release);
    *table = &zone->table;
    return W5_OK;
}

static w5_rc table_of(const char *name, const w5_tz **table)
{
    const w5_tz *found = find_known(name);
    w5_rc rc = W5_OK;
    if (!found) {
        pthread_mutex_lock(&known_lock);
        found = find_known(name); /* another thread may have been first */
        rc = found ? W5_OK : add_known(name, &found);
        pthread_mutex_unlock(&known_lock);
    }
    if (rc == W5_OK)
        *table = found;
    return rc;
}

/* --- the door -------------------------------------------------------------------------------- */
/* Words for a fixed offset. Of the abbreviations only those two that mean one thing. */
static const struct {
    w5_str word;
    int offset;
} words[] = {
    {W5_LIT("UTC"), 0       },
    {W5_LIT("GMT"), 0       },
    {W5_LIT("Z"),   0       },
    {W5_LIT("JST"), 9 * 3600},
    {W5_LIT("KST"), 9 * 3600},
};

/* "+09:00", "+0900", "+09", "-3", also behind "UTC" or "GMT" */
static bool fixed_offset(w5_str text, int *offset)
{
    uint64_t hours;
    int seconds;
    if (!w5_str_take(&text, W5_STR("UTC")))
        w5_str_take(&text, W5_STR("GMT"));
    w5_str rest = text;
    if (w5_take_offset(&rest, &seconds) && rest.len == 0) {
        *offset = seconds;
        return text.ptr[0] == '+' || text.ptr[0] == '-';
    }
    if (text.len < 2 || text.len > 3 || (text.ptr[0] != '+' && text.ptr[0] != '-'))
        return false;
    if (!w5_str_u64(w5_str_skip(text, 1), &hours) || hours > 23)
        return false;
    *offset = (text.ptr[0] == '-' ? -3600 : 3600) * (int)hours;
    return true;
}

static bool fixed_zone(w5_str text, int *offset)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (w5_str_ieq(text, words[i].word)) {
            *offset = words[i].offset;
            return true;
        }
    }
    return fixed_offset(text, offset);
}

static w5_rc named_zone(w5_str text, w5_zone *zone)
{
    const w5_tz *table;
    w5_zone found = {0};
    if (w5_str_eq(text, W5_STR("local")))
        text.len = 0;
    if (text.len >= sizeof found.name || (text.len > 0 && memchr(text.ptr, '\0', text.len)))
        return W5_MISS;
    if (text.len > 0)
        memcpy(found.name, text.ptr, text.len);
    w5_rc rc = table_of(found.name, &table);
    if (rc == W5_OK)
        *zone = found;
    return rc;
}

w5_rc w5_zone_parse(w5_str text, w5_zone *zone, w5_err *err)
{
    int offset;
    if (fixed_zone(text, &offset)) {
        *zone = (w5_zone){.fixed = true, .offset = offset};
        return W5_OK;
    }
    w5_rc rc = named_zone(text, zone);
    if (rc == W5_ELIMIT)
        return w5_fail(err, rc, 0, "more than %d time zones at once", ZONES_MAX);
    if (rc != W5_OK)
        return w5_fail(err, W5_EINVAL, 0,
                       "unknown time zone '%.*s' (write +09:00, UTC or a name such as Asia/Tokyo)",
                       W5_ARG(text));
    return W5_OK;
}

static int64_t seconds_of(w5_time at)
{
    return at / W5_SECOND - (at % W5_SECOND < 0);
}

int w5_zone_offset(const w5_zone *zone, w5_time utc)
{
    const w5_tz *table;
    if (zone->fixed || table_of(zone->name, &table) != W5_OK)
        return zone->offset;
    return w5_tz_offset(table, seconds_of(utc));
}

int w5_zone_offset_civil(const w5_zone *zone, w5_time civil)
{
    const w5_tz *table;
    if (zone->fixed || table_of(zone->name, &table) != W5_OK)
        return zone->offset;
    return w5_tz_offset_civil(table, seconds_of(civil));
}
