// SPDX-License-Identifier: Apache-2.0
// Executables that cannot be started, and paths that are hard to (Windows).
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define PATH_MOST 1000

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void to_utf8(const wchar_t *wide, char *text, int size)
{
    assert_true(
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL) > 0);
}

static void own_program(wchar_t *path)
{
    DWORD length = GetModuleFileNameW(NULL, path, PATH_MOST);

    assert_true(length > 0 && length < PATH_MOST);
}

static void expect_set_refused(const char *path, int expected)
{
    assert_int_equal(mp_set_executable(path), expected);
    assert_true(mp_last_error()->message[0] != '\0');
}

static void what_is_no_program_is_refused(void)
{
    char file[300];

    test_make_file(file, sizeof(file));
    expect_set_refused(file, MP_EACCES); // empty
    write_file(file, "MZ is how programs begin, but they do not go on so");
    expect_set_refused(file, MP_EACCES);
    expect_set_refused("C:\\windows", MP_EACCES);
    expect_set_refused("C:\\windows\\system32\\kernel32.dll", MP_EACCES);
    test_remove_file(file);
    expect_set_refused(file, MP_ENOENT);
    expect_set_refused("C:\\no such folder\\a.exe", MP_ENOENT);
    expect_set_refused("a*?.exe", MP_ENOENT);
    expect_set_refused("\xff\xfe", MP_EINVAL); // no UTF-8
}

// Each case changes the file after mp_set_executable() has looked at it.
static void change_then_start(void (*change)(const char *path), int expected)
{
    wchar_t own[PATH_MOST];
    wchar_t wide[300];
    char path[300];

    own_program(own);
    test_make_file(path, sizeof(path));
    assert_true(MultiByteToWideChar(CP_ACP, 0, path, -1, wide, 300) > 0);
    assert_true(CopyFileW(own, wide, FALSE));
    to_utf8(wide, path, sizeof(path));
    assert_int_equal(mp_set_executable(path), 0);
    (void) DeleteFileW(wide);
    change(path);
    mp_process_t *process = test_create(return_it, MP_ARGS(5));
    assert_int_equal(mp_process_start(process), expected);
    assert_non_null(strstr(mp_last_error()->message, path));
    assert_int_equal(mp_process_pid(process), 0);
    assert_int_equal(mp_set_executable(NULL), 0);
    assert_int_equal(mp_process_start(process), 0);
    assert_int_equal(test_finish(process), 5);
    test_remove_file(path);
}

static void leave_nothing(const char *path)
{
    (void) path;
}

static void missing_executable(void)
{
    change_then_start(leave_nothing, MP_ENOENT);
}

static void replace_by_text(const char *path)
{
    write_file(path, "no program any more");
}

static void executable_that_is_none_any_more(void)
{
    change_then_start(replace_by_text, MP_EACCES);
}

// Starts another child by default: of the program that this one is by now.
static int start_below(const mp_args_t *args)
{
    mp_process_t *process = NULL;

    if (GetFileAttributesW(L"a b.exe") == INVALID_FILE_ATTRIBUTES) {
        return 96; // this is not the directory that was asked for
    }
    if (test_start_below(&process, "spawn", MP_DEFAULT, return_it,
                         MP_ARGS(mp_args_int(args, 0))) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0) {
        return 97;
    }
    int code = mp_process_exitcode(process);
    mp_process_destroy(process);
    return code;
}
MP_TARGET(start_below)

static int call_in(const char *directory)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.directory = directory;
    assert_int_equal(
        mp_process_create(&process, start_below, MP_ARGS(7), &options), 0);
    assert_int_equal(mp_process_start(process), 0);
    return test_finish(process);
}

// Letters of two planes, spaces, and what a shell would take for its own.
static void path_of_any_letters(void)
{
    wchar_t own[PATH_MOST];
    wchar_t folder[PATH_MOST];
    wchar_t path[PATH_MOST + 50];
    char text[4 * PATH_MOST];
    char directory[4 * PATH_MOST];

    own_program(own);
    assert_true(GetTempPathW(PATH_MOST, folder) > 0);
    (void) swprintf(path, sizeof(path) / sizeof(path[0]),
                    L"%lsmp %%TEMP%% &^ \x00e4\x6f22\xd83d\xde00 %lu", folder,
                    GetCurrentProcessId());
    (void) wcscpy(folder, path);
    assert_true(CreateDirectoryW(folder, NULL));
    (void) wcscat(path, L"\\a b.exe");
    assert_true(CopyFileW(own, path, FALSE));
    to_utf8(path, text, sizeof(text));
    assert_int_equal(mp_set_executable(text), 0);
    to_utf8(folder, directory, sizeof(directory));
    int code = call_in(directory);
    assert_int_equal(mp_set_executable(NULL), 0);
    assert_true(DeleteFileW(path));
    assert_true(RemoveDirectoryW(folder));
    assert_int_equal(code, 7);
}

// ---- the running program's own file ----

