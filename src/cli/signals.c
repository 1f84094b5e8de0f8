#include "signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t came;

static void note(int number)
{
    came = number;
}

void signals_watch(void)
{
    static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    struct sigaction was;
    sigemptyset(&action.sa_mask);
    /* nohup has SIGHUP ignored: so it stays. A script that starts us with "&" has SIGINT ignored, but
     * who sends one to us alone means it. */
    for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
        if (sigaction(watched[i], NULL, &was) == 0 &&
            (was.sa_handler != SIG_IGN || watched[i] != SIGHUP))
            sigaction(watched[i], &action, NULL);
}

int signals_came(void)
{
    return came;
}
