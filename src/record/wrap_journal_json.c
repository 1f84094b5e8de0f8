/* wrap_journal_json.c -- journalctl -o json, json-seq (0x1E in front), json-sse ("data: " in
 * front): an entry a line, its fields in any order. */
#include "journal.h"

bool w5_wrap_journal_json(w5_str line, w5_wrapped *w)
{
    size_t at;
    w5_str_take(&line, W5_STR("\x1e"));
    w5_str_take(&line, W5_STR("data: "));
    return line.len > 0 && line.ptr[0] == '{' &&
           w5_str_find(line, W5_STR("\"__REALTIME_TIMESTAMP\":"), &at) &&
           w5_journal_read_json(line, w);
}
