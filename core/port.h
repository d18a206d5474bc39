// SPDX-License-Identifier: Apache-2.0
// What connections and listeners have in common: they hold a handle of the
// system, they travel to children as arguments, and one thread may close them
// while another one waits on them.
#ifndef MP_CORE_PORT_H
#define MP_CORE_PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <multiprocessing/arguments.h>

typedef enum mp__port_kind {
    MP__PORT_NONE,
    MP__PORT_CONNECTION = 1,
    MP__PORT_LISTENER
} mp__port_kind_t;

// The first member of either. All ports of this process are in one row, so that
// a forked child can close those that are not meant for it.
typedef struct mp__port {
    mp__port_kind_t kind;
    struct mp__port *next;
    struct mp__port *previous;
    _Atomic uint32_t references; // frees with the last one
    _Atomic uint32_t users;      // threads that use the handle, and CLOSED
} mp__port_t;

typedef struct mp__port_watch mp__port_watch_t;

// By kind, in connection.c and listener.c.
typedef struct mp__port_calls {
    void (*close)(mp__port_t *port); // once: nobody uses it any more
    void (*free)(mp__port_t *port);  // after that
    intptr_t (*handle)(const mp__port_t *port);
    // In a forked child that has it as an argument: what does not travel.
    void (*forget)(mp__port_t *port);
    // What another process needs beside the handle, without the kind.
    size_t (*describe)(const mp__port_t *port, unsigned char *record);
    // Takes the handle over, or closes it if that fails. MP_EPROTO.
    int (*open)(mp__port_t **out, const unsigned char *record, size_t size,
                intptr_t handle);
    const mp__port_watch_t *watch; // core/watch.h
} mp__port_calls_t;
extern const mp__port_calls_t mp__connection_calls;
// Listeners say so when their file is linked: what serves handshakes brings a
// library for cryptography along, which a program that has none is spared.
void mp__port_know_listeners(const mp__port_calls_t *calls);

// Held once; in the row.
void mp__port_begin(mp__port_t *port, mp__port_kind_t kind);
void mp__port_hold(mp__port_t *port);
void mp__port_release(mp__port_t *port); // NULL is fine
// For the one that a user has: it is closed, too. NULL is fine.
void mp__port_destroy(mp__port_t *port);

// Between these two the handle stays what it is. MP_ESTATE it is closed.
int mp__port_use(mp__port_t *port, const char *what);
void mp__port_leave(mp__port_t *port);
// Closes it once no thread uses it; they look every moment.
void mp__port_close(mp__port_t *port);
bool mp__port_closed(const mp__port_t *port);

// How it is waited for.
const mp__port_watch_t *mp__port_watch_of(const mp__port_t *port);

// Whether a user's pointer is one, and of which kind.
mp__port_kind_t mp__port_kind_of(const void *pointer);

// ---- to other processes, and to threads that are like them ----

#define MP__PORT_RECORD_MOST 2400
// Its description, and the length of that.
size_t mp__port_describe(const mp__port_t *port,
                         unsigned char record[MP__PORT_RECORD_MOST]);
intptr_t mp__port_handle(const mp__port_t *port);
// One by its description and a handle, which is taken over, or closed if that
// fails. MP_EPROTO, MP_ENOMEM, MP_ENOSPC, MP_ENPROC.
int mp__port_open(mp__port_t **out, const unsigned char *record, size_t size,
                  intptr_t handle);
// Another one for the same, with a handle of its own.
int mp__port_copy(mp__port_t **out, mp__port_t *port);

// In a forked child: no other thread uses any. And all are closed but those of
// these arguments.
void mp__ports_forked(void);
void mp__ports_keep(const mp_args_t *args);

#endif
