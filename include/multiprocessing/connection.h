// SPDX-License-Identifier: Apache-2.0
/**
 * @file connection.h
 * Connections: messages between two processes, each of them whole. Ends made
 * by mp_pipe() go to children as arguments; the same calls serve what
 * listener.h connects, on this machine or from another, also with Python on
 * the other side.
 *
 * @code
 *   mp_connection_t *mine = NULL;
 *   mp_connection_t *its = NULL;
 *   mp_pipe(&mine, &its, true);
 *   mp_process_create(&p, work, MP_ARGS(its), NULL);
 *   mp_process_start(p);
 *   mp_connection_destroy(its); // or its end is never seen
 *   mp_connection_send_bytes(mine, "hello", 5, MP_FOREVER);
 *   mp_connection_recv_alloc(mine, &bytes, &size, 0, MP_FOREVER);
 *   mp_free(bytes);
 * @endcode
 *
 * Any number of threads, and of processes that have the same end, may send and
 * receive at once: messages never mix. A timeout holds for a message as a
 * whole. If it ends inside of one, or a process is killed there, what comes
 * after it cannot be told apart from it: that direction is then broken for all
 * who share it, which get MP_ESTATE, and nobody waits for the rest.
 */
#ifndef MP_CONNECTION_H
#define MP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/any.h>
#include <multiprocessing/export.h>
#include <multiprocessing/pickle.h>

/** One end. Python: multiprocessing.connection.Connection */
typedef struct mp_connection mp_connection_t;

MP_BEGIN_DECLS

/**
 * Makes two ends that are connected with each other.
 *
 * @param first receives an end; if the pipe is not duplex, the one that
 *        receives.
 * @param second receives the other one, which else only sends.
 * @param duplex both ends send and receive.
 * @return 0; MP_ENOMEM, MP_ENOSPC no more memory to share; MP_EMFILE;
 *         MP_ENPROC the family has 4096 processes already.
 * Ownership: the caller's, each released with mp_connection_destroy().
 * Inherits: as an argument. A child of the fork method has no other ends: what
 *           its parent had is closed in it, so that ends are seen to close.
 * Python: multiprocessing.Pipe(duplex)
 */
MP_API int mp_pipe(mp_connection_t **first, mp_connection_t **second,
                   bool duplex);

/** Closes this process's end, if it is open, and frees it. NULL is fine. */
MP_API void mp_connection_destroy(mp_connection_t *connection);

/**
 * Closes this process's end. Calls of other threads that wait on it return
 * MP_ESTATE within a second. The other side sees it when no process has this
 * end any more.
 *
 * @return 0, also if it is closed already; MP_EINVAL NULL.
 * Python: Connection.close()
 */
MP_API int mp_connection_close(mp_connection_t *connection);

/** Python: Connection.closed, readable, writable. NULL is closed. */
MP_API bool mp_connection_closed(const mp_connection_t *connection);
MP_API bool mp_connection_readable(const mp_connection_t *connection);
MP_API bool mp_connection_writable(const mp_connection_t *connection);

/**
 * The handle of this end: a descriptor, on Windows a HANDLE or a SOCKET. It can
 * be waited for, and is ready when a message begins or the other side is
 * closed; bytes that are read from it or written to it are missed by the
 * messages.
 *
 * @return 0; MP_ESTATE it is closed; MP_EINVAL.
 * Ownership: the connection's.
 * Python: Connection.fileno()
 */
MP_API int mp_connection_fileno(const mp_connection_t *connection,
                                intptr_t *handle);

/**
 * Sends one message.
 *
 * @param bytes what it says; NULL if it has no bytes.
 * @param size number of bytes, 0 and more. Above 2 GiB (2^31 - 1) it takes a
 *        receiver that knows such messages: this library, Python 3.8 and later.
 *        Named pipes of Windows: below 4 GiB.
 * @param timeout_ms milliseconds for the whole message; MP_FOREVER.
 * @return 0; MP_ETIMEDOUT nothing was sent, or, if the other side stopped
 *         reading inside of the message, a part that breaks this direction;
 *         MP_EEOF the other side is closed (never a signal); MP_ESTATE it is
 *         closed, receives only, or this direction is broken; MP_EMSGSIZE too
 *         long for this kind of connection; MP_EINVAL.
 * Blocks: up to timeout_ms.
 * Python: Connection.send_bytes(buf)
 */
