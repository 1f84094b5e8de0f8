/* builtin.c -- the files of src/catalogue/data, as bytes in the program (the Makefile writes the
 * list). */
#include "inside.h"

#include "catalogue/builtin.inc"

w5_rc w5_catalogue_load_builtin(w5_catalogue *c, w5_err *err)
{
    w5_catalogue_layer(c);
    c->builtin_layer = c->layer;
    for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
        w5_str text = {(const char *)builtin[i].bytes, builtin[i].len};
        w5_rc rc = w5_catalogue_read(c, w5_str_of(builtin[i].name), text, err);
        if (rc < 0)
            return rc;
    }
    return W5_OK;
}
