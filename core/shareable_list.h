// SPDX-License-Identifier: Apache-2.0
#ifndef MP_CORE_SHAREABLE_LIST_H
#define MP_CORE_SHAREABLE_LIST_H

#include <multiprocessing/shareable_list.h>

#include "core/list_layout.h"

struct mp_shareable_list {
    mp_shared_memory_t *memory;
    bool read_only;
    mp__list_layout_t layout;
};

#endif
