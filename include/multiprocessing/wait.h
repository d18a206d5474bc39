// SPDX-License-Identifier: Apache-2.0
/**
 * @file wait.h
 * Waiting for any of several: processes, connections, listeners, queues,
 * events, and handles of the program's own.
 *
 * @code
 *   mp_waitable_t any[] = {MP_WAIT_CONNECTION(connection),
 *                          MP_WAIT_PROCESS(worker), MP_WAIT_HANDLE(stop)};
 *
 *   if (mp_wait(any, 3, MP_FOREVER, NULL) == 0 && any[0].ready) {
 *       mp_connection_recv(connection, &value, 0);
 *   }
 * @endcode
 */
#ifndef MP_WAIT_H
#define MP_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/connection.h>
#include <multiprocessing/event.h>
#include <multiprocessing/export.h>
#include <multiprocessing/listener.h>
#include <multiprocessing/process.h>
#include <multiprocessing/queue.h>

/** What is waited for. */
typedef enum mp_waitable_kind {
    MP_WAITABLE_NONE, /**< nothing: MP_EINVAL */
    MP_WAITABLE_CONNECTION,
    MP_WAITABLE_LISTENER,
    MP_WAITABLE_PROCESS,
    MP_WAITABLE_EVENT,
    MP_WAITABLE_HANDLE,
    MP_WAITABLE_SOCKET,
    MP_WAITABLE_QUEUE
} mp_waitable_kind_t;

/** One of those. Make it with MP_WAIT_CONNECTION and so on. */
typedef struct mp_waitable {
    mp_waitable_kind_t kind;
    bool ready; /**< the result */
    union {
        void *object;
        intptr_t handle;
    } of;
} mp_waitable_t;

static inline mp_waitable_t mp__wait_object(mp_waitable_kind_t kind,
                                            void *object)
{
    mp_waitable_t made;

    made.kind = kind;
    made.ready = false;
    made.of.object = object;
    return made;
}

static inline mp_waitable_t mp__wait_connection(mp_connection_t *connection)
{
    return mp__wait_object(MP_WAITABLE_CONNECTION, connection);
}

static inline mp_waitable_t mp__wait_listener(mp_listener_t *listener)
{
    return mp__wait_object(MP_WAITABLE_LISTENER, listener);
}

static inline mp_waitable_t mp__wait_process(mp_process_t *process)
{
    return mp__wait_object(MP_WAITABLE_PROCESS, process);
}

static inline mp_waitable_t mp__wait_event(mp_event_t *event)
{
    return mp__wait_object(MP_WAITABLE_EVENT, event);
}

static inline mp_waitable_t mp__wait_queue(mp_queue_t *queue)
{
    return mp__wait_object(MP_WAITABLE_QUEUE, queue);
}

static inline mp_waitable_t mp__wait_handle(mp_waitable_kind_t kind,
                                            intptr_t handle)
{
    mp_waitable_t made;

    made.kind = kind;
    made.ready = false;
    made.of.handle = handle;
    return made;
}

/**
 * What makes it ready:
 *  - a connection: as mp_connection_poll(), also that its other side is closed
 *    or that its direction is broken: receiving tells which;
 *  - a listener: a client has come, or one whose handshake is under way has
 *    said something or has run out of time. mp_listener_accept() with a timeout
 *    of 0 then goes on with the handshakes, and is MP_ETIMEDOUT until one is
 *    done;
 *  - a process: it has ended, as its sentinel tells; a child's parent, too;
 *  - an event: it is set, or was since the call began;
 *  - a queue: there is something to get, or it is shut down;
 *  - a handle: a descriptor that can be read or is at its end, a HANDLE that is
 *    signalled (by which a mutex or a semaphore of Windows is taken). That of
 *    mp_stop_handle() lets a request to stop end the wait;
 *  - a socket: a SOCKET of Windows, or a descriptor.
 */
#define MP_WAIT_CONNECTION(connection) mp__wait_connection(connection)
#define MP_WAIT_LISTENER(listener) mp__wait_listener(listener)
#define MP_WAIT_PROCESS(process) mp__wait_process(process)
#define MP_WAIT_EVENT(event) mp__wait_event(event)
#define MP_WAIT_QUEUE(queue) mp__wait_queue(queue)
#define MP_WAIT_HANDLE(handle) mp__wait_handle(MP_WAITABLE_HANDLE, (handle))
#define MP_WAIT_SOCKET(socket) mp__wait_handle(MP_WAITABLE_SOCKET, (socket))

MP_BEGIN_DECLS

/**
 * Waits until one of them is ready, and marks all that are. Nothing is taken:
 * another thread or process may be quicker to receive, so do that with a
 * timeout of its own.
 *
 * Events and queues have no handle that a system waits for. One alone is slept
 * for; beside anything else they are looked at every 10 ms at last, and 10 µs
 * more for each object of the list, which wakes the processor so often; see
 * also mp_queue_fileno(). On Windows every mixture, and connections and
 * listeners of named pipes, are looked at every 10 ms.
 *
 * @param objects what is waited for; the same may be there twice. None is
 *        marked on failure.
 * @param count how many, without a limit but that of open descriptors; 0:
 *        sleeps.
 * @param timeout_ms milliseconds; 0: only look; MP_FOREVER. Time is monotonic.
 * @param ready_count receives how many are ready; NULL: no matter.
 * @return 0; MP_ETIMEDOUT; MP_ESTATE one is closed, also by another thread
 *         meanwhile (seen within a second), or not started, or a connection
 *         that only sends; MP_EINVAL one is NULL, or a handle is not open;
 *         MP_ENOMEM, MP_EMFILE, MP_ENPROC.
 * Blocks: up to timeout_ms.
 * Threads: any number at once, also for the same. An event or a queue
 *          must not be destroyed meanwhile, nor a handle of the program's
 * closed; the others may be closed, and are freed when this call lets go of
 * them. Python: multiprocessing.connection.wait(object_list, timeout)
 */
MP_API int mp_wait(mp_waitable_t *objects, size_t count, int64_t timeout_ms,
                   size_t *ready_count);

MP_END_DECLS

#endif
