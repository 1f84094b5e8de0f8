/* remote.h -- whose log it is, by where a collector has put it. */
#ifndef W5_RECORD_REMOTE_H
#define W5_RECORD_REMOTE_H

#include <why502/base/str.h>

/* "web1" of "/var/log/remote/web1/error.log"; "" of any other path. */
w5_str w5_remote_host(w5_str path);

#endif
