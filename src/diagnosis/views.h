/* views.h -- what the machines of one incident can see of a fleet.
 *
 * The lines of its own machines explain an incident, and those of machines that serve it: a
 * database or an application that has a machine to itself. What happened on its neighbours, whose
 * pids and paths look alike, does not. Of one machine the view is all there is. */
#ifndef W5_DIAGNOSIS_VIEWS_H
#define W5_DIAGNOSIS_VIEWS_H

#include "known.h"

typedef struct w5_views w5_views;
w5_views *w5_views_new(const w5_known *whole);
void w5_views_free(w5_views *v);
/* The same for all incidents of one machine; lives in the arena of the whole. */
const w5_known *w5_views_of(w5_views *v, const w5_incident *incident);
/* Machines that told anything; and those that tell of requests. */
size_t w5_views_hosts(const w5_views *v);
size_t w5_views_fronts(const w5_views *v);

#endif
