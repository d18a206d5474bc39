// SPDX-License-Identifier: Apache-2.0
// Systems where a process does not choose, or is not asked to.
#include "bench/queue/pin.h"

const bool pin_works = false;

int pin_to(unsigned which)
{
    (void) which;
    return 0; // wherever the system puts it
}
