// SPDX-License-Identifier: Apache-2.0
// What Windows itself takes, without a library between.
#include "bench/process/groups.h"

#include <stdio.h>

#include <windows.h>

#include "bench/process/program.h"

static int fail(const char *what)
{
    char text[120];

    snprintf(text, sizeof(text), "%s: Windows error %lu", what,
             (unsigned long) GetLastError());
    return row_fail(text, 0);
}

// Waits for a process that is about to end, and checks its exit code.
static int wait_for(HANDLE process)
{
    DWORD code = 0;

    if (WaitForSingleObject(process, INFINITE) != WAIT_OBJECT_0 ||
        !GetExitCodeProcess(process, &code)) {
        return fail("WaitForSingleObject");
    }
    return code == 0 ? 0 : row_fail_end("CreateProcess", (int) code);
}

static int spawn(const char *program, const char *argument)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION made;
    wchar_t path[MAX_PATH * 4];
    wchar_t line[MAX_PATH * 4 + 64];
    int length = MultiByteToWideChar(CP_UTF8, 0, program, -1, path,
                                     sizeof(path) / sizeof(path[0]));
    if (length == 0) {
        return fail("MultiByteToWideChar");
    }
    swprintf(line, sizeof(line) / sizeof(line[0]), L"\"%ls\" %hs", path,
             argument);
    if (!CreateProcessW(path, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup,
                        &made)) {
        return fail("CreateProcess");
    }
    int r = wait_for(made.hProcess);
    (void) CloseHandle(made.hThread);
    (void) CloseHandle(made.hProcess);
    return r;
}

static int spawn_self_once(void)
{
    return spawn(program_self(), PROGRAM_LEAVE);
}

static int spawn_tiny_once(void)
{
    return spawn(program_tiny(), "");
}

static DWORD WINAPI nothing(LPVOID argument)
{
    (void) argument;
    return 0;
}

static int thread_once(void)
{
    HANDLE thread = CreateThread(NULL, 0, nothing, NULL, 0, NULL);
    if (thread == NULL) {
        return fail("CreateThread");
    }
    DWORD waited = WaitForSingleObject(thread, INFINITE);
    (void) CloseHandle(thread);
    return waited == WAIT_OBJECT_0 ? 0 : fail("WaitForSingleObject");
}

static const struct row rows[] = {
    {.name = "raw-spawn-self",
     .what = "CreateProcess of this program, which leaves at once",
     .run = row_repeat,
     .once = spawn_self_once},
    {.name = "raw-spawn-tiny",
     .what = "CreateProcess of a program that does nothing",
     .run = row_repeat,
     .once = spawn_tiny_once},
    {.name = "raw-thread",
     .what = "CreateThread and waiting for it",
     .run = row_repeat,
     .once = thread_once},
};

const struct row_group group_raw = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
};
