/* sha256.h -- SHA-256 (FIPS 180-4) of a text in base64, as a Content-Security-Policy names a style.
 */
#ifndef W5_REPORT_SHA256_H
#define W5_REPORT_SHA256_H

#include <why502/base/str.h>

#define W5_SHA256_BASE64 45 /* 44 characters and a NUL */

void w5_sha256(w5_str text, unsigned char digest[32]);
void w5_sha256_base64(w5_str text, char base64[W5_SHA256_BASE64]);

#endif
