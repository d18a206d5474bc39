// SPDX-License-Identifier: Apache-2.0
// What the options of a process say of how its child is started.
#ifndef MP_CORE_SETTINGS_H
#define MP_CORE_SETTINGS_H

#include "core/process.h"

#define MP__STREAMS 3

struct mp__settings {
    char *executable; // NULL: not named
    char *directory;  // NULL: this process's
    char **environment;
    mp_stdio_t streams[MP__STREAMS]; // their paths are owned
    intptr_t *handles;               // the program's
    size_t handle_count;
};

// Copies what the options say, or the context of the process. *out is NULL if
// both say nothing. MP_EINVAL, MP_ENOTSUP, MP_ENOMEM.
int mp__settings_copy(mp__settings_t **out, const mp_process_options_t *options,
                      const mp_process_t *process);
void mp__settings_free(mp__settings_t *settings); // NULL is fine

// The handles that a start needs: the child's sides in setup->streams, this
// process's in `pipes`; MP_PLAT_NONE where there is none.
int mp__settings_open(const mp__settings_t *settings, mp_plat_setup_t *setup,
                      intptr_t pipes[MP__STREAMS]);
void mp__handles_close(intptr_t handles[MP__STREAMS]);

#endif
