/* landmarks.h -- instants in one lane that should have a partner in another, and how many do
 * under a shift.
 *
 * A landmark is an upstream error, a failed request, or a process that died or stopped. Two are
 * joined when they tell of the same process or path; otherwise only clusters count, for in a dense
 * stretch anything fits anything. */
#ifndef W5_INCIDENT_LANDMARKS_H
#define W5_INCIDENT_LANDMARKS_H

#include "timeline.h"

#define W5_LANDMARKS_MAX 4096
#define W5_PAIR_FIT      (2 * W5_SECOND) /* spec §5.3 */

typedef struct w5_landmark {
    w5_time at;
    uint64_t token; /* of a process or a path; 0 none */
} w5_landmark;

typedef struct w5_landmarks {
    w5_landmark *joint; /* with a token, by token and time */
    size_t joints;
    w5_time *cluster; /* first instant of each cluster, in order */
    size_t clusters;
} w5_landmarks;

/* Marks of some lanes, as `clock` puts them (NULL: as they stood). */
w5_landmarks w5_landmarks_of(const w5_ledger *l, const bool *lane, const w5_clock *clock,
                             w5_arena *arena);

typedef struct w5_fit_result {
    size_t pairs, close; /* within W5_PAIR_FIT; of these within a second */
    size_t most;         /* how many there could be: the smaller side, where both have something */
} w5_fit_result;
/* One-to-one pairs when `a` is moved by `shift`. */
w5_fit_result w5_landmarks_joined(const w5_landmarks *a, const w5_landmarks *b, w5_time shift);
w5_fit_result w5_landmarks_clustered(const w5_landmarks *a, const w5_landmarks *b, w5_time shift);

typedef struct w5_best_shift {
    bool found;
    w5_time shift;
    w5_fit_result fit;
} w5_best_shift;
/* Of shifts from, from + step, … to the one under which clearly more pairs fit than under any other
 * (that is not its neighbour within 2 * W5_PAIR_FIT). `joined_min`: how many joined pairs are
 * enough: 2, or 1 between nginx's own two logs. */
w5_best_shift w5_landmarks_best(const w5_landmarks *a, const w5_landmarks *b, w5_time from,
                                w5_time to, w5_time step, size_t joined_min);

#endif
