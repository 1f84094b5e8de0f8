#include "clocks.h"

static w5_log_clock start(uint64_t whose, w5_time at)
{
    return (w5_log_clock){.whose = whose | 1, .oldest = at, .newest = at};
}

bool w5_clocks_see(w5_clocks *c, uint64_t whose, w5_time at)
{
    w5_log_clock *clock = &c->at[whose / 2 % W5_CLOCKS];
    if (clock->whose != (whose | 1)) {
        *clock = start(whose, at);
        return false;
    }
    if (at < clock->newest - W5_CLOCK_REACH) {
        *clock = start(whose, at);
        c->jumped = true;
        return true;
    }
    clock->oldest = at < clock->oldest ? at : clock->oldest;
    clock->newest = at > clock->newest ? at : clock->newest;
    return false;
}

bool w5_clocks_go_on(const w5_clocks *c, const w5_clocks *later)
{
    if (c->jumped || later->jumped)
        return false;
    for (size_t i = 0; i < W5_CLOCKS; i++)
        if (c->at[i].whose != 0 && c->at[i].whose == later->at[i].whose &&
            later->at[i].oldest < c->at[i].newest - W5_CLOCK_REACH)
            return false;
    return true;
}

void w5_clocks_merge(w5_clocks *c, const w5_clocks *later)
{
    for (size_t i = 0; i < W5_CLOCKS; i++) {
        const w5_log_clock *from = &later->at[i];
        w5_log_clock *clock = &c->at[i];
        if (from->whose == 0)
            continue;
        if (clock->whose != from->whose) {
            *clock = *from;
            continue;
        }
        clock->oldest = from->oldest < clock->oldest ? from->oldest : clock->oldest;
        clock->newest = from->newest > clock->newest ? from->newest : clock->newest;
    }
    c->jumped |= later->jumped;
}
