// SPDX-License-Identifier: Apache-2.0
/**
 * @file listener.h
 * Connections between programs that know nothing of each other but an address
 * and a key, also with Python's multiprocessing.connection on either side.
 *
 * @code
 *   // a server
 *   mp_listener_create(&listener, "localhost:6000", NULL);
 *   mp_listener_accept(listener, &connection, MP_FOREVER);
 *
 *   // a client
 *   mp_client(&connection, "localhost:6000", NULL, 10000);
 * @endcode
 *
 * Addresses are texts:
 *  - "host:port", "[::1]:port" with a host of IPv6, port 0 for any: machines
 *    in a network. A library that was built without (MP_REMOTE=OFF) has none.
 *  - a path: a socket in the file system, on POSIX. A path without a slash must
 *    not look like host:port; "@name" is an abstract name of Linux.
 *  - "\\.\pipe\name": a named pipe, on Windows.
 *  - NULL, for a listener: a new path or pipe that only this user can reach.
 *
 * Both sides prove that they have the same key before anything else is said;
 * left out, it is that of the process, which its children have, too. What
 * follows is neither encrypted nor protected from changes on its way: over a
 * network that is not trusted, let ssh -L or stunnel carry it.
 */
#ifndef MP_LISTENER_H
#define MP_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/auth.h>
#include <multiprocessing/connection.h>
#include <multiprocessing/export.h>

/** What an address is. Python: the families of multiprocessing.connection */
typedef enum mp_family {
    MP_FAMILY_DEFAULT = 0, /**< as the address looks */
    MP_AF_INET,
    MP_AF_INET6,
    MP_AF_UNIX,
    MP_AF_PIPE
} mp_family_t;

/** Listens at an address. Python: multiprocessing.connection.Listener */
typedef struct mp_listener mp_listener_t;

/** The longest key, in bytes. */
#define MP_AUTHKEY_MOST 1024

/** All zero is the default. */
typedef struct mp_listener_options {
    mp_family_t family;
    int backlog;         /**< that connect before they are accepted; 0: 128 */
    const void *authkey; /**< NULL: the key of this process; copied */
    size_t authkey_size; /**< bytes; a key of no bytes is one, too */
    bool open; /**< without a key: whoever reaches the address is served */
    mp_digest_t min_digest;       /**< see auth.h */
    int64_t handshake_timeout_ms; /**< for each client; 0: 10 s */
} mp_listener_options_t;

/** All zero is the default. */
typedef struct mp_client_options {
    mp_family_t family;
    const void *authkey; /**< NULL: the key of this process */
    size_t authkey_size;
    bool open; /**< the listener asks for no key */
    mp_digest_t min_digest;
} mp_client_options_t;

/** Who is at the other end of a connection on this machine. */
typedef struct mp_peer {
    int64_t pid;    /**< of the process that connected; -1: not told */
    int64_t uid;    /**< of its user; -1: not told, or users have no numbers */
    int64_t gid;    /**< of its group; the same */
    bool same_user; /**< as this process */
} mp_peer_t;

MP_BEGIN_DECLS

/** mp_listener_create() with the size of the caller's options struct. */
MP_API int mp_listener_create_sized(mp_listener_t **out, const char *address,
                                    const mp_listener_options_t *options,
                                    size_t options_size);

/**
 * Listens at an address.
 *
 * @param out receives the listener, or NULL on failure.
 * @param address see above.
 * @param options NULL: the defaults.
 * @return 0; MP_EEXIST the address is in use; MP_ENOENT no such host or folder;
 *         MP_EACCES; MP_EINVAL it is no address; MP_ENOTSUP no such family
 *         here; MP_ENOMEM, MP_ENOSPC, MP_EMFILE, MP_ENPROC.
 * Blocks: while a host's name is looked up.
 * Ownership: the caller's, released with mp_listener_destroy().
 * Inherits: as an argument; each client is accepted once, by one of all that
 *           accept, whichever of them ends before. A program that calls fork()
 *           itself finds it open in the child.
 * Python: multiprocessing.connection.Listener(address, family, backlog,
 * authkey)
 */
static inline int mp_listener_create(mp_listener_t **out, const char *address,
                                     const mp_listener_options_t *options)
{
    return mp_listener_create_sized(out, address, options, sizeof(*options));
}

/** Closes it, if it is open, and frees it. NULL is fine. */
MP_API void mp_listener_destroy(mp_listener_t *listener);

/**
 * Closes this process's listener; the process that made it removes its path.
 * Other threads' calls on it return MP_ESTATE within a second.
 *
 * @return 0, also if it is closed already; MP_EINVAL NULL.
 * Python: Listener.close()
 */
MP_API int mp_listener_close(mp_listener_t *listener);

