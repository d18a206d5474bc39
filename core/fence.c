// SPDX-License-Identifier: Apache-2.0
#include "core/fence.h"

static mp__fence_t join(void)
{
    mp__fence_t fence = mp_plat_has_fences && mp_plat_fence_join()
                            ? MP__FENCE_SENT
                            : MP__FENCE_OWN;

    atomic_store(&MP__OWN->fence, fence);
    return fence;
}

void mp__fence_often_slow(void)
{
    if (atomic_load(&MP__OWN->fence) == MP__FENCE_UNKNOWN) {
        (void) join();
    }
    atomic_thread_fence(memory_order_seq_cst);
}

// Where one process is refused what others have, it cannot reach them.
bool mp__fence_rarely(void)
{
    atomic_thread_fence(memory_order_seq_cst);
    if (!mp_plat_has_fences) {
        return true;
    }
    uint32_t fence = atomic_load(&MP__OWN->fence);
    if (fence == MP__FENCE_UNKNOWN) {
        fence = join();
    }
    return fence == MP__FENCE_SENT && mp_plat_fence_all();
}
