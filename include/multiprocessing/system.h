// SPDX-License-Identifier: Apache-2.0
/**
 * @file system.h
 * What the machine offers, and memory that the library hands out.
 */
#ifndef MP_SYSTEM_H
#define MP_SYSTEM_H

#include <multiprocessing/export.h>

MP_BEGIN_DECLS

/**
 * The number of processors that the system has online.
 *
 * @return at least 1, or MP_ENOTSUP where the system does not tell.
 * Python: multiprocessing.cpu_count()
 */
MP_API int mp_cpu_count(void);

/**
 * The number of processors that this process may use: those of its affinity
 * mask, less what a cgroup quota (Linux containers) leaves, rounded up.
 *
 * @return at least 1, or MP_ENOTSUP where the system does not tell.
 * Python: os.process_cpu_count()
 */
MP_API int mp_process_cpu_count(void);

/** Frees what the library says is freed with mp_free(). NULL is fine. */
MP_API void mp_free(void *memory);

MP_END_DECLS

#endif
