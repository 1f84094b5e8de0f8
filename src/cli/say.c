#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <why502/base/out.h>

void say(const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text) - 1, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    w5_out *out = w5_out_fd(STDERR_FILENO);
    w5_out_lit(out, "why502: ");
    w5_out_text(out, W5_TTY, w5_str_of(text));
    w5_out_lit(out, "\n");
    w5_out_done(out, NULL); /* nothing can be told when standard error is gone */
}

void say_failure(w5_str subject, const w5_err *err)
{
    if (subject.len)
        say("%.*s: %s", W5_ARG(subject), err->text);
    else
        say("%s", err->text);
}

int exit_worse(int a, int b)
{
    static const int order[] = {EXIT_USAGE, EXIT_INTERNAL, EXIT_BUSY, EXIT_OUTPUT, EXIT_INPUT,
                                EXIT_INCIDENT};
    if (a > EXIT_SIGNAL || b > EXIT_SIGNAL)
        return a > b ? a : b;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return EXIT_FINE;
}

int exit_of(w5_rc rc)
{
    switch (rc) {
    case W5_EINVAL:
    case W5_ESYNTAX:
        return EXIT_USAGE;
    case W5_EBUSY:
        return EXIT_BUSY;
    case W5_EIO:
    case W5_EDAMAGED:
    case W5_ENOTSUP:
        return EXIT_INPUT;
    case W5_ELIMIT:
    case W5_EINTERNAL:
        return EXIT_INTERNAL;
    default:
        return EXIT_FINE;
    }
}
