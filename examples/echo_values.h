// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_ECHO_VALUES_H
#define EXAMPLES_ECHO_VALUES_H

#include <multiprocessing.h>

// A list of values of every kind that travels to any program. The caller
// releases it.
int echo_values(mp_any_t **list);

#endif
