/* news.h -- a run reduced to what nobody was told yet. */
#ifndef W5_CLI_NEWS_H
#define W5_CLI_NEWS_H

#include "told.h"

#include <why502/report.h>

/* The run with the incidents that are news to `known` alone, and what is new about each; it knows
 * them from now on. What it points to lives in the run and in the arena. */
w5_run news_take(const w5_run *run, told_list *known, w5_arena *arena);

#endif
