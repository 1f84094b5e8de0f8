/* config_systemd.h -- asking what a unit sets. */
#ifndef W5_CONFIG_SYSTEMD_H
#define W5_CONFIG_SYSTEMD_H

#include "reading.h"

/* The next assignment in force of a key in a unit, from setting *from on; NULL: no more. The
 * pointer is valid until a setting is added. */
const w5_setting *w5_unit_setting(const w5_config *c, w5_str unit, const char *key, size_t *from);

#endif
