#include "journal.h"

#include <limits.h>

#include <why502/base/json.h>

#include "tag.h"

/* --- stamps ----------------------------------------------------------------------------------- */
/* Zone names that mean one offset wherever a server stands. CST, IST, BST and their like do not:
 * such a stamp is civil time, whose zone other logs must tell. */
static bool zone_offset(w5_str name, int *seconds)
{
    static const struct {
        w5_str name;
        int hours;
    } zones[] = {
        {W5_LIT("UTC"),  0 },
        {W5_LIT("GMT"),  0 },
        {W5_LIT("JST"),  9 },
        {W5_LIT("KST"),  9 },
        {W5_LIT("CET"),  1 },
        {W5_LIT("CEST"), 2 },
        {W5_LIT("EET"),  2 },
        {W5_LIT("EEST"), 3 },
        {W5_LIT("WET"),  0 },
        {W5_LIT("WEST"), 1 },
        {W5_LIT("MSK"),  3 },
        {W5_LIT("EST"),  -5},
        {W5_LIT("EDT"),  -4},
        {W5_LIT("CDT"),  -5},
        {W5_LIT("MDT"),  -6},
        {W5_LIT("MST"),  -7},
        {W5_LIT("PDT"),  -7},
        {W5_LIT("PST"),  -8},
        {W5_LIT("NZST"), 12},
        {W5_LIT("NZDT"), 13},
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (w5_str_eq(zones[i].name, name)) {
            *seconds = zones[i].hours * 3600;
            return true;
        }
    }
    return w5_take_offset(&name, seconds) && name.len == 0;
}

/* "+03", "-0330": zones without letters. */
static bool zone_digits(w5_str name, int *seconds)
{
    unsigned hours;
    if (name.len != 3 || (name.ptr[0] != '+' && name.ptr[0] != '-') ||
        !w5_digits(name.ptr + 1, 2, &hours) || hours > 14)
        return false;
    *seconds = (int)hours * (name.ptr[0] == '-' ? -3600 : 3600);
    return true;
}

static bool take_day_name(w5_str *s)
{
    static const char names[] = "SunMonTueWedThuFriSat";
    if (s->len < 24 || s->ptr[3] != ' ' || s->ptr[8] != '-')
        return false;
    for (size_t i = 0; i < 7; i++) {
        if (memcmp(names + 3 * i, s->ptr, 3) == 0) {
            *s = w5_str_skip(*s, 4);
            return true;
        }
    }
    return false;
}

bool w5_journal_take_full_stamp(w5_str *s, w5_wrapped *w)
{
    w5_str rest = *s;
    w5_str zone;
    int offset;
    int seconds;
    unsigned digits;
    if (!take_day_name(&rest) || rest.ptr[10] != ' ' ||
        !w5_take_iso(&rest, &w->at, &offset, &digits) || offset != INT_MIN ||
        !w5_str_take(&rest, W5_STR(" ")) || !w5_str_cut(rest, ' ', &zone, &rest) || zone.len == 0 ||
        zone.len > 6)
        return false;
    w->digits = (uint8_t)(digits < 6 ? digits : 6);
    w->zoned = zone_offset(zone, &seconds) || zone_digits(zone, &seconds);
    if (w->zoned)
        w->at -= seconds * W5_SECOND;
    *s = rest;
    return true;
}

/* --- fields ----------------------------------------------------------------------------------- */
int w5_journal_place(w5_str key)
{
    static const w5_str fields[] = {
#define W5_JOURNAL_ROW(name, text) W5_LIT(text),
        W5_JOURNAL_FIELDS(W5_JOURNAL_ROW)
#undef W5_JOURNAL_ROW
    };
    /* Bit n: a name of n bytes is wanted. Half of an entry's fields are refused by their length. */
    static const uint64_t lengths = 0
#define W5_JOURNAL_LENGTH(name, text) | UINT64_C(1) << (sizeof(text) - 1)
        W5_JOURNAL_FIELDS(W5_JOURNAL_LENGTH)
#undef W5_JOURNAL_LENGTH
        ;
    _Static_assert(sizeof(w5_journal) == sizeof fields, "fields are counted as they stand");
    if (key.len > 63 || !(lengths >> key.len & 1))
        return -1;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].len == key.len && memcmp(fields[i].ptr, key.ptr, key.len) == 0)
            return (int)i;
    return -1;
}

w5_str *w5_journal_field(w5_journal *j, w5_str key)
{
    int place = w5_journal_place(key);
    w5_str *value = place < 0 ? NULL : w5_journal_value(j, place);
    return value && !value->ptr ? value : NULL;
}

static w5_str first_told(w5_str a, w5_str b, w5_str c)
{
    if (a.len > 0)
        return a;
    return b.len > 0 ? b : c;
}

/* _SOURCE_REALTIME_TIMESTAMP is when it was sent, __REALTIME_TIMESTAMP when it arrived;
 * journalctl's short modes print the former too. */
static void tell_time(const w5_journal *j, w5_wrapped *w)
{
    uint64_t micros;
    if (!w5_str_u64(first_told(j->source_realtime, j->realtime, W5_NONE), &micros) ||
        micros > (uint64_t)253402300799 * W5_SECOND)
        return;
    w->at = (w5_time)micros;
    w->zoned = true;
    w->digits = 6;
}

