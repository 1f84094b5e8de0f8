#include "errands.h"

#include <stdlib.h>
#include <string.h>

static w5_str put(char **to, w5_str text)
{
    w5_str copy = {*to, text.len};
    if (text.len)
        memcpy(*to, text.ptr, text.len);
    *to += text.len;
    return copy;
}

bool errands_add(errands *all, size_t command, w5_str subject, w5_str input)
{
    if (all->n >= ERRANDS_MAX)
        return false;
    errand *e = w5_xmalloc(sizeof(*e) + subject.len + input.len);
    char *room = (char *)(e + 1);
    *e = (errand){.command = command};
    e->subject = put(&room, subject);
    e->input = put(&room, input);
    if (all->last)
        all->last->next = e;
    else
        all->first = e;
    all->last = e;
    all->n++;
    return true;
}

w5_rc errands_turn(errands *all, w5_courier *c, w5_time patience, w5_err *err)
{
    const errand *e = all->first;
    if (!e)
        return W5_WAIT;
    if (!all->under_way) {
        w5_rc rc = w5_courier_begin(c, e->command, e->input, err);
        if (rc < 0)
            return rc;
        all->under_way = true;
    }
    return w5_courier_end(c, patience, err);
}

void errands_drop(errands *all)
{
    errand *e = all->first;
    if (!e)
        return;
    all->first = e->next;
    all->last = e->next ? all->last : NULL;
    all->n--;
    all->under_way = false;
    free(e);
}
