// SPDX-License-Identifier: Apache-2.0
// The locks of Windows that processes share, found by their names.
#include "bench/sync/kind.h"

#include <stdio.h>

#include <windows.h>

#include <multiprocessing.h>

KIND_INLINE int mutex_take(void *at)
{
    return WaitForSingleObject(at, INFINITE) == WAIT_OBJECT_0 ? 0 : -1;
}

KIND_INLINE int mutex_give(void *at)
{
    return ReleaseMutex(at) ? 0 : -1;
}

KIND_LOOPS(mutex, mutex_take, mutex_give)

static void set_name(struct place *place)
{
    snprintf(place->name, sizeof(place->name), "Local\\bench-sync-%lu",
             (unsigned long) GetCurrentProcessId());
}

static int mutex_make(struct place *place)
{
    set_name(place);
    place->at = CreateMutexA(NULL, FALSE, place->name);
    return place->at == NULL ? -1 : 0;
}

static void close_it(struct place *place)
{
    (void) CloseHandle(place->at);
}

static int mutex_find(struct place *place, const mp_args_t *args)
{
    place->at =
        OpenMutexA(MUTEX_ALL_ACCESS, FALSE, mp_args_text(args, KIND_ARG_NAME));
    return place->at == NULL ? -1 : 0;
}

const struct kind kind_win32_mutex = {
    .name = "win32-mutex",
    .make = mutex_make,
    .unmake = close_it,
    .alone = mutex_alone,
    .among = mutex_among,
    .find = mutex_find,
};

KIND_INLINE int semaphore_give(void *at)
{
    return ReleaseSemaphore(at, 1, NULL) ? 0 : -1;
}

KIND_LOOPS(semaphore, mutex_take, semaphore_give)

static int semaphore_make(struct place *place)
{
    set_name(place);
    place->at = CreateSemaphoreA(NULL, 1, 1, place->name);
    return place->at == NULL ? -1 : 0;
}

static int semaphore_find(struct place *place, const mp_args_t *args)
{
    place->at = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE,
                               mp_args_text(args, KIND_ARG_NAME));
    return place->at == NULL ? -1 : 0;
}

const struct kind kind_win32_semaphore = {
    .name = "win32-semaphore",
    .make = semaphore_make,
    .unmake = close_it,
    .alone = semaphore_alone,
    .among = semaphore_among,
    .find = semaphore_find,
};
