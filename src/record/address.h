/* address.h -- where an application listens, written the way nginx writes its upstreams. */
#ifndef W5_RECORD_ADDRESS_H
#define W5_RECORD_ADDRESS_H

#include <why502/base/arena.h>
#include <why502/base/str.h>

/* "('127.0.0.1', 8000)…" -> "127.0.0.1:8000", "('::1', 8000, 0, 0)" -> "[::1]:8000",
 * "/run/g.sock…" -> "unix:/run/g.sock"; "" when it is none of these. */
w5_str w5_python_address(w5_str text, w5_arena *arena);

/* "http://127.0.0.1:8000" and "127.0.0.1:8000" -> "127.0.0.1:8000"; "8080", "*:8080", ":8080" ->
 * "0.0.0.0:8080"; ":::8080" -> "[::]:8080"; "unix:///run/x.sock", "/run/x.sock" ->
 * "unix:/run/x.sock". What is in order is borrowed. */
w5_str w5_listen_address(w5_str text, w5_arena *arena);

#endif
