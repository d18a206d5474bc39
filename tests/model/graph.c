// SPDX-License-Identifier: Apache-2.0
#include "tests/model/graph.h"

#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

#define STATES_MOST (1u << 22)
#define PLACES (2 * STATES_MOST)

static size_t size;
static unsigned char *states;
static uint32_t count;
static uint32_t *table; // numbers plus one
static uint32_t (*edges)[2];
static size_t edge_count;
static size_t edge_room;

void graph_begin(size_t state_size)
{
    size = state_size;
    count = 0;
    edge_count = 0;
    edge_room = 1 << 20;
    states = calloc(STATES_MOST, size);
    table = calloc(PLACES, sizeof(*table));
    edges = malloc(edge_room * sizeof(*edges));
    assert_true(states != NULL && table != NULL && edges != NULL);
}

void graph_end(void)
{
    free(states);
    free(table);
    free(edges);
}

uint32_t graph_count(void)
{
    return count;
}

const void *graph_state(uint32_t number)
{
    return states + number * size;
}

static uint32_t hash(const unsigned char *state)
{
    uint32_t sum = 2166136261U;

    for (size_t i = 0; i < size; i++) {
        sum = (sum ^ state[i]) * 16777619U;
    }
    return sum;
}

uint32_t graph_intern(const void *state)
{
    uint32_t at = hash(state) % PLACES;

    while (table[at] != 0) {
        if (memcmp(graph_state(table[at] - 1), state, size) == 0) {
            return table[at] - 1;
        }
        at = (at + 1) % PLACES;
    }
    assert_true(count < STATES_MOST);
    memcpy(states + count * size, state, size);
    table[at] = ++count;
    return count - 1;
}

void graph_add(uint32_t from, const void *to)
{
    if (edge_count == edge_room) {
        edge_room *= 2;
        edges = realloc(edges, edge_room * sizeof(*edges));
        assert_non_null(edges);
    }
    edges[edge_count][0] = from;
    edges[edge_count++][1] = graph_intern(to);
}

// Backwards, until nothing is added.
size_t graph_stuck(bool (*is_over)(const void *state))
{
    unsigned char *ends = calloc(count, 1);
    size_t stuck = count;
    bool more = true;

    assert_non_null(ends);
    for (uint32_t i = 0; i < count; i++) {
        ends[i] = is_over(graph_state(i));
        stuck -= ends[i];
    }
    while (more) {
        more = false;
        for (size_t i = edge_count; i-- > 0;) {
            if (ends[edges[i][1]] != 0 && ends[edges[i][0]] == 0) {
                ends[edges[i][0]] = 1;
                more = true;
                stuck--;
            }
        }
    }
    free(ends);
    return stuck;
}
