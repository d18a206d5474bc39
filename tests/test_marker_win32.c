// SPDX-License-Identifier: Apache-2.0
// Markers that come with a handle which is no start channel, or not the
// parent's (Windows). The program is programs/hasty.c, which notes g and then,
// were it to get past mp_freeze_support() or to run a target, something more.
#include "tests/support.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#define MARKER "--multiprocessing-c-child="
#define NOT_STARTED 88
#define HANGS_MS 20000 // less than a child waits for its start block

static void marker_of(HANDLE handle, char *marker, size_t size)
{
    (void) snprintf(marker, size, MARKER "%llx",
                    (unsigned long long) (uintptr_t) handle);
}

// The exit code of the program; whatever of ours is inheritable goes there.
static int run(const char *path, const char *marker)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    char line[1200];
    DWORD code = NOT_STARTED;

    (void) snprintf(line, sizeof(line), "\"%s\" %s", path, marker);
    if (!CreateProcessA(path, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup,
                        &info)) {
        return NOT_STARTED;
    }
    if (WaitForSingleObject(info.hProcess, HANGS_MS) != WAIT_OBJECT_0) {
        (void) TerminateProcess(info.hProcess, NOT_STARTED);
        (void) WaitForSingleObject(info.hProcess, TEST_GUARD_MS);
    }
    (void) GetExitCodeProcess(info.hProcess, &code);
    (void) CloseHandle(info.hThread);
    (void) CloseHandle(info.hProcess);
    return (int) code;
}

// A parent in between: it has the handle from its own parent, as a handle that
// it may hand on.
static int run_below(const mp_args_t *args)
{
    HANDLE given = (HANDLE) (intptr_t) mp_args_int(args, 2);
    HANDLE self = GetCurrentProcess();
    HANDLE ours = NULL;
    char marker[100];

    HANDLE parent =
        OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD) mp_args_int(args, 1));
    if (parent == NULL || !DuplicateHandle(parent, given, self, &ours, 0, TRUE,
                                           DUPLICATE_SAME_ACCESS)) {
        return NOT_STARTED;
    }
    marker_of(ours, marker, sizeof(marker));
    return run(mp_args_text(args, 0), marker);
}
MP_TARGET(run_below)

static void make_pipe(HANDLE *server, HANDLE *client)
{
    static int number;
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    char name[100];

    (void) snprintf(name, sizeof(name), "\\\\.\\pipe\\mp-test-%lu-%d",
                    GetCurrentProcessId(), ++number);
    *server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                               PIPE_TYPE_BYTE, 1, 4096, 4096, 0, &inherit);
    assert_true(*server != INVALID_HANDLE_VALUE);
    *client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, &inherit,
                          OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    assert_true(*client != INVALID_HANDLE_VALUE);
}

static void note_into(char *file, size_t size)
{
    test_make_file(file, size);
    test_set_variable("MP_TEST_FILE", file);
}

static void expect_refused(int code, const char *file)
{
    char notes[100];
    FILE *stream = fopen(file, "r");

    assert_non_null(stream);
    notes[fread(notes, 1, sizeof(notes) - 1, stream)] = '\0';
    (void) fclose(stream);
    test_remove_file(file);
    assert_int_not_equal(code, 0);
    assert_int_not_equal(code, NOT_STARTED);
    assert_string_equal(notes, "g");
}

static void expect_marker_refused(const char *marker)
{
    char path[1000];
    char file[300];

    test_program_path("hasty", path, sizeof(path));
    note_into(file, sizeof(file));
    expect_refused(run(path, marker), file);
}

static void expect_handle_refused(HANDLE handle)
{
    char marker[100];

    marker_of(handle, marker, sizeof(marker));
    expect_marker_refused(marker);
}

static void nonsense_is_refused(void)
{
    static const char *const markers[] = {
        "", "0", "x", "4,4", "-4", "0x4", "5", "fffffffc", "ffffffffffffffff"};
    char marker[100];

    for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
        (void) snprintf(marker, sizeof(marker), "%s%s", MARKER, markers[i]);
        expect_marker_refused(marker);
    }
}

static void what_is_no_pipe_is_refused(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    HANDLE event = CreateEventA(&inherit, TRUE, FALSE, NULL);
    HANDLE null = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE, 0, &inherit,
                              OPEN_EXISTING, 0, NULL);
    HANDLE read_end = NULL;
    HANDLE write_end = NULL;

    assert_true(CreatePipe(&read_end, &write_end, &inherit, 0));
    expect_handle_refused(event);
    expect_handle_refused(null);
    expect_handle_refused(read_end);
    (void) CloseHandle(event);
    (void) CloseHandle(null);
    (void) CloseHandle(read_end);
    (void) CloseHandle(write_end);
}

static void servers_end_is_refused(void)
{
    HANDLE server = NULL;
    HANDLE client = NULL;

    make_pipe(&server, &client);
    expect_handle_refused(server);
    (void) CloseHandle(server);
    (void) CloseHandle(client);
}

static void nonsense_from_the_parent_is_refused(void)
{
    static const unsigned char bytes[4000] = {0xff, 0xff, 0xff, 0xff, 0xff};
    HANDLE server = NULL;
    HANDLE client = NULL;
    DWORD written = 0;

    make_pipe(&server, &client);
    OVERLAPPED operation = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    (void) WriteFile(server, bytes, sizeof(bytes), NULL, &operation);
    assert_true(GetOverlappedResult(server, &operation, &written, TRUE));
    expect_handle_refused(client);
    (void) CloseHandle(operation.hEvent);
    (void) CloseHandle(server);
    (void) CloseHandle(client);
}

// Its other end stays open and silent: only the check of the peer can refuse.
static void channel_of_a_stranger_is_refused_at_once(void)
{
    HANDLE server = NULL;
    HANDLE client = NULL;
    char path[1000];
    char file[300];

    make_pipe(&server, &client);
    test_program_path("hasty", path, sizeof(path));
    note_into(file, sizeof(file));
    int code = test_call(
        run_below, MP_ARGS(path, test_own_pid(), (int64_t) (intptr_t) client));
    expect_refused(code, file);
    (void) CloseHandle(server);
    (void) CloseHandle(client);
}

#ifdef MP_TEST_WORKER
// Were it to believe the channel, it would wait for a list of modules.
static void worker_refuses_the_channel_of_a_stranger(void)
{
    HANDLE server = NULL;
    HANDLE client = NULL;

    make_pipe(&server, &client);
    int code = test_call(run_below, MP_ARGS(MP_TEST_WORKER, test_own_pid(),
                                            (int64_t) (intptr_t) client));
    assert_int_equal(code, 125);
    assert_int_equal(run(MP_TEST_WORKER, MARKER "74"), 125);
    (void) CloseHandle(server);
    (void) CloseHandle(client);
}
#endif

static const struct test tests[] = {
#ifdef MP_TEST_WORKER
    {"mp-worker loads nothing for a process that is not its parent",
     worker_refuses_the_channel_of_a_stranger, TEST_SPAWN},
#endif
    {"a marker that is no handle is refused", nonsense_is_refused, TEST_ONCE},
    {"what is no duplex pipe is no start channel", what_is_no_pipe_is_refused,
     TEST_ONCE},
    {"the parent's side of a pipe is no start channel", servers_end_is_refused,
     TEST_ONCE},
    {"nonsense in place of a start block is refused",
     nonsense_from_the_parent_is_refused, TEST_ONCE},
    {"the channel of a process that is not the parent is refused at once",
     channel_of_a_stranger_is_refused_at_once, TEST_SPAWN},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("marker", tests, sizeof(tests) / sizeof(tests[0]));
}
