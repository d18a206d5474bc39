// SPDX-License-Identifier: Apache-2.0
#include "bench/queue/way.h"

const struct way *way_find(const char *name)
{
    static const struct way *const ways[] = {
        &way_ours,
        &way_ours_default,
        &way_ours_many,
        &way_ours_array,
        &way_ours_place,
        &way_line,
        &way_ring,
        &way_ring_many,
        &way_ring_place,
#ifndef _WIN32
        &way_pipe,
#endif
#if MP_HAVE_MQ
        &way_mq,
#endif
#if MP_HAVE_BOOST
        &way_boost,
#endif
#if MP_HAVE_NNG
        &way_nng,
#endif
#if MP_HAVE_ZMQ
        &way_zmq,
#endif
    };

    for (size_t i = 0; name != NULL && i < sizeof(ways) / sizeof(ways[0]);
         i++) {
        if (strcmp(ways[i]->name, name) == 0) {
            return ways[i];
        }
    }
    return NULL;
}
