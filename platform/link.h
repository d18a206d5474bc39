// SPDX-License-Identifier: Apache-2.0
// What core asks of a system for messages between processes: links to one
// other process, places where somebody listens, and waiting for any of them.
// The rules of platform.h hold here too. Of each link, core lets at most one
// thread of all processes send, and one receive, at a time; any number may
// wait.
#ifndef MP_PLATFORM_LINK_H
#define MP_PLATFORM_LINK_H

#include "platform/platform.h"

// ---- links ----

typedef enum mp_plat_link_kind {
    MP_PLAT_LINK_NONE,
    MP_PLAT_LINK_STREAM,  // bytes: a socket, or a pipe of POSIX
    MP_PLAT_LINK_MESSAGES // whole messages: a named pipe of Windows
} mp_plat_link_kind_t;

typedef struct mp_plat_link {
    intptr_t handle;
    mp_plat_link_kind_t kind;
    bool local; // the other side is on this machine
} mp_plat_link_t;

#define MP_PLAT_NO_LINK                                                        \
    {                                                                          \
        MP_PLAT_NONE, MP_PLAT_LINK_NONE, false                                 \
    }

// The most bytes of a message where the link keeps messages whole.
#define MP_PLAT_MESSAGE_MOST ((size_t) UINT32_MAX)

typedef struct mp_plat_piece {
    const void *bytes;
    size_t size;
} mp_plat_piece_t;

// Two ends of one link. If it is not duplex, only ends[0] receives and only
// ends[1] sends; asking an end for the other direction is an error of its own
// making (core never does). MP_EMFILE, MP_ENOMEM.
int mp_plat_link_pair(mp_plat_link_t ends[2], bool duplex);
// A link by a handle that the program had from elsewhere, which is taken over;
// it is made close-on-exec and never blocks. MP_EINVAL it is not open;
// MP_ETYPE it is nothing that messages go over.
int mp_plat_link_adopt(mp_plat_link_t *link, intptr_t handle);
void mp_plat_link_close(mp_plat_link_t *link); // becomes MP_PLAT_NO_LINK

// Sends all pieces, one after the other; where messages are kept whole, as one
// message. *sent receives how many bytes went, also if it fails: a message of
// which some bytes went has begun for the other side. MP_EEOF nobody can
// receive it any more (never SIGPIPE); MP_ETIMEDOUT (not recorded).
int mp_plat_link_send(const mp_plat_link_t *link, const mp_plat_piece_t *pieces,
                      size_t count, size_t *sent, int64_t deadline);
// Receives exactly `size` bytes; where messages are kept whole, the next
// message, of up to so many. *received tells how many came, also if it fails.
// MP_EEOF the other side is closed and all that it sent is read; MP_ETIMEDOUT
// (not recorded); MP_EPROTO the message is longer, and its rest is the next
// one.
int mp_plat_link_receive(const mp_plat_link_t *link, void *bytes, size_t size,
                         size_t *received, int64_t deadline);
// Where messages are kept whole: waits for the next one and tells its length,
// and leaves it there, where its sender may withdraw it still: what is received
// then has another length. One of 0 bytes is taken by that, so that to receive
// its 0 bytes does nothing.
int mp_plat_link_next(const mp_plat_link_t *link, size_t *size,
                      int64_t deadline);
// The next bytes of a stream without taking them, `size` at the most: *seen
// says how many there are. Does not wait. MP_ETIMEDOUT (not recorded) none;
// MP_EEOF; MP_ENOTSUP (not recorded) not with this link.
int mp_plat_link_peek(const mp_plat_link_t *link, void *bytes, size_t size,
                      size_t *seen);
// As mp_plat_link_receive(), of a stream of which `before` bytes were seen in
// front: these are dropped, and do not count in *received.
#define MP_PLAT_BEFORE_MOST 16
int mp_plat_link_receive_behind(const mp_plat_link_t *link, size_t before,
                                void *bytes, size_t size, size_t *received,
                                int64_t deadline);
// What a local stream moves in one step, in bytes: who is killed has sent, or
// received, all of it or nothing, and who sees the first byte sees all. 0:
// there is no such step.
extern const size_t mp_plat_link_step;
// 0 there is something to receive, or the other side is closed; MP_ETIMEDOUT
// (not recorded) after the deadline.
int mp_plat_link_wait(const mp_plat_link_t *link, int64_t deadline);
// 0 there is room to send some bytes, or nobody receives them any more;
// MP_ETIMEDOUT (not recorded) after the deadline. Only of a stream.
int mp_plat_link_wait_room(const mp_plat_link_t *link, int64_t deadline);

// Who is at the other end of a local link, as the system tells it.
typedef struct mp_plat_peer {
    int64_t pid;    // of the process that made or connected it, or -1
    int64_t uid;    // of its user, or -1 where users have no numbers
    int64_t gid;    // or -1
    bool same_user; // as this process
} mp_plat_peer_t;
// MP_ENOTSUP: the system does not tell that of this link.
int mp_plat_link_peer(const mp_plat_link_t *link, mp_plat_peer_t *peer);