MP_API int mp_connection_send_bytes(mp_connection_t *connection,
                                    const void *bytes, size_t size,
                                    int64_t timeout_ms);

/**
 * Receives the next message.
 *
 * @param buffer receives it.
 * @param capacity bytes that the buffer has room for.
 * @param size receives the message's length in bytes.
 * @param timeout_ms milliseconds for the whole message; MP_FOREVER.
 * @return 0; MP_EMSGSIZE it is longer than the buffer: *size says how long, and
 *         it stays the next message; MP_ETIMEDOUT there was none, or, if the
 *         other side stopped inside of it, a part that breaks this direction;
 *         MP_EEOF the other side is closed and all it sent is received;
 *         MP_EPROTO what came is no message, or it ended inside of one;
 *         MP_ESTATE it is closed, sends only, or this direction is broken;
 *         MP_EINVAL.
 * Blocks: up to timeout_ms.
 * Python: Connection.recv_bytes()
 */
MP_API int mp_connection_recv_bytes(mp_connection_t *connection, void *buffer,
                                    size_t capacity, size_t *size,
                                    int64_t timeout_ms);

/**
 * The same, to a place inside of the buffer.
 *
 * @param offset bytes of the buffer to leave alone in front.
 * @return the same; MP_EINVAL there is no such place.
 * Blocks: up to timeout_ms.
 * Python: Connection.recv_bytes_into(buf, offset)
 */
MP_API int mp_connection_recv_bytes_into(mp_connection_t *connection,
                                         void *buffer, size_t capacity,
                                         size_t offset, size_t *size,
                                         int64_t timeout_ms);

/**
 * Receives the next message into new memory.
 *
 * @param bytes receives it, with a NUL behind it that does not count.
 * @param size receives the message's length in bytes.
 * @param most the longest that is wanted, in bytes; 0: any.
 * @return as mp_connection_recv_bytes(); MP_EMSGSIZE it is longer than `most`;
 *         MP_ENOMEM there is no memory for it. It stays the next message then.
 * Blocks: up to timeout_ms.
 * Ownership: the caller's, freed with mp_free().
 * Python: Connection.recv_bytes(maxlength)
 */
MP_API int mp_connection_recv_alloc(mp_connection_t *connection, void **bytes,
                                    size_t *size, size_t most,
                                    int64_t timeout_ms);

/** mp_connection_set_limits() with the size of the caller's options. */
MP_API int mp_connection_set_limits_sized(mp_connection_t *connection,
                                          const mp_pickle_options_t *options,
                                          size_t options_size);

/**
 * Limits of the values that are sent and received from now on. A connection
 * that goes to another process, or to a child of any start method, takes none
 * along: it has the defaults there.
 *
 * @param options copied, its row of globals too; NULL: the defaults of
 *        mp_loads().
 * @return 0; MP_EINVAL NULL; MP_ENOTSUP the library is older than an option;
 *         MP_ENOMEM.
 * Threads: any; calls that have begun keep the limits that they began with.
 */
static inline int mp_connection_set_limits(mp_connection_t *connection,
                                           const mp_pickle_options_t *options)
{
    return mp_connection_set_limits_sized(connection, options,
                                          sizeof(mp_pickle_options_t));
}

/**
 * Sends a value as one message: in Python's encoding, see pickle.h.
 *
 * Shared objects in it go to processes of this family only: over a pipe, and
 * over a local listener's connection where the system tells who is at its other
 * end, see mp_connection_peer(). They are held by
 * the message until it is received, whether the sender lets go of them, or
 * ends, before. A message that nobody receives, or whose value its receiver
 * refuses or has no memory for, holds them as long as a process has an end of
 * the pipe; on a connection that a listener made, as long as one has the
 * sender's end: there, close it when the other side has received.
 *
 * @return as mp_connection_send_bytes(); MP_ESTATE also if it contains a shared
 *         object and the other side is not known to be of this family of
 *         processes; MP_EACCES, MP_EDEPTH, MP_EMSGSIZE as mp_dumps();
 *         MP_ENOMEM, MP_ENOSPC.
 * Blocks: up to timeout_ms.
 * Python: Connection.send(obj)
 */
MP_API int mp_connection_send(mp_connection_t *connection,
                              const mp_any_t *value, int64_t timeout_ms);

