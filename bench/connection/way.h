// SPDX-License-Identifier: Apache-2.0
// Ways for messages to go between this process and a child of it: this
// library's, the system's with a header written by hand, other libraries'.
#ifndef BENCH_CONNECTION_WAY_H
#define BENCH_CONNECTION_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing.h>

#define LINE_ADDRESS_MAX 128

// One end. Each way uses what it needs of this.
struct line {
    mp_connection_t *in;
    mp_connection_t *out; // may be the same
    intptr_t reads;       // descriptors or handles of the system
    intptr_t writes;
    void *other; // another library's
    void *door;  // where the child comes in
    char address[LINE_ADDRESS_MAX];
};

struct way {
    const char *name;
    bool spawns; // what it uses does not stand a fork: its child is spawned
    // Makes both ends, or a place for the child to come to. 0, or -1 after
    // saying why, as with the others.
    int (*make)(struct line *mine, struct line *its);
    // In the child, where `its` is what make() made and connections and the
    // address came as arguments. NULL: that is all it needs.
    int (*join)(struct line *its);
    int (*meet)(struct line *mine); // lets the child in. NULL: it is there
    // One message; what is received is known to have this size.
    int (*send)(struct line *line, const void *bytes, size_t size);
    int (*receive)(struct line *line, void *bytes, size_t size);
    // Closes what there is of an end. It is all zero where nothing is.
    void (*drop)(struct line *line);
};

extern const struct way way_ours;
extern const struct way way_ours_oneway;
extern const struct way way_ours_inet;
extern const struct way way_values;
extern const struct way way_apr_inet;
extern const struct way way_apr_pipe;
extern const struct way way_bare;
extern const struct way way_socketpair;
extern const struct way way_sendmsg;
extern const struct way way_pipe;
extern const struct way way_named_pipe;
extern const struct way way_nng;
extern const struct way way_zmq;

// The way of this name, as a spawned child looks for it, or NULL (ways.c).
const struct way *way_find(const char *name);

// A message's length as it stands in front of it.
#define WAY_HEADER 4
static inline void way_put_header(unsigned char *header, size_t size)
{
    header[0] = (unsigned char) (size >> 24);
    header[1] = (unsigned char) (size >> 16);
    header[2] = (unsigned char) (size >> 8);
    header[3] = (unsigned char) size;
}

static inline size_t way_get_header(const unsigned char *header)
{
    return (size_t) header[0] << 24 | (size_t) header[1] << 16 |
           (size_t) header[2] << 8 | header[3];
}

#endif
