// SPDX-License-Identifier: Apache-2.0
// Places where clients come in: made here, and entered by a child again and
// again.
#ifndef BENCH_CONNECTION_DOOR_H
#define BENCH_CONNECTION_DOOR_H

#define DOOR_ADDRESS_MAX 128

struct door {
    const char *name;
    // Opens a place. *place receives it, and `address` how to come to it. 0, or
    // -1 after saying why, as the others.
    int (*open)(void **place, char address[DOOR_ADDRESS_MAX]);
    int (*let_in)(void *place);        // the next one, and closes that end
    int (*enter)(const char *address); // and leaves
    void (*close)(void *place);
};

extern const struct door door_ours;     // without a key
extern const struct door door_ours_key; // with one
extern const struct door door_socket;   // the system's

#endif
