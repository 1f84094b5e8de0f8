/* code.h -- short codes: where, who, what (spec §4.1). */
#ifndef W5_EVENT_CODE_H
#define W5_EVENT_CODE_H

#include <why502/base/arena.h>
#include <why502/base/str.h>

/* The letter of nginx's action: R C T S H B. A line that was cut before its action is taken to have
 * waited for the header, where a request spends its time. */
char w5_phase_letter(w5_str phase);

/* Fills "{P}" and "{errno}" of a template; numbers that are no errno become OTHER. The result lives
 * in the arena (or is the template itself). */
w5_str w5_code_fill(w5_str template, char letter, int number, w5_arena *arena);

#endif
