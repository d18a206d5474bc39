// SPDX-License-Identifier: Apache-2.0
// What mp_wait() has of connections and listeners. They are watched in rounds:
// each names the sources that tell of it, and after the sleep looks at what no
// source tells.
#ifndef MP_CORE_WATCH_H
#define MP_CORE_WATCH_H

#include "core/port.h"
#include "platform/link.h"

// One round.
typedef struct mp__watch {
    mp_plat_source_t *sources;
    size_t count;
    size_t room;
    int64_t until; // the latest time to look again
} mp__watch_t;

// What is known of one object from round to round; zero at first.
typedef struct mp__watched {
    size_t first; // its sources in this round
    size_t count;
    bool has_turn; // a listener's, from watch to after
    bool gives_way;
} mp__watched_t;

// By kind, in connection_wait.c and listener_wait.c. The port is in use.
struct mp__port_watch {
    const char *name;
    // Before the first round. MP_ESTATE: it is nothing to wait for.
    int (*check)(const mp__port_t *port);
    // Adds its sources. 1: it is ready already; 0.
    int (*watch)(mp__port_t *port, mp__watch_t *watch, mp__watched_t *watched);
    // After each watch, also one that failed: whether it is ready by what no
    // source tells.
    bool (*after)(mp__port_t *port, mp__watched_t *watched);
};
extern const mp__port_watch_t mp__connection_watch;
extern const mp__port_watch_t mp__listener_watch;

// MP_ENOMEM.
int mp__watch_add(mp__watch_t *watch, const mp_plat_source_t *source);

#endif
