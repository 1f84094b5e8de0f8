/* ini.h -- lines of files with [groups]: what MySQL, php-fpm, uWSGI and supervisor share. */
#ifndef W5_CONFIG_INI_H
#define W5_CONFIG_INI_H

#include "reading.h"

#define W5_INI_MAX 4096 /* pairs of one file; what shadows what is searched among all of them */

typedef struct w5_ini {
    w5_str text;
    unsigned line; /* of the last pair */
    w5_str group;  /* "" before the first */
    unsigned pairs;
} w5_ini;

/* The next "key = value" or lone "key" (value NULL); groups and comments are passed over. Blanks
 * around both are gone, quotes are not. */
bool w5_ini_next(w5_ini *ini, w5_str *key, w5_str *value);
/* Says so when the file had more pairs than were read. */
void w5_ini_done(const w5_ini *ini, w5_config *c, w5_str file);
/* Up to a comment that begins with `sign` outside quotes. */
w5_str w5_before_comment(w5_str value, char sign);
/* Without the quotes around it, if there are two alike. */
w5_str w5_unquoted(w5_str value);

#endif
