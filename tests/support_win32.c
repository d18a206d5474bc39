// SPDX-License-Identifier: Apache-2.0
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include <shellapi.h>

// ---- gates: two named semaphores ----

static HANDLE make_semaphore(const char *gate, const char *part)
{
    char name[256];

    (void) snprintf(name, sizeof(name), "%s-%s", gate, part);
    return CreateSemaphoreA(NULL, 0, 1000000, name);
}

static HANDLE open_semaphore(const char *gate, const char *part)
{
    char name[256];

    (void) snprintf(name, sizeof(name), "%s-%s", gate, part);
    return OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, name);
}

void test_gate_create(test_gate_t *gate)
{
    static int number;

    (void) snprintf(gate->name, sizeof(gate->name), "mp-test-%lu-%d",
                    GetCurrentProcessId(), ++number);
    gate->arrived = (intptr_t) make_semaphore(gate->name, "arrived");
    gate->open = (intptr_t) make_semaphore(gate->name, "open");
    assert_true(gate->arrived != 0 && gate->open != 0);
}

void test_gate_await(test_gate_t *gate, int count)
{
    while (count-- > 0) {
        assert_int_equal(
            WaitForSingleObject((HANDLE) gate->arrived, TEST_GUARD_MS),
            WAIT_OBJECT_0);
    }
}

void test_gate_release(test_gate_t *gate, int count)
{
    assert_true(ReleaseSemaphore((HANDLE) gate->open, count, NULL));
}

void test_gate_destroy(test_gate_t *gate)
{
    (void) CloseHandle((HANDLE) gate->arrived);
    (void) CloseHandle((HANDLE) gate->open);
}

int test_gate_arrive(const char *name)
{
    HANDLE arrived = open_semaphore(name, "arrived");
    BOOL done = arrived != NULL && ReleaseSemaphore(arrived, 1, NULL);

    if (arrived != NULL) {
        (void) CloseHandle(arrived);
    }
    return done ? 0 : -1;
}

int test_gate_pass(const char *name)
{
    // Opened before the arrival is told, after which the gate may go away.
    HANDLE open = open_semaphore(name, "open");
    int r = -1;

    if (open == NULL) {
        return -1;
    }
    if (test_gate_arrive(name) == 0 &&
        WaitForSingleObject(open, TEST_GUARD_MS) == WAIT_OBJECT_0) {
        r = 0;
    }
    (void) CloseHandle(open);
    return r;
}

// ---- this process ----

// Wine's GetProcessHandleCount() always says 0.
void test_list_handles(char *list, size_t size)
{
    (void) size;
    list[0] = '\0';
}

bool test_has_no_children(void)
{
    return true; // nothing like a zombie exists here
}

bool test_process_exists(int64_t pid)
{
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD) pid);

    if (process == NULL) {
        return false;
    }
    bool exists = WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
    (void) CloseHandle(process);
    return exists;
}

int64_t test_own_pid(void)
{
    return GetCurrentProcessId();
}

bool test_is_ready(intptr_t sentinel, int timeout_ms)
{
    return WaitForSingleObject((HANDLE) sentinel, (DWORD) timeout_ms) ==
           WAIT_OBJECT_0;
}

struct thread {
    HANDLE thread;
    void (*run)(int number);
    int number;
};

static DWORD WINAPI run_thread(void *argument)
{
    const struct thread *thread = argument;
    thread->run(thread->number);
    return 0;
}

void test_run_threads(int count, void (*run)(int number))
{
    struct thread threads[32];

    assert_in_range(count, 1, 32);
    for (int i = 0; i < count; i++) {
        threads[i].run = run;
        threads[i].number = i;
        threads[i].thread =
            CreateThread(NULL, 0, run_thread, &threads[i], 0, NULL);
        assert_non_null(threads[i].thread);
    }
    for (int i = 0; i < count; i++) {
        (void) WaitForSingleObject(threads[i].thread, INFINITE);
        (void) CloseHandle(threads[i].thread);
    }
}

static int64_t processor_ms(void)
{
    FILETIME created, ended, system, user;

    if (!GetProcessTimes(GetCurrentProcess(), &created, &ended, &system,
                         &user)) {
        return INT64_MAX;
    }
    ULARGE_INTEGER a = {.LowPart = system.dwLowDateTime,
                        .HighPart = system.dwHighDateTime};
    ULARGE_INTEGER b = {.LowPart = user.dwLowDateTime,
                        .HighPart = user.dwHighDateTime};
    return (int64_t) ((a.QuadPart + b.QuadPart) / 10000);
}

void test_use_processor(int milliseconds)
{
    int64_t end = processor_ms() + milliseconds;
    while (processor_ms() < end) {
    }
}

void test_await_sleep(int64_t pid)
{
    (void) pid;
    test_use_processor(20);
}

// The clock of deadlines: ticks are up to 16 ms behind it.
int64_t test_now_ms(void)
{
    LARGE_INTEGER now;
    LARGE_INTEGER second;

    (void) QueryPerformanceCounter(&now);
    (void) QueryPerformanceFrequency(&second);
    return now.QuadPart / second.QuadPart * 1000 +
           now.QuadPart % second.QuadPart * 1000 / second.QuadPart;
}

