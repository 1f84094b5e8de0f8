/* terminal.h -- one line of standard error that is drawn again and again. */
#ifndef W5_CLI_TERMINAL_H
#define W5_CLI_TERMINAL_H

#include <why502/base/str.h>

/* A terminal that cannot take a line back gets none. */
bool terminal_can_redraw(void);
unsigned terminal_columns(void);
/* In place of what stands there; the cursor goes back to the beginning. "" takes the line away. */
void terminal_put(w5_str line);

#endif
