/* err.h -- how a function says what went wrong.
 *
 * Zero is W5_OK, positive is a normal answer that is not the happy one, negative is a failure. The
 * text is written once, where the fault is known (w5_fail); callers pass the code on. The library
 * never prints and never exits. */
#ifndef W5_BASE_ERR_H
#define W5_BASE_ERR_H

#define W5_RC_LIST(X)                                                                              \
    X(W5_WAIT, 3, "nothing yet")                                                                   \
    X(W5_MISS, 2, "no match")                                                                      \
    X(W5_END, 1, "end")                                                                            \
    X(W5_OK, 0, "ok")                                                                              \
    X(W5_EIO, -1, "input or output failed")                                                        \
    X(W5_EINVAL, -2, "wrong usage")                                                                \
    X(W5_ENOTSUP, -3, "not built in")                                                              \
    X(W5_ESYNTAX, -4, "mistake in a text")                                                         \
    X(W5_EBUSY, -5, "held by another run")                                                         \
    X(W5_EDAMAGED, -6, "damaged")                                                                  \
    X(W5_ELIMIT, -7, "a limit was reached")                                                        \
    X(W5_EINTERNAL, -8, "internal fault")

typedef enum w5_rc {
#define W5_RC_ENUM(name, value, text) name = value,
    W5_RC_LIST(W5_RC_ENUM)
#undef W5_RC_ENUM
} w5_rc;

typedef struct w5_err {
    w5_rc code;
    int sys; /* errno, or 0 */
    char text[400];
} w5_err;

/* Fills *err (which may be NULL) and returns `code`. When sys is not 0, ": strerror" is appended.
 * Messages: lower case, no full stop, what failed first, the subject in single quotes. Bytes of
 * the arguments that are no printable ASCII or UTF-8 are escaped as \xNN. */
w5_rc w5_fail(w5_err *err, w5_rc code, int sys, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

const char *w5_rc_text(w5_rc code);

#endif