// ---- handles over local links ----

#define MP_PLAT_SENT_HANDLES_MOST 64

// Sends copies of these handles of the program's; on POSIX in the form of
// Python's reduction.sendfds(): one byte, their number, with them attached. On
// Windows a message with what the receiver needs to take them from this
// process, which has to live until then; what nobody takes stays open in it.
// MP_EINVAL one is not open; MP_ENOTSUP not over this link.
int mp_plat_link_send_handles(const mp_plat_link_t *link,
                              const intptr_t *handles, size_t count,
                              int64_t deadline);
// Receives exactly `count` of them: the program's, not inheritable; sockets of
// Windows are ready for use. MP_EPROTO what came is something else; what was
// received with it is closed. MP_EMFILE there is no room for them: they came
// and are lost. MP_ENOENT the sender has ended before they were taken from it.
int mp_plat_link_receive_handles(const mp_plat_link_t *link, intptr_t *handles,
                                 size_t count, int64_t deadline);

// ---- places ----

typedef enum mp_plat_family {
    MP_PLAT_FAMILY_NONE,
    MP_PLAT_FAMILY_INET,
    MP_PLAT_FAMILY_INET6,
    MP_PLAT_FAMILY_UNIX,
    MP_PLAT_FAMILY_PIPE
} mp_plat_family_t;

#define MP_PLAT_PLACE_NAME 1024

// Where somebody listens, or connects from.
typedef struct mp_plat_place {
    mp_plat_family_t family;
    uint16_t port;                 // of INET and INET6; 0: any
    size_t size;                   // of the name
    char name[MP_PLAT_PLACE_NAME]; // a host, a path (abstract: a NUL in front)
                                   // or \\.\pipe\…; a NUL behind it
} mp_plat_place_t;

// Whether there is this family here.
bool mp_plat_family_here(mp_plat_family_t family);

// One that listens. Its name is removed when it is closed by the process that
// made it, and by no other.
typedef struct mp_plat_listener {
    intptr_t handle;       // a socket; of a pipe, an event that closing it sets
    mp_plat_place_t place; // as it came to be
    int64_t owner;         // the process that removes the name
    void *more;            // the backend's
} mp_plat_listener_t;

// Listens at a place. An empty name is one that the system or this function
// chooses: a file in a folder of this user alone (0700) with a short path, or
// a pipe with an unguessable name; an empty host is this machine only. A name
// in use: MP_EEXIST; MP_ENOENT no such host or folder; MP_EACCES, MP_EMFILE,
// MP_ENOMEM, MP_EINVAL. Sockets are SO_REUSEADDR on POSIX, exclusive on
// Windows. Pipes are for this user and this machine, and the first of their
// name; files of sockets are for this user (0600), and one that nobody listens
// at any more is not replaced. Looking up a host knows no deadline.
int mp_plat_listen(mp_plat_listener_t *listener, const mp_plat_place_t *place,
                   int backlog);
// The next that connects; *from is where from (of an unnamed socket: an empty
// name). Any number of threads and of processes that have it. MP_ETIMEDOUT
// (not recorded) after the deadline. MP_EMFILE; MP_EEOF it was closed.
int mp_plat_accept(const mp_plat_listener_t *listener, mp_plat_link_t *link,
                   mp_plat_place_t *from, int64_t deadline);
void mp_plat_listener_close(mp_plat_listener_t *listener);
// The handle that another process, or another listener of this one, adopts a
// copy of; the listener's own.
intptr_t mp_plat_listener_passes(const mp_plat_listener_t *listener);
// One by its place, which is filled in, and such a handle, which is taken over
// unless that fails: it does not own the name. A pipe of Windows has its name
// as long as any process has one.
int mp_plat_listener_adopt(mp_plat_listener_t *listener, intptr_t handle);
// Waits for a pipe that is busy up to the deadline. MP_ENOENT nobody listens
// there, or there is no such host; MP_EACCES; MP_ETIMEDOUT.
int mp_plat_connect(mp_plat_link_t *link, const mp_plat_place_t *place,
                    int64_t deadline);

// ---- waiting for any of several ----

typedef enum mp_plat_source_kind {
    MP_PLAT_SOURCE_HANDLE, // a descriptor that can be read, a HANDLE to wait on
    MP_PLAT_SOURCE_SOCKET, // a SOCKET of Windows that can be read; a descriptor
    MP_PLAT_SOURCE_LINK,
    MP_PLAT_SOURCE_LISTENER
} mp_plat_source_kind_t;

typedef struct mp_plat_source {
    mp_plat_source_kind_t kind;
    union {
        intptr_t handle;
        const mp_plat_link_t *link;
        const mp_plat_listener_t *listener;
    } of;
    bool ready; // the result
} mp_plat_source_t;

// Waits until one of them is ready (also: closed by its other side), and marks
// all that are. How many; 0 after the deadline. Any number, also of handles on
// Windows; none: sleeps. MP_EINVAL one of them is not open.
int mp_plat_wait_any(mp_plat_source_t *sources, size_t count, int64_t deadline);

#endif
