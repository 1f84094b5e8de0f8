/* mime.h -- texts as a mail carries them: encoded headers, quoted-printable bodies. */
#ifndef W5_REPORT_MIME_H
#define W5_REPORT_MIME_H

#include <why502/base/out.h>

/* "Name: value", folded; what is not printable ASCII becomes encoded words (RFC 2047). A value can
 * neither end its line nor begin another header, whatever bytes it holds. Nothing when it is empty.
 */
void w5_mime_header(w5_out *out, const char *name, w5_str value);
/* The same for what must stay as it is (addresses, ids): bytes that are no printable ASCII are left
 * out. */
void w5_mime_header_ascii(w5_out *out, const char *name, w5_str value);
/* Quoted-printable (RFC 2045 §6.7): lines of at most 76 characters, none of which begins with "."
 * or
 * "~" or "From ", which mail programs take for something else. */
void w5_mime_quoted(w5_out *out, w5_str text);

#endif
