/* wrap_colour.c -- the colours of a program that took its log for a terminal (uvicorn, docker
 * compose with a tty, journalctl -o cat of such): lines that begin with ESC [ … m lose all of them.
 */
#include "journal.h"

bool w5_wrap_colour(w5_str line, w5_wrapped *w)
{
    if (line.len < 3 || line.ptr[0] != '\x1b')
        return false;
    w->inner = w5_journal_plain(line, w->scratch);
    return w->inner.len > 0 && w->inner.len < line.len && w->inner.ptr[0] != '\x1b';
}