/**
 * Accepts the next client that has the key. Handshakes of many clients go on at
 * once: one that is silent, or slow, is in nobody's way.
 *
 * @param out receives the connection, or NULL.
 * @param timeout_ms milliseconds, handshake included; MP_FOREVER. A handshake
 *        that has begun goes on in the next call.
 * @return 0; MP_EAUTH a client was refused or ended inside of its handshake,
 * and mp_last_error() says why: the listener is as before, call again;
 *         MP_ETIMEDOUT; MP_ESTATE it is closed; MP_EMFILE no room for the
 *         client, who waits: close something before the next call; MP_ENOMEM,
 *         MP_ENOSPC no room, and the client may be gone; MP_EINVAL.
 * Blocks: up to timeout_ms.
 * Threads: any number at once.
 * Ownership: the caller's, released with mp_connection_destroy().
 * Python: Listener.accept()
 */
MP_API int mp_listener_accept(mp_listener_t *listener, mp_connection_t **out,
                              int64_t timeout_ms);

/**
 * Its address, as a client takes it: with the port or the path that it got.
 *
 * @return NULL of NULL.
 * Ownership: the listener's.
 * Python: Listener.address
 */
MP_API const char *mp_listener_address(const mp_listener_t *listener);

/**
 * Where the last accepted client connected from.
 *
 * @param text receives the address, "" if it has none or nobody came yet.
 * @param size bytes that `text` has room for; what is longer is cut.
 * @return 0; MP_EINVAL.
 * Python: Listener.last_accepted
 */
MP_API int mp_listener_last_accepted(mp_listener_t *listener, char *text,
                                     size_t size);

/**
 * A handle that is ready when a client has come: a descriptor, on Windows a
 * SOCKET. Of a client whose handshake is under way it tells nothing: mp_wait()
 * does.
 *
 * @return 0; MP_ENOTSUP it is at a named pipe, which has none; MP_ESTATE it is
 *         closed; MP_EINVAL.
 * Ownership: the listener's.
 */
MP_API int mp_listener_fileno(const mp_listener_t *listener, intptr_t *handle);

/** mp_client() with the size of the caller's options struct. */
MP_API int mp_client_sized(mp_connection_t **out, const char *address,
                           const mp_client_options_t *options,
                           size_t options_size, int64_t timeout_ms);

/**
 * Connects to a listener.
 *
 * @param out receives the connection, or NULL.
 * @param address see above.
 * @param options NULL: the defaults.
 * @param timeout_ms milliseconds, handshake included; MP_FOREVER.
 * @return 0; MP_ENOENT nobody listens there, or no such host; MP_EAUTH the keys
 *         differ, or a digest is too weak; MP_ETIMEDOUT; MP_EEOF the listener
 *         closed the connection; MP_EPROTO it is no listener of this kind;
 *         MP_EACCES; MP_EINVAL; MP_ENOTSUP; MP_ENOMEM, MP_ENOSPC, MP_EMFILE,
 *         MP_ENPROC.
 * Blocks: up to timeout_ms, and while a host's name is looked up.
 * Ownership: the caller's, released with mp_connection_destroy().
 * Python: multiprocessing.connection.Client(address, family, authkey)
 */
static inline int mp_client(mp_connection_t **out, const char *address,
                            const mp_client_options_t *options,
                            int64_t timeout_ms)
{
    return mp_client_sized(out, address, options, sizeof(*options), timeout_ms);
}

/**
 * Who is at the other end, as the system tells it.
 *
 * @return 0; MP_ENOTSUP it is on another machine, or the system does not tell;
 *         MP_ESTATE it is closed; MP_EINVAL.
 */
MP_API int mp_connection_peer(mp_connection_t *connection, mp_peer_t *peer);

/**
 * The two halves of a handshake, for connections that were made otherwise:
 * asks the other side to prove that it has the key, or proves that this one
 * has. A listener delivers, then answers; a client the other way round.
 *
 * @return 0; MP_EAUTH; MP_EEOF, MP_EPROTO, MP_ETIMEDOUT, MP_ESTATE as
 *         mp_connection_recv_bytes(); MP_EINVAL; MP_ENOMEM.
 * Blocks: up to timeout_ms.
 * Python: multiprocessing.connection.deliver_challenge(), answer_challenge()
 */
MP_API int mp_deliver_challenge(mp_connection_t *connection,
                                const void *authkey, size_t authkey_size,
                                mp_digest_t min_digest, int64_t timeout_ms);
MP_API int mp_answer_challenge(mp_connection_t *connection, const void *authkey,
                               size_t authkey_size, mp_digest_t min_digest,
                               int64_t timeout_ms);

MP_END_DECLS

#endif