bool w5_journal_tell(const w5_journal *j, w5_wrapped *w)
{
    uint64_t severity;
    if (!j->message.ptr && j->realtime.len == 0)
        return false;
    tell_time(j, w);
    w->host = j->hostname;
    w->ident = first_told(j->identifier, j->comm, W5_NONE);
    if (w5_str_eq(j->transport, W5_STR("kernel")))
        w->ident = W5_STR("kernel");
    w->pid = first_told(j->pid, j->syslog_pid, W5_NONE);
    /* systemd speaks of units that are not its own: UNIT says of which. */
    w->unit = first_told(j->unit, j->user_unit, j->systemd_unit);
    w->message_id = j->message_id;
    if (w5_str_u64(j->priority, &severity))
        w->level = w5_tag_level(severity);
    w->key = w->pid.len > 0 ? w->pid : w->ident;
    w->inner = w5_journal_plain(j->message, w->scratch);
    return true;
}

/* --- messages --------------------------------------------------------------------------------- */
/* Length of an SGR sequence (ESC [ digits and semicolons m) at the front of s; 0 when none is. */
static size_t sgr_length(w5_str s)
{
    if (s.len < 3 || s.ptr[0] != '\x1b' || s.ptr[1] != '[')
        return 0;
    for (size_t i = 2; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == 'm')
            return i + 1;
        if ((c < '0' || c > '9') && c != ';')
            return 0;
    }
    return 0;
}

w5_str w5_journal_plain(w5_str text, w5_arena *scratch)
{
    size_t at;
    if (!w5_str_find_char(text, '\x1b', &at))
        return text;
    char *out = w5_arena_alloc(scratch, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len;) {
        size_t skip = sgr_length(w5_str_skip(text, i));
        if (skip == 0)
            out[n++] = text.ptr[i++];
        i += skip;
    }
    return (w5_str){out, n};
}

/* "[119,111,…]": the bytes of a text that is no UTF-8 or holds control characters. */
static w5_str json_bytes(w5_str list, w5_arena *scratch)
{
    char *out = w5_arena_alloc(scratch, list.len + 1);
    size_t n = 0;
    uint64_t byte = 0;
    bool digits = false;
    for (size_t i = 0; i < list.len; i++) {
        unsigned digit = (unsigned)(unsigned char)list.ptr[i] - '0';
        if (digit <= 9)
            byte = (byte * 10 + digit) & 0xfff;
        else if (digits)
            out[n++] = (char)byte;
        if (digit > 9)
            byte = 0;
        digits = digit <= 9;
    }
    return (w5_str){out, n};
}

/* The first value of "[[119,111],"text"]": a field that stands twice in its entry. */
static w5_str first_of(w5_str list)
{
    size_t end;
    if (list.len > 0 && list.ptr[0] == '[')
        return w5_str_find_char(list, ']', &end) ? w5_str_head(list, end + 1) : W5_NONE;
    for (end = 1; end < list.len && list.ptr[end] != '"'; end++)
        end += list.ptr[end] == '\\';
    return w5_str_head(list, end + 1);
}

w5_str w5_journal_json_value(w5_str raw, w5_arena *scratch)
{
    w5_str text = W5_STR("");
    if (raw.len == 0 || (raw.ptr[0] != '[' && raw.ptr[0] != '"'))
        return text;
    if (raw.ptr[0] == '"' && !memchr(raw.ptr, '\\', raw.len))
        return (w5_str){raw.ptr + 1, raw.len - 2};
    if (raw.ptr[0] == '"')
        return w5_json_unquote(scratch, raw, &text) == W5_OK ? text : W5_STR("");
    w5_str list = w5_str_trim(w5_str_skip(raw, 1));
    if (list.len > 0 && (list.ptr[0] == '[' || list.ptr[0] == '"')) {
        w5_str first = first_of(list);
        if (first.len > 0 && first.ptr[0] == '[')
            return json_bytes(first, scratch);
        return w5_json_unquote(scratch, first, &text) == W5_OK ? text : W5_STR("");
    }
    return json_bytes(list, scratch);
}

bool w5_journal_read_json(w5_str object, w5_wrapped *w)
{
    w5_journal entry = {0};
    w5_json_walk walk;
    w5_str key, raw;
    if (!w5_json_walk_open(object, &walk))
        return false;
    while (w5_json_walk_next(&walk, &key, &raw)) {
        w5_str *value = w5_journal_field(&entry, key);
        if (value)
            *value = w5_journal_json_value(raw, w->scratch);
    }
    return !walk.broken && w5_journal_tell(&entry, w);
}

/* --- entries of several lines ----------------------------------------------------------------- */
enum {
    ENTRY_MAX = 4 << 20
}; /* a core dump's entry holds the whole stack of a program; more is cut */

void w5_growing_put(w5_growing *g, w5_arena *arena, w5_str bytes)
{
    if (bytes.len > ENTRY_MAX - g->len)
        bytes.len = ENTRY_MAX - g->len;
    if (bytes.len == 0)
        return;
    if (g->len + bytes.len > g->room) {
        g->room = 2 * (g->len + bytes.len) + 512;
        char *more = w5_arena_alloc(arena, g->room);
        if (g->len > 0)
            memcpy(more, g->bytes, g->len);
        g->bytes = more;
    }
    memcpy(g->bytes + g->len, bytes.ptr, bytes.len);
    g->len += bytes.len;
}
