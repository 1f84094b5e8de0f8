/* address.h -- does a bound address take what nginx sends to an upstream? */
#ifndef W5_DIAGNOSIS_ADDRESS_H
#define W5_DIAGNOSIS_ADDRESS_H

#include <why502/base/str.h>

/* "0.0.0.0:8000" takes 127.0.0.1:8000, but not [::1]:8000. */
bool w5_address_reaches(w5_str bound, w5_str upstream);
bool w5_address_same_port(w5_str a, w5_str b);
bool w5_address_is_unix(w5_str a);
bool w5_address_is_loopback(w5_str a); /* of TCP */
bool w5_address_is_ipv6(w5_str a);

#endif
