// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "platform/fail.h"
#include "win32/win32_listen.h"

#define MARKER_SIZE (sizeof(MP_PLAT_MARKER) + 40)

// What CreateProcessW is given.
typedef struct launch {
    wchar_t *file;        // what runs, in the form that files are opened by
    wchar_t *line;        // the command line
    wchar_t *environment; // NULL: this process's own
    wchar_t *folder;      // NULL: this process's
    mp_win32_inherited_t inherited;
    HANDLE jobs[2]; // from the outside to the inside
    DWORD job_count;
    bool detached;
    const mp_plat_setup_t *setup;
    STARTUPINFOEXW startup;
} launch_t;

// What the marker tells the child of.
typedef struct given {
    HANDLE channel;
    HANDLE stop;
} given_t;

// ---- the program and its command line ----

static int write_line(launch_t *launch, const wchar_t *path,
                      char *const *arguments, const given_t *given)
{
    wchar_t marker[MARKER_SIZE];
    char text[MARKER_SIZE];

    int length = snprintf(text, sizeof(text), "%s%llx,%llx", MP_PLAT_MARKER,
                          (unsigned long long) (uintptr_t) given->channel,
                          (unsigned long long) (uintptr_t) given->stop);
    for (int i = 0; i <= length; i++) {
        marker[i] = (wchar_t) text[i];
    }
    return mp_win32_command_line(path, arguments, marker, &launch->line);
}

// The running program is taken as the system knows it: its name may have
// something in it that UTF-8 cannot say.
static int find_path(const mp_plat_spawn_t *spawn, wchar_t **path)
{
    wchar_t *given = NULL;

    if (spawn->program == NULL) {
        return mp_win32_module_path(NULL, path);
    }
    int r = mp_win32_to_wide(spawn->program, &given);
    if (r == 0) {
        r = mp_win32_absolute(given, path);
    }
    free(given);
    return r;
}

static int describe_program(launch_t *launch, const mp_plat_spawn_t *spawn,
                            const given_t *given)
{
    wchar_t *path = NULL;

    int r = find_path(spawn, &path);
    if (r == 0) {
        r = mp_win32_openable(path, &launch->file);
    }
    if (r == 0) {
        r = write_line(launch, path, spawn->arguments, given);
    }
    free(path);
    return r;
}

static int describe_folder(launch_t *launch, const char *directory)
{
    wchar_t *given = NULL;

    if (directory == NULL) {
        return 0;
    }
    int r = mp_win32_to_wide(directory, &given);
    if (r == 0) {
        r = mp_win32_absolute(given, &launch->folder);
    }
    free(given);
    if (r < 0) {
        return r;
    }
    DWORD attributes = GetFileAttributesW(launch->folder);
    DWORD error = 0;
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        error = GetLastError();
    } else if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        error = ERROR_PATH_NOT_FOUND;
    }
    return error == 0
               ? 0
               : mp_win32_fail_path(
                     error, "a child cannot be in this directory", directory);
}

// ---- the handles ----

static int describe_memory(mp_win32_inherited_t *row,
                           const mp_plat_setup_t *setup)
{
    HANDLE duplicate = NULL;

    if (setup->memory == MP_PLAT_NONE) {
        return 0;
    }
    DWORD error = mp_win32_inherit(row, (HANDLE) setup->memory, &duplicate);
    if (error != 0) {
        return mp_win32_fail(error, "shared memory cannot be given to a child");
    }
    setup->given[setup->handle_count] = (intptr_t) duplicate;
    return 0;
}

static int describe_handles(launch_t *launch, const mp_plat_setup_t *setup,
                            const given_t *ours, given_t *given)
{
    mp_win32_inherited_t *row = &launch->inherited;
    DWORD error = mp_win32_inherit(row, ours->channel, &given->channel);
    if (error == 0) {
        error = mp_win32_inherit(row, ours->stop, &given->stop);
    }
    if (error != 0) {
        return mp_win32_fail(error, "a handle cannot be given to a child");
    }
    error = mp_win32_inherit_stdio(row, setup->streams,
                                   &launch->startup.StartupInfo);
    if (error != 0) {
        return mp_win32_fail(error, "a standard stream of a child");
    }
    for (size_t i = 0; i < setup->handle_count; i++) {
        HANDLE duplicate = NULL;
        error = mp_win32_inherit(row, (HANDLE) setup->handles[i], &duplicate);
        if (error != 0) {
            return mp_win32_fail(error, "a handle cannot be given to a child");
        }
        setup->given[i] = (intptr_t) duplicate;
    }
    return describe_memory(row, setup);
}

static DWORD set_attributes(launch_t *launch)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list = launch->startup.lpAttributeList;

    if (!UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                   launch->inherited.handles,
                                   launch->inherited.count * sizeof(HANDLE),
                                   NULL, NULL)) {
        return GetLastError();
    }
    if (!UpdateProcThreadAttribute(
            list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, launch->jobs,
            launch->job_count * sizeof(HANDLE), NULL, NULL)) {
        return GetLastError();
    }
    return 0;
}

// The child gets the handles that are listed, and no other inheritable one;
// and is born into the jobs.
static DWORD describe_attributes(launch_t *launch)
{
    const DWORD count = 2;
    LPPROC_THREAD_ATTRIBUTE_LIST list = NULL;
    SIZE_T size = 0;

    (void) InitializeProcThreadAttributeList(NULL, count, 0, &size);
    list = malloc(size);
    if (list == NULL) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    if (!InitializeProcThreadAttributeList(list, count, 0, &size)) {
        DWORD error = GetLastError();
        free(list);
        return error;
    }
    launch->startup.lpAttributeList = list;
    return set_attributes(launch);
}

// ---- the start ----

