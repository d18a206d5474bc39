// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/modes.h"

#include <string.h>

#include <multiprocessing.h>

#include "bench/pep371/list.h"
#include "bench/pep371/support.h"

static const pep_mode_t modes[PEP_MODES_MAX] = {
    {"non_threaded", "iters", "#9aa5b1", NULL, PEP_CALLS, false},
    {"threaded", "threads", "#e8a33d", NULL, PEP_THREADS, false},
    {"processes", "procs", "#1f6f8b", NULL, PEP_PROCESSES, false},
    {"spawned", "procs", "#68b0ab", "spawn", PEP_PROCESSES, false},
    {"forked", "procs", "#4a4e69", "fork", PEP_PROCESSES, true},
    {"thread", "threads", "#b5651d", "thread", PEP_PROCESSES, true},
};

static bool is_here(const pep_mode_t *mode)
{
    return mode->method == NULL ||
           mp_context_method(mp_get_context(mode->method)) != NULL;
}

// Where spawn is the default, "processes" is measured by it already.
static bool is_default(const pep_mode_t *mode)
{
    return mode->method != NULL &&
           strcmp(mode->method, mp_get_start_method(false)) == 0;
}

size_t pep_modes_select(const pep_mode_t **chosen, const char *list)
{
    size_t count = 0;

    for (size_t i = 0; i < PEP_MODES_MAX; i++) {
        const pep_mode_t *mode = &modes[i];
        bool wanted = list != NULL ? pep_list_has(list, mode->name)
                                   : !mode->extra && !is_default(mode);

        if (wanted && is_here(mode)) {
            chosen[count++] = mode;
        }
    }
    return count;
}

static const pep_mode_t *find(const char *name)
{
    for (size_t i = 0; i < PEP_MODES_MAX; i++) {
        if (strcmp(modes[i].name, name) == 0) {
            return &modes[i];
        }
    }
    return NULL;
}

int pep_modes_check(const char *list)
{
    char name[64];

    while (pep_list_next(&list, name, sizeof(name))) {
        const pep_mode_t *mode = find(name);

        if (mode == NULL) {
            return pep_fail("--modes: there is no \"%s\"", name);
        }
        if (!is_here(mode)) {
            return pep_fail("--modes: this system has no \"%s\"", name);
        }
    }
    return 0;
}
