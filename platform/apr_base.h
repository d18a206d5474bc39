// SPDX-License-Identifier: Apache-2.0
// APR, brought up by the first call that needs it: a child that needs none of
// it should not pay for it.
#ifndef MP_PLATFORM_APR_BASE_H
#define MP_PLATFORM_APR_BASE_H

#include <apr_errno.h>
#include <apr_pools.h>

// Initialises APR once. It is never terminated: the host may use APR too.
int mp_apr_ready(void);

// A pool of its own, with no parent, so that no other thread shares anything
// with it.
int mp_apr_pool(apr_pool_t **pool);

#endif
