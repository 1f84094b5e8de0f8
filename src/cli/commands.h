/* commands.h -- the sub-commands; each answers the exit status. */
#ifndef W5_CLI_COMMANDS_H
#define W5_CLI_COMMANDS_H

#include "options.h"

int cmd_diagnose(const options *o);
int cmd_demo(const options *o);
int cmd_explain(const options *o);   /* operand[0] is "explain" */
int cmd_list(const options *o);
int cmd_catalogue(const options *o);
int cmd_version(const options *o);

#endif