// Before the child runs it is among those who have its listeners.
static DWORD let_run(const mp_plat_setup_t *setup,
                     const PROCESS_INFORMATION *process)
{
    mp_win32_pipe_listeners_expect(setup->handles, setup->handle_count,
                                   process);
    if (ResumeThread(process->hThread) != (DWORD) -1) {
        return 0;
    }
    DWORD error = GetLastError();
    (void) TerminateProcess(process->hProcess, MP_WIN32_KILLED);
    (void) CloseHandle(process->hProcess);
    return error;
}

static DWORD create_as(launch_t *launch, DWORD more,
                       PROCESS_INFORMATION *process)
{
    const mp_plat_setup_t *setup = launch->setup;
    DWORD error = 0;

    bool listens =
        mp_win32_pipe_listeners_among(setup->handles, setup->handle_count);
    more |= listens ? CREATE_SUSPENDED : 0;
    if (!CreateProcessW(launch->file, launch->line, NULL, NULL, TRUE,
                        EXTENDED_STARTUPINFO_PRESENT |
                            CREATE_UNICODE_ENVIRONMENT | more,
                        launch->environment, launch->folder,
                        &launch->startup.StartupInfo, process)) {
        return GetLastError();
    }
    if (listens) {
        error = let_run(setup, process);
    }
    (void) CloseHandle(process->hThread);
    return error;
}

// A detached child leaves the job that this process may be in itself. A job of
// somebody else's may not let it go: then that one keeps it, too.
static DWORD create_process(launch_t *launch, PROCESS_INFORMATION *process)
{
    DWORD error = describe_attributes(launch);
    if (error != 0) {
        return error;
    }
    launch->startup.StartupInfo.cb = sizeof(launch->startup);
    if (!launch->detached) {
        return create_as(launch, 0, process);
    }
    error = create_as(
        launch, CREATE_BREAKAWAY_FROM_JOB | CREATE_NEW_PROCESS_GROUP, process);
    if (error == ERROR_ACCESS_DENIED) {
        error = create_as(launch, CREATE_NEW_PROCESS_GROUP, process);
    }
    return error;
}

static void launch_close(launch_t *launch)
{
    if (launch->startup.lpAttributeList != NULL) {
        DeleteProcThreadAttributeList(launch->startup.lpAttributeList);
        free(launch->startup.lpAttributeList);
    }
    mp_win32_inherited_close(&launch->inherited);
    free(launch->environment);
    free(launch->folder);
    free(launch->line);
    free(launch->file);
}

static int start_failed(DWORD error, const char *program)
{
    const char *what = "the executable cannot be started";
    const char *path = program != NULL ? program : "the running program";

    if (program == NULL && error == ERROR_FILE_NOT_FOUND) {
        return mp__fail(MP_ENOENT, (int) error,
                        "the running program's file was deleted or moved since "
                        "it started; restart it, or use mp_set_executable()");
    }
    // A job that holds this process allows no more of them.
    if (error == ERROR_NOT_ENOUGH_QUOTA || error == ERROR_MAX_THRDS_REACHED) {
        return mp__fail(MP_ENPROC, (int) error, "%s: %s", what, path);
    }
    return mp_win32_fail_path(error, what, path);
}

// A detached child is in no job that ends it.
static int describe_jobs(launch_t *launch, bool detached, mp_plat_tree_t *tree)
{
    int r = 0;

    launch->detached = detached;
    if (!detached) {
        r = mp_win32_job(&launch->jobs[launch->job_count++]);
    }
    launch->jobs[launch->job_count++] = (HANDLE) tree;
    return r;
}

static int spawn_with(const given_t *ours, const mp_plat_spawn_t *spawn,
                      mp_plat_tree_t *tree, PROCESS_INFORMATION *process)
{
    launch_t launch = {.setup = spawn->setup};
    given_t given = {NULL, NULL};

    int r = describe_jobs(&launch, spawn->detached, tree);
    if (r == 0) {
        r = mp_win32_environment(spawn->setup->environment,
                                 &launch.environment);
    }
    if (r == 0) {
        r = describe_folder(&launch, spawn->setup->directory);
    }
    if (r == 0) {
        r = describe_handles(&launch, spawn->setup, ours, &given);
    }
    if (r == 0) {
        r = describe_program(&launch, spawn, &given);
    }
    if (r == 0) {
        DWORD error = create_process(&launch, process);
        r = error == 0 ? 0 : start_failed(error, spawn->program);
    }
    launch_close(&launch);
    return r;
}

int mp_plat_spawn(mp_plat_child_t *child, const mp_plat_spawn_t *spawn)
{
    PROCESS_INFORMATION process = {0};
    HANDLE parent_end = NULL;
    HANDLE child_end = NULL;
    mp_plat_stop_t *stop = NULL;
    mp_plat_tree_t *tree = NULL;

    int r = mp_win32_channel_open(&parent_end, &child_end);
    if (r < 0) {
        return r;
    }
    r = mp_win32_stop_open(&stop);
    if (r == 0) {
        r = mp_win32_tree_open(&tree);
    }
    if (r == 0) {
        r = spawn_with(&(given_t){child_end, (HANDLE) stop}, spawn, tree,
                       &process);
    }
    (void) CloseHandle(child_end);
    if (r < 0) {
        (void) CloseHandle(parent_end);
        mp_win32_stop_close(stop);
        mp_win32_tree_close(tree);
        return r;
    }
    child->pid = (int64_t) process.dwProcessId;
    child->end = (intptr_t) process.hProcess;
    child->channel = (intptr_t) parent_end;
    child->note = NULL;
    child->stop = stop;
    child->by_pipe = false;
    child->tree = tree;
    return 0;
}
