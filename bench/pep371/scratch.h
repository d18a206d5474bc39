// SPDX-License-Identifier: Apache-2.0
// One temporary file that does not outlive the program, however that ends:
// scratch_posix.c has a janitor process for it, scratch_win32.c the system.
#ifndef PEP_SCRATCH_H
#define PEP_SCRATCH_H

#include <stddef.h>

#include <apr_pools.h>

typedef struct pep_scratch pep_scratch_t;

// Makes a file of these bytes. Call it before anything that a janitor must not
// inherit: threads, sockets, other children. 0, or -1 (see pep_failure()).
int pep_scratch_create(pep_scratch_t **out, const void *bytes, size_t size,
                       apr_pool_t *pool);

// The file's path, UTF-8, of the scratch file's pool.
const char *pep_scratch_path(const pep_scratch_t *scratch);

// Removes the file. NULL is fine.
void pep_scratch_destroy(pep_scratch_t *scratch);

#endif
