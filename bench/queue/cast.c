// SPDX-License-Identifier: Apache-2.0
#include "bench/queue/cast.h"

#include "bench/common/row.h"
#include "bench/common/system.h"

// Where there is a fork, children have what their parent has, also queues that
// are not this library's.
#ifdef _WIN32
#define METHOD "spawn"
#else
#define METHOD "fork"
#endif

#define NAP_US 100
#define PATIENCE_MS 10000

int cast_start(struct cast *cast, mp_target_fn target, const mp_args_t *args)
{
    mp_process_options_t options = {.context = mp_get_context(METHOD),
                                    .daemon = MP_YES};
    mp_process_t *process = NULL;

    if (mp_process_create(&process, target, args, &options) < 0 ||
        mp_process_start(process) < 0) {
        (void) row_fail_ours("a child");
        mp_process_destroy(process);
        return -1;
    }
    cast->items[cast->count++] = process;
    return 0;
}

int cast_await(struct cast *cast, const uint32_t *number)
{
    int64_t late = bench_now() + (int64_t) PATIENCE_MS * 1000000;

    while (mp_atomic_load_uint32(number) < cast->count) {
        bench_sleep_us(NAP_US);
        for (size_t i = 0; i < cast->count; i++) {
            if (mp_process_is_alive(cast->items[i]) == 0) {
                return row_fail("a child ended too early", 0);
            }
        }
        if (bench_now() > late) {
            return row_fail("a child is not ready", 0);
        }
    }
    return 0;
}

int cast_join(struct cast *cast, unsigned slot_ms)
{
    int64_t late = bench_now() / 1000000 + slot_ms + PATIENCE_MS;

    for (size_t i = 0; i < cast->count; i++) {
        int64_t left = late - bench_now() / 1000000;
        mp_process_t *process = cast->items[i];
        if (mp_process_join(process, left > 0 ? left : 0) < 0) {
            return row_fail_ours("a child does not end");
        }
        if (mp_process_exitcode(process) != 0) {
            return row_fail_end("a child", mp_process_exitcode(process));
        }
    }
    return 0;
}

void cast_stop(struct cast *cast)
{
    for (size_t i = 0; i < cast->count; i++) {
        if (mp_process_is_alive(cast->items[i]) > 0) {
            (void) mp_process_kill(cast->items[i]);
        }
        (void) mp_process_join(cast->items[i], MP_FOREVER);
        mp_process_destroy(cast->items[i]);
    }
    cast->count = 0;
}
