// SPDX-License-Identifier: Apache-2.0
// Rows of ways, which are their `data`: messages that a child sends back, and
// messages that it only receives.
#ifndef BENCH_CONNECTION_ECHO_H
#define BENCH_CONNECTION_ECHO_H

#include "bench/common/row.h"
#include "bench/connection/way.h"

// The `open`, `close` and `run` of such a group. A way is opened, with a child
// at its other end, when its first row runs.
int echo_open(const struct setting *setting);
void echo_close(void);
int echo_ping(const struct row *row, unsigned count, int64_t *elapsed);
int echo_stream(const struct row *row, unsigned count, int64_t *elapsed);

// Both rows of a way.
#define ECHO_ROWS(the_way, text, about, which)                                 \
    {.name = text "/ping",                                                     \
     .what = about ": a message there and back",                               \
     .run = echo_ping,                                                         \
     .data = &the_way,                                                         \
     .number = which},                                                         \
    {                                                                          \
        .name = text "/stream", .what = about ": messages one way",            \
        .run = echo_stream, .data = &the_way, .number = which                  \
    }

#endif