// In a program of its own: gives its file another name, and puts another
// program in its place or none. A program that runs can be renamed.
static int run_replaced(const char *how)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;
    wchar_t own[PATH_MOST];
    wchar_t old[PATH_MOST + 10];
    const char *other = getenv("MP_TEST_OTHER");

    own_program(own);
    (void) swprintf(old, PATH_MOST + 10, L"%ls.old", own);
    if (!MoveFileW(own, old)) {
        return 90;
    }
    if (strcmp(how, "rebuild") == 0) {
        wchar_t from[PATH_MOST];
        if (other == NULL ||
            MultiByteToWideChar(CP_ACP, 0, other, -1, from, PATH_MOST) <= 0 ||
            !CopyFileW(from, own, FALSE)) {
            return 91;
        }
    }
    if (mp_process_create(&process, return_it, MP_ARGS(5), &options) != 0) {
        return 92;
    }
    int r = mp_process_start(process);
    bool clear = strstr(mp_last_error()->message, "restart") != NULL;
    mp_process_destroy(process);
    return clear ? 100 - r : 93;
}

static int copy_that_is(const char *how)
{
    wchar_t own[PATH_MOST];
    wchar_t wide[310];
    char path[300];
    char text[310];
    char other[PATH_MOST];
    test_program_t program;

    own_program(own);
    test_make_file(path, sizeof(path));
    (void) snprintf(text, sizeof(text), "%s.exe", path);
    assert_true(MultiByteToWideChar(CP_ACP, 0, text, -1, wide, 310) > 0);
    assert_true(CopyFileW(own, wide, FALSE));
    test_program_path("leaver", other, sizeof(other));
    test_set_variable("MP_TEST_OTHER", other);
    test_program_start(&program, text, how, NULL);
    int code = test_program_wait(&program);
    test_set_variable("MP_TEST_OTHER", NULL);
    (void) DeleteFileW(wide);
    (void) wcscat(wide, L".old");
    assert_true(DeleteFileW(wide));
    test_remove_file(path);
    return code;
}

static void replaced_program_is_noticed(void)
{
    assert_int_equal(copy_that_is("rebuild"), 100 - MP_EVERSION);
}

static void deleted_program_is_an_error(void)
{
    assert_int_equal(copy_that_is("delete"), 100 - MP_ENOENT);
}

// ---- a command line that lies ----

static int run_misnamed(void)
{
    mp_process_options_t options = {.context = mp_get_context("spawn")};
    mp_process_t *process = NULL;

    if (mp_process_create(&process, return_it, MP_ARGS(5), &options) != 0 ||
        mp_process_start(process) != 0 ||
        mp_process_join(process, TEST_GUARD_MS) != 0) {
        return 92;
    }
    int code = mp_process_exitcode(process);
    mp_process_destroy(process);
    return code;
}

static DWORD run_with_line(wchar_t *line)
{
    PROCESS_INFORMATION info;
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    wchar_t own[PATH_MOST];
    DWORD code = 99;

    own_program(own);
    test_set_variable("MP_TEST_MISNAMED", "1");
    BOOL started = CreateProcessW(own, line, NULL, NULL, FALSE, 0, NULL, NULL,
                                  &startup, &info);
    test_set_variable("MP_TEST_MISNAMED", NULL);
    assert_true(started);
    assert_int_equal(WaitForSingleObject(info.hProcess, TEST_GUARD_MS), 0);
    assert_true(GetExitCodeProcess(info.hProcess, &code));
    (void) CloseHandle(info.hThread);
    (void) CloseHandle(info.hProcess);
    return code;
}

static void name_that_lies_does_no_harm(void)
{
    wchar_t lines[][60] = {L"C:\\windows\\system32\\no.exe", L"no.exe", L"\"\"",
                           L" ", L"\"no end"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_int_equal(run_with_line(lines[i]), 5);
    }
}

static const struct test tests[] = {
    {"what is no program is refused at once", what_is_no_program_is_refused,
     TEST_ONCE},
    {"an executable that is gone is an error of start", missing_executable,
     TEST_SPAWN},
    {"an executable that is none any more is an error of start",
     executable_that_is_none_any_more, TEST_SPAWN},
    {"the path of an executable may have any letters", path_of_any_letters,
     TEST_SPAWN},
    {"a program whose file was replaced by another build is noticed",
     replaced_program_is_noticed, TEST_ONCE},
    {"a program whose file was deleted or moved is a clear error of start",
     deleted_program_is_an_error, TEST_ONCE},
    {"a command line that names another program does no harm",
     name_that_lies_does_no_harm, TEST_ONCE},
};

int main(int argc, char **argv)
{
    bool misnamed = getenv("MP_TEST_MISNAMED") != NULL;

    mp_freeze_support(argc, argv);
    if (misnamed) {
        return run_misnamed();
    }
    if (argc == 2) {
        return run_replaced(argv[1]);
    }
    return test_run("executable", tests, sizeof(tests) / sizeof(tests[0]));
}
