// SPDX-License-Identifier: Apache-2.0
// All states that a model can be in, and the steps between them.
#ifndef MP_TESTS_MODEL_GRAPH_H
#define MP_TESTS_MODEL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A state is `size` bytes; two are the same if all of these are.
void graph_begin(size_t size);
void graph_end(void);
// The number of a state, which is new if it was not known.
uint32_t graph_intern(const void *state);
void graph_add(uint32_t from, const void *to);
uint32_t graph_count(void);
// Not across graph_intern() and graph_add().
const void *graph_state(uint32_t number);
// The number of states from which none that is over can be reached.
size_t graph_stuck(bool (*is_over)(const void *state));

#endif
