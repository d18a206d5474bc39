// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "bench/connection/way.h"

const struct way *way_find(const char *name)
{
    static const struct way *const ways[] = {
        &way_ours,
        &way_ours_oneway,
        &way_values,
#if MP_HAVE_REMOTE
        &way_ours_inet,
#endif
        &way_apr_inet,
#ifdef _WIN32
        &way_named_pipe,
#else
        &way_apr_pipe,
        &way_bare,
        &way_socketpair,
        &way_sendmsg,
        &way_pipe,
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
