// SPDX-License-Identifier: Apache-2.0
#include "bench/common/system.h"

#include <io.h>
#include <windows.h>

int64_t bench_now(void)
{
    LARGE_INTEGER now;
    LARGE_INTEGER frequency;

    // Both cannot fail since Windows XP. Whole seconds apart from the rest, or
    // the product would overflow after some weeks.
    (void) QueryPerformanceCounter(&now);
    (void) QueryPerformanceFrequency(&frequency);
    int64_t seconds = now.QuadPart / frequency.QuadPart;
    int64_t rest = now.QuadPart % frequency.QuadPart;
    return seconds * 1000000000 + rest * 1000000000 / frequency.QuadPart;
}

bool bench_is_terminal(FILE *stream)
{
    return _isatty(_fileno(stream)) != 0;
}

const char *bench_null_device(void)
{
    return "NUL";
}

void bench_yield(void)
{
    (void) SwitchToThread();
}

void bench_sleep_us(unsigned microseconds)
{
    Sleep((microseconds + 999) / 1000);
}

static DWORD WINAPI run_thread(void *argument)
{
    bench_thread_t *thread = argument;

    thread->result = thread->run(thread->argument);
    return 0;
}

int bench_thread_start(bench_thread_t *thread, int (*run)(const void *argument),
                       const void *argument)
{
    thread->run = run;
    thread->argument = argument;
    thread->result = 0;
    HANDLE handle = CreateThread(NULL, 0, run_thread, thread, 0, NULL);
    if (handle == NULL) {
        return (int) GetLastError();
    }
    thread->handle = (uintptr_t) handle;
    return 0;
}

int bench_thread_join(bench_thread_t *thread)
{
    HANDLE handle = (HANDLE) thread->handle;

    if (WaitForSingleObject(handle, INFINITE) != WAIT_OBJECT_0) {
        return (int) GetLastError();
    }
    return CloseHandle(handle) ? 0 : (int) GetLastError();
}
