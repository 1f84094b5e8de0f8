/* fleet.h -- incidents of several machines that are one, and what to say of machines.
 *
 * Failing at the same time is no reason: what joins two machines is one database that both blame,
 * one upstream that both name, or one deploy that goes from the one to the other. */
#ifndef W5_DIAGNOSIS_FLEET_H
#define W5_DIAGNOSIS_FLEET_H

#include "caseload.h"

/* What joins the two; W5_ALONE: nothing. */
w5_fleet w5_fleet_bond(const w5_known *k, const w5_file *a, const w5_file *b);
/* Two further apart than this are never joined. */
#define W5_FLEET_REACH (10 * W5_MINUTE)

/* What an incident's machines have to do with one another. */
w5_fleet w5_fleet_of(const w5_known *k, const w5_file *file, w5_views *views);
/* The sentence behind the verdict; words NULL where there is but one machine. */
w5_sentence w5_fleet_say(const w5_known *k, const w5_file *file, w5_fleet what, w5_views *views,
                         w5_arena *arena);

#endif