void test_set_variable(const char *name, const char *value)
{
    assert_int_equal(_putenv_s(name, value != NULL ? value : ""), 0);
}

bool test_use_one_processor(bool one)
{
    static DWORD_PTR all;
    DWORD_PTR system;
    HANDLE self = GetCurrentProcess();

    if (one && !GetProcessAffinityMask(self, &all, &system)) {
        return false;
    }
    return SetProcessAffinityMask(self, one ? all & (~all + 1) : all);
}

int64_t test_address_space(void)
{
    return 0;
}

void test_make_file(char *path, size_t size)
{
    char folder[MAX_PATH];
    char name[MAX_PATH];

    assert_true(GetTempPathA(sizeof(folder), folder) > 0);
    assert_true(GetTempFileNameA(folder, "mp", 0, name) != 0);
    (void) snprintf(path, size, "%s", name);
}

void test_remove_file(const char *path)
{
    (void) DeleteFileA(path);
}

// A pipe whose other side is closed reads as broken.
void test_read_pipe(intptr_t handle, char *text, size_t size)
{
    size_t used = 0;
    DWORD got = 1;

    while (got > 0 && used + 1 < size) {
        if (!ReadFile((HANDLE) handle, text + used, (DWORD) (size - 1 - used),
                      &got, NULL)) {
            assert_int_equal(GetLastError(), ERROR_BROKEN_PIPE);
            got = 0;
        }
        used += got;
    }
    text[used] = '\0';
}

void test_write_pipe(intptr_t handle, const char *text)
{
    DWORD length = (DWORD) strlen(text);
    DWORD written = 0;

    assert_true(WriteFile((HANDLE) handle, text, length, &written, NULL));
    assert_int_equal(written, length);
}

intptr_t test_open_for_writing(const char *path)
{
    HANDLE file = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ, NULL,
                              OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    return (intptr_t) file;
}

void test_close_handle(intptr_t handle)
{
    assert_true(CloseHandle((HANDLE) handle));
}

void test_argument(int argc, char *const *argv, int which, char *text,
                   size_t size)
{
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &argc);

    (void) argv;
    (void) snprintf(text, size, "(none)");
    if (words != NULL && which < argc) {
        (void) WideCharToMultiByte(CP_UTF8, 0, words[which], -1, text,
                                   (int) size, NULL, NULL);
    }
    (void) LocalFree(words);
}

// ---- other programs ----

static BOOL start(test_program_t *program, const char *path, const char *first,
                  const char *second, BOOL inherit)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    char line[1000];

    // An argument with a quote in it would need more care than tests deserve.
    (void) snprintf(line, sizeof(line), "\"%s\" \"%s\"%s%s%s", path,
                    first != NULL ? first : "", second != NULL ? " \"" : "",
                    second != NULL ? second : "", second != NULL ? "\"" : "");
    if (!CreateProcessA(path, line, NULL, NULL, inherit, 0, NULL, NULL,
                        &startup, &info)) {
        return FALSE;
    }
    (void) CloseHandle(info.hThread);
    program->pid = info.dwProcessId;
    program->end = (intptr_t) info.hProcess;
    return TRUE;
}

void test_program_start(test_program_t *program, const char *path,
                        const char *first, const char *second)
{
    assert_true(start(program, path, first, second, FALSE));
}

void test_program_leave(const char *path)
{
    test_program_t program;

    assert_true(start(&program, path, NULL, NULL, TRUE));
}

int test_program_set_off(const char *path, const char *first,
                         const char *second)
{
    test_program_t program;

    if (!start(&program, path, first, second, FALSE)) {
        return -1;
    }
    (void) CloseHandle((HANDLE) program.end);
    return 0;
}

bool test_tell_parent(int argc, char *const *argv, const void *bytes,
                      size_t size)
{
    const char *marker = argc < 2 ? NULL : strchr(argv[argc - 1], '=');
    OVERLAPPED operation = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD moved = 0;

    if (marker == NULL || operation.hEvent == NULL) {
        return false;
    }
    HANDLE channel = (HANDLE) (uintptr_t) strtoul(marker + 1, NULL, 16);
    (void) WriteFile(channel, bytes, (DWORD) size, NULL, &operation);
    BOOL done = GetOverlappedResult(channel, &operation, &moved, TRUE);
    (void) CloseHandle(operation.hEvent);
    return done && moved == size;
}

void test_program_kill(const test_program_t *program)
{
    (void) TerminateProcess((HANDLE) program->end, 1);
}

int test_program_wait(test_program_t *program)
{
    HANDLE process = (HANDLE) program->end;
    DWORD code = 0;
    bool ended = test_is_ready(program->end, TEST_GUARD_MS);

    if (!ended) {
        (void) TerminateProcess(process, 1);
    }
    assert_true(GetExitCodeProcess(process, &code));
    (void) CloseHandle(process);
    assert_true(ended);
    return (int) code;
}
