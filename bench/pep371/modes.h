// SPDX-License-Identifier: Apache-2.0
// The ways in which a function is run by several workers.
#ifndef PEP_MODES_H
#define PEP_MODES_H

#include <stdbool.h>
#include <stddef.h>

#define PEP_MODES_MAX 6

typedef enum pep_mode_kind {
    PEP_CALLS,    // one call after the other
    PEP_THREADS,  // the system's own threads
    PEP_PROCESSES // the library's, by a start method
} pep_mode_kind_t;

typedef struct pep_mode {
    const char *name;
    const char *unit; // what one worker is called in the table
    const char *colour;
    const char *method; // of PEP_PROCESSES; NULL: the default one
    pep_mode_kind_t kind;
    bool extra; // shown only if asked for
} pep_mode_t;

// The modes that this system has, of a list or, without one, those that are
// not extra. Returns their number.
size_t pep_modes_select(const pep_mode_t **chosen, const char *list);

// 0, or -1 if the list has an unknown name or one that this system lacks.
int pep_modes_check(const char *list);

#endif
