// SPDX-License-Identifier: Apache-2.0
// A plug-in for pep371, to be copied and changed:
//
//     pep371 --plugin ./plugin_example.so --function collatz
//
// It needs the header only for the type of its argument, and no library.
#include <multiprocessing/arguments.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define START_MAX 100000
#define LONGEST 350 // steps, from 77031

EXPORT int collatz(const mp_args_t *args);

static int steps_from(uint64_t number)
{
    int steps = 0;

    for (; number != 1; steps++) {
        number = number % 2 == 0 ? number / 2 : 3 * number + 1;
    }
    return steps;
}

// The longest way down to 1 that starts below 100 000.
int collatz(const mp_args_t *args)
{
    int longest = 0;

    (void) args;
    for (uint64_t start = 1; start < START_MAX; start++) {
        int steps = steps_from(start);

        longest = steps > longest ? steps : longest;
    }
    return longest == LONGEST ? 0 : 1;
}
