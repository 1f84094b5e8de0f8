#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <why502/base/out.h>

bool terminal_can_redraw(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

unsigned terminal_columns(void)
{
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20;
    return known ? size.ws_col : 80;
}

void terminal_put(w5_str line)
{
    w5_out *out = w5_out_fd(STDERR_FILENO);
    w5_out_lit(out, "\r");
    w5_out_text(out, W5_TTY, line);
    w5_out_lit(out, line.len ? "\033[K\r" : "\033[K");
    w5_out_done(out, NULL); /* a line that cannot be drawn is none */
}