/**
 * Receives a value.
 *
 * @param out receives it, or NULL.
 * @return as mp_connection_recv_bytes(); MP_EMSGSIZE the message is longer than
 *         the limit of bytes: nothing was allocated, and it stays the next one;
 *         MP_EPROTO, MP_ENOTSUP, MP_EACCES, MP_EDEPTH, MP_EMSGSIZE as
 *         mp_loads(): the message is gone then, and the connection as before;
 *         MP_ENOENT a shared object in it is gone, see mp_connection_send();
 *         MP_ENOSPC; MP_ENOMEM the message stays the next one if there was no
 *         memory for its bytes, and is gone if there was none for the value.
 * Blocks: up to timeout_ms.
 * Ownership: the caller's, released with mp_any_destroy().
 * Python: Connection.recv()
 */
MP_API int mp_connection_recv(mp_connection_t *connection, mp_any_t **out,
                              int64_t timeout_ms);

/**
 * Waits for something to receive.
 *
 * @return 0 there is a message, or the beginning of one, or the other side is
 *         closed; MP_ETIMEDOUT; MP_ESTATE it is closed or sends only;
 *         MP_EINVAL.
 * Blocks: up to timeout_ms.
 * Python: Connection.poll(timeout)
 */
MP_API int mp_connection_poll(mp_connection_t *connection, int64_t timeout_ms);

/**
 * Makes a connection of a handle that speaks in such messages: an end that a
 * Python program gave this one, say.
 *
 * @param handle a socket, a pipe or, on Windows, a named pipe for messages.
 * @param readable whether to receive; `writable` whether to send.
 * @return 0; MP_EINVAL it is not open, or neither; MP_ETYPE it is nothing that
 *         messages go over; MP_ENOMEM, MP_ENOSPC, MP_EMFILE, MP_ENPROC.
 * Ownership: the handle becomes the connection's if that succeeds.
 * Python: multiprocessing.connection.Connection(handle, readable, writable)
 */
MP_API int mp_connection_from_handle(mp_connection_t **out, intptr_t handle,
                                     bool readable, bool writable);

/**
 * Sends a copy of a handle to the process at the other end, which may have been
 * running for long: a descriptor; on Windows a HANDLE or a SOCKET. It is
 * between two messages, and received by mp_connection_recv_handle() and
 * nothing else. On Windows the receiver takes it from this process, which has
 * to run until then; a copy that nobody takes stays open in it.
 *
 * @return as mp_connection_send_bytes(); MP_ENOTSUP the other side is on
 *         another machine, or the connection is no local socket (Windows: no
 *         named pipe); MP_EINVAL it is not open.
 * Blocks: up to timeout_ms.
 * Python: multiprocessing.reduction.send_handle(conn, handle, pid)
 */
MP_API int mp_connection_send_handle(mp_connection_t *connection,
                                     intptr_t handle, int64_t timeout_ms);

/**
 * Receives a handle.
 *
 * @param handle receives it, not inheritable. A SOCKET of Windows is one that
 *        Winsock knows; say anew whether it blocks.
 * @return as mp_connection_recv_bytes(); MP_EPROTO what came is no handle, and
 *         this direction is broken, as it is on macOS where there is no room
 *         for it; MP_EMFILE there is no room, elsewhere: it is lost, and what
 *         comes next is not; MP_ENOENT its sender has ended (Windows).
 * Blocks: up to timeout_ms.
 * Ownership: the caller's, closed as the system closes such a handle.
 * Python: multiprocessing.reduction.recv_handle(conn)
 */
MP_API int mp_connection_recv_handle(mp_connection_t *connection,
                                     intptr_t *handle, int64_t timeout_ms);

/**
 * Sends a copy of an end of a connection to the process at the other end of
 * another one. This process keeps its own: destroy it, or the end is never
 * seen to close.
 *
 * @return as mp_connection_send_handle().
 * Blocks: up to timeout_ms.
 * Python: conn.send(other_conn)
 */
MP_API int mp_connection_send_connection(mp_connection_t *connection,
                                         mp_connection_t *sent,
                                         int64_t timeout_ms);

/**
 * Receives such an end.
 *
 * @return as mp_connection_recv_handle(); MP_ENOMEM, MP_ENOSPC, MP_ENPROC.
 * Blocks: up to timeout_ms.
 * Ownership: the caller's, released with mp_connection_destroy().
 * Python: conn.recv()
 */
MP_API int mp_connection_recv_connection(mp_connection_t *connection,
                                         mp_connection_t **received,
                                         int64_t timeout_ms);

MP_END_DECLS

#endif
