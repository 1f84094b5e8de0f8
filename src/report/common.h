/* common.h -- what the reports share. */
#ifndef W5_REPORT_COMMON_H
#define W5_REPORT_COMMON_H

#include <why502/report.h>

/* Foreign text, redacted, then escaped for the sink. */
void report_foreign(w5_out *out, w5_escape how, w5_str text, const w5_view *view);
void report_digits(char *buf, size_t size, uint64_t n);

/* JSON building: each writes `"key":value` preceded by a comma when *first is false. */
void json_key(w5_out *out, bool *first, const char *key);
void json_str(w5_out *out, bool *first, const char *key, w5_str value, const w5_view *view);
void json_own(w5_out *out, bool *first, const char *key, w5_str value); /* ours: not redacted */
void json_num(w5_out *out, bool *first, const char *key, uint64_t value);
void json_time(w5_out *out, bool *first, const char *key, w5_time at, unsigned digits);
void json_bool(w5_out *out, bool *first, const char *key, bool value);
void json_null(w5_out *out, bool *first, const char *key);
void json_sentence(w5_out *out, bool *first, const char *key, const w5_sentence *s, const w5_view *view);
void json_tallies(w5_out *out, bool *first, const char *key, w5_tallies t, const w5_view *view);

/* One incident as an object (spec §6.2); `brief`: id, times, upstream, classes, cause. */
void report_json_incident(w5_out *out, const w5_diagnosis *d, const w5_run *run, const w5_view *view,
                          const char *change, bool brief);
/* The whole run as one object without a line end. */
void report_json_run(w5_out *out, const w5_run *run, const w5_view *view);

#endif
