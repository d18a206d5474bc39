// SPDX-License-Identifier: Apache-2.0
#include "core/pause.h"

#include "platform/shared.h"

#define WATCHES 40
#define YIELDS 4

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb");
#endif
}

bool mp__pause(mp__pause_t *pause)
{
    if (pause->step == 0 && mp_plat_processors() < 2) {
        pause->step = WATCHES;
    }
    int step = pause->step++;
    if (step < WATCHES) {
        relax();
        return true;
    }
    if (step < WATCHES + YIELDS) {
        mp_plat_yield();
        return true;
    }
    return false;
}
