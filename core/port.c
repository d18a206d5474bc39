// SPDX-License-Identifier: Apache-2.0
#include "core/port.h"

#include <stddef.h>

#include "platform/fail.h"
#include "platform/platform.h"

#define CLOSED UINT32_C(0x80000000)

static mp__port_t *ports; // guarded by the lock

static const mp__port_calls_t *kinds[] = {
    [MP__PORT_CONNECTION] = &mp__connection_calls, [MP__PORT_LISTENER] = NULL};

// Before main(), or while a module is loaded.
void mp__port_know_listeners(const mp__port_calls_t *calls)
{
    kinds[MP__PORT_LISTENER] = calls;
}

static const mp__port_calls_t *calls_of(const mp__port_t *port)
{
    return kinds[port->kind];
}

void mp__port_begin(mp__port_t *port, mp__port_kind_t kind)
{
    port->kind = kind;
    atomic_store(&port->references, 1);
    atomic_store(&port->users, 0);
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    port->previous = NULL;
    port->next = ports;
    if (ports != NULL) {
        ports->previous = port;
    }
    ports = port;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

static void leave_row(mp__port_t *port)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (port->previous != NULL) {
        port->previous->next = port->next;
    } else {
        ports = port->next;
    }
    if (port->next != NULL) {
        port->next->previous = port->previous;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

void mp__port_hold(mp__port_t *port)
{
    atomic_fetch_add(&port->references, 1);
}

void mp__port_release(mp__port_t *port)
{
    if (port == NULL || atomic_fetch_sub(&port->references, 1) > 1) {
        return;
    }
    mp__port_close(port);
    leave_row(port);
    calls_of(port)->free(port);
}

void mp__port_destroy(mp__port_t *port)
{
    if (port != NULL) {
        mp__port_close(port);
        mp__port_release(port);
    }
}

int mp__port_use(mp__port_t *port, const char *what)
{
    uint32_t seen = atomic_load_explicit(&port->users, memory_order_relaxed);

    do {
        if ((seen & CLOSED) != 0) {
            return mp__fail(MP_ESTATE, 0, "%s is closed", what);
        }
    } while (!atomic_compare_exchange_weak(&port->users, &seen, seen + 1));
    return 0;
}

void mp__port_leave(mp__port_t *port)
{
    if (atomic_fetch_sub(&port->users, 1) == (CLOSED | 1)) {
        calls_of(port)->close(port);
    }
}

void mp__port_close(mp__port_t *port)
{
    if (atomic_fetch_or(&port->users, CLOSED) == 0) {
        calls_of(port)->close(port);
    }
}

bool mp__port_closed(const mp__port_t *port)
{
    return (atomic_load(&port->users) & CLOSED) != 0;
}

const mp__port_watch_t *mp__port_watch_of(const mp__port_t *port)
{
    return calls_of(port)->watch;
}

mp__port_kind_t mp__port_kind_of(const void *pointer)
{
    mp__port_kind_t kind = MP__PORT_NONE;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (const mp__port_t *port = ports; port != NULL; port = port->next) {
        if (port == pointer) {
            kind = port->kind;
            break;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return kind;
}

// ---- to other processes ----

size_t mp__port_describe(const mp__port_t *port,
                         unsigned char record[MP__PORT_RECORD_MOST])
{
    record[0] = (unsigned char) port->kind;
    return 1 + calls_of(port)->describe(port, record + 1);
}

intptr_t mp__port_handle(const mp__port_t *port)
{
    return calls_of(port)->handle(port);
}

static const mp__port_calls_t *calls_for(const unsigned char *record,
                                         size_t size)
{
    return size > 0 && record[0] >= MP__PORT_CONNECTION &&
                   record[0] <= MP__PORT_LISTENER
               ? kinds[record[0]]
               : NULL;
}

int mp__port_open(mp__port_t **out, const unsigned char *record, size_t size,
                  intptr_t handle)
{
    const mp__port_calls_t *calls = calls_for(record, size);

    mp_plat_release_handle(handle); // whoever closes it later is the program
    if (calls == NULL) {
        mp_plat_close_handle(handle);
        return mp__fail(MP_EPROTO, 0,
                        "this describes no connection, nor a listener that "
                        "this program has a use for");
    }
    return calls->open(out, record + 1, size - 1, handle);
}

int mp__port_copy(mp__port_t **out, mp__port_t *port)
{
    unsigned char record[MP__PORT_RECORD_MOST];
    intptr_t handle = MP_PLAT_NONE;

    int r = mp__port_use(port, "an argument");
    if (r < 0) {
        return r;
    }
    size_t size = mp__port_describe(port, record);
    r = mp_plat_copy_handle(mp__port_handle(port), &handle);
    mp__port_leave(port);
    return r < 0 ? r : mp__port_open(out, record, size, handle);
}

// ---- after a fork ----

void mp__ports_forked(void)
{
    for (mp__port_t *port = ports; port != NULL; port = port->next) {
        uint32_t seen = atomic_load(&port->users);
        atomic_store(&port->users, seen & CLOSED);
        if ((seen & CLOSED) != 0 && seen != CLOSED) {
            calls_of(port)->close(port);
        }
    }
}

static bool is_among(const mp__port_t *port, const mp_args_t *args)
{
    for (size_t i = 0; i < mp_args_count(args); i++) {
        if (args->items[i].type == MP_ARG_PORT &&
            args->items[i].value.data == port) {
            return true;
        }
    }
    return false;
}

// Only this thread is there, so the row stays as it is.
void mp__ports_keep(const mp_args_t *args)
{
    for (mp__port_t *port = ports; port != NULL; port = port->next) {
        if (is_among(port, args)) {
            calls_of(port)->forget(port);
        } else {
            mp__port_close(port);
        }
    }
}
