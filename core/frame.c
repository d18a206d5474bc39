// SPDX-License-Identifier: Apache-2.0
#include "core/frame.h"

int mp__frame_wait(const mp__passage_t *passage,
                   int (*wait)(const mp_plat_link_t *, int64_t))
{
    int r = mp__passage_look(passage, MP_ETIMEDOUT);
    if (r == 0) {
        r = wait(&passage->connection->link, mp__passage_slice(passage));
    }
    return mp__passage_look(passage, r);
}

int mp__frame_broke_off(const mp__passage_t *passage, int r)
{
    mp__passage_break(passage, MP__BROKEN_BY_TIME);
    return r;
}

bool mp__frame_one_step(const mp__passage_t *passage, size_t header,
                        size_t size)
{
    return passage->connection->link.local && size <= mp_plat_link_step &&
           header + size <= mp_plat_link_step;
}
