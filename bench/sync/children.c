// SPDX-License-Identifier: Apache-2.0
#include "bench/sync/children.h"

#include "bench/common/row.h"
#include "bench/common/system.h"

// Where there is a fork, children have what their parent has, also locks that
// are not this library's.
#ifdef _WIN32
#define METHOD "spawn"
#else
#define METHOD "fork"
#endif

#define NAP_US 100

int children_start(struct children *children, mp_target_fn target,
                   const mp_args_t *args)
{
    mp_process_options_t options = {.context = mp_get_context(METHOD)};
    mp_process_t *process = NULL;

    if (mp_process_create(&process, target, args, &options) < 0 ||
        mp_process_start(process) < 0) {
        (void) row_fail_ours("a child");
        mp_process_destroy(process);
        return -1;
    }
    children->items[children->count++] = process;
    return 0;
}

int children_await(struct children *children, const uint32_t *number,
                   uint32_t count)
{
    while (mp_atomic_load_uint32(number) < count) {
        bench_sleep_us(NAP_US);
        for (size_t i = 0; i < children->count; i++) {
            if (mp_process_is_alive(children->items[i]) == 0) {
                return row_fail("a child ended too early", 0);
            }
        }
    }
    return 0;
}

int children_join(struct children *children)
{
    int r = 0;

    for (size_t i = 0; i < children->count; i++) {
        mp_process_t *process = children->items[i];
        if (mp_process_join(process, MP_FOREVER) < 0) {
            r = row_fail_ours("a child");
        } else if (mp_process_exitcode(process) != 0) {
            r = row_fail_end("a child", mp_process_exitcode(process));
        }
        mp_process_destroy(process);
    }
    children->count = 0;
    return r;
}
