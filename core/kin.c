// SPDX-License-Identifier: Apache-2.0
#include "core/kin.h"

#include "core/slot.h"

static bool is_member(int64_t pid)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);

    for (uint32_t i = 0; i < used; i++) {
        uint64_t key = atomic_load(&mp__slots()[i].key);
        if (mp__key_state(key) == MP__SLOT_LIVE && mp__key_pid(key) == pid) {
            return !mp__member_dead(mp__token_of(i, mp__key_generation(key)),
                                    true);
        }
    }
    return false;
}

bool mp__is_kin(const mp_plat_link_t *link)
{
    mp_plat_peer_t peer = {.pid = -1};

    return link->local && mp__process_token() != 0 &&
           mp_plat_link_peer(link, &peer) == 0 && peer.pid > 0 &&
           peer.same_user && is_member(peer.pid);
}
