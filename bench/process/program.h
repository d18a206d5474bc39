// SPDX-License-Identifier: Apache-2.0
// The programs that rows start: this one, and the one built beside it.
#ifndef BENCH_PROCESS_PROGRAM_H
#define BENCH_PROCESS_PROGRAM_H

// With this argument the program ends at once in main(), so that starting it
// costs what the system and the dynamic linker cost and nothing more.
#define PROGRAM_LEAVE "--leave-at-once"

// Finds the paths, once: 0, or -1 after saying why.
int program_find(void);

const char *program_self(void);
const char *program_tiny(void);

#endif
