// SPDX-License-Identifier: Apache-2.0
#include "tests/failing.h"

#include <stddef.h>

#ifdef _WIN32
#include <windows.h>
#endif

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

long failing;

// The variables of threads that MinGW has are allocated, by these functions.
#ifdef _WIN32
static DWORD slot;

__attribute__((constructor)) static void make_slot(void)
{
    slot = TlsAlloc();
}

static bool is_spared(void)
{
    return TlsGetValue(slot) != NULL;
}

void failing_spare(bool spared)
{
    (void) TlsSetValue(slot, spared ? &slot : NULL);
}
#else
static _Thread_local bool spares;

static bool is_spared(void)
{
    return spares;
}

void failing_spare(bool spared)
{
    spares = spared;
}
#endif

static bool fails(void)
{
    return failing > 0 && !is_spared() && --failing == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}
