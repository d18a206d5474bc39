// SPDX-License-Identifier: Apache-2.0
// Ctrl-C at a console (Windows). It goes to all that share the console, so the
// tests run in a process that has a console of its own with its children.
#include "tests/support.h"

#include <stdio.h>
#include <windows.h>

static BOOL WINAPI ignore_it(DWORD event)
{
    return event == CTRL_C_EVENT;
}

static mp_process_t *start(mp_choice_t interrupts, const test_gate_t *gate)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    options.interrupts = interrupts;
    assert_int_equal(mp_process_create(&process, test_wait_at_gate,
                                       MP_ARGS(gate->name, 4), &options),
                     0);
    assert_int_equal(mp_process_start(process), 0);
    return process;
}

// Each waits at the gate, so what it returns tells whether it was ended there.
// The system's own handler ends a process with STATUS_CONTROL_C_EXIT, that of
// Wine with 0.
static void children_heed_or_ignore_ctrl_c(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *ignoring = start(MP_NO, &gate);
    mp_process_t *heeding = start(MP_YES, &gate);
    mp_process_t *usual = start(MP_DEFAULT, &gate);
    test_gate_await(&gate, 3);
    assert_true(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
    assert_int_equal(mp_process_join(heeding, TEST_GUARD_MS / 2), 0);
    assert_int_equal(mp_process_join(usual, TEST_GUARD_MS / 2), 0);
    assert_int_equal(mp_process_join(ignoring, 200), MP_ETIMEDOUT);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(ignoring), 4);
    assert_int_not_equal(test_finish(heeding), 4);
    assert_int_not_equal(test_finish(usual), 4);
    test_gate_destroy(&gate);
}

// Wine keeps a process that was born ignoring Ctrl-C from ever heeding it.
static bool is_wine(void)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") !=
           NULL;
}

static void child_may_heed_what_its_parent_ignores(void)
{
    test_gate_t gate;

    test_gate_create(&gate);
    assert_true(SetConsoleCtrlHandler(NULL, TRUE));
    mp_process_t *usual = start(MP_DEFAULT, &gate);
    mp_process_t *heeding = is_wine() ? NULL : start(MP_YES, &gate);
    assert_true(SetConsoleCtrlHandler(NULL, FALSE));
    mp_process_t *other = start(MP_YES, &gate);
    test_gate_await(&gate, heeding == NULL ? 2 : 3);
    assert_true(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
    assert_int_equal(mp_process_join(other, TEST_GUARD_MS / 2), 0);
    if (heeding != NULL) {
        assert_int_equal(mp_process_join(heeding, TEST_GUARD_MS / 2), 0);
        assert_int_not_equal(test_finish(heeding), 4);
    }
    assert_int_equal(mp_process_join(usual, 200), MP_ETIMEDOUT);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(usual), 4);
    assert_int_not_equal(test_finish(other), 4);
    test_gate_destroy(&gate);
}

static const struct test tests[] = {
    {"a child heeds Ctrl-C or ignores it", children_heed_or_ignore_ctrl_c,
     TEST_SPAWN},
    {"a child may heed what its parent ignores",
     child_may_heed_what_its_parent_ignores, TEST_SPAWN},
};

static int run_inside(void)
{
    return SetConsoleCtrlHandler(ignore_it, TRUE)
               ? test_run("console", tests, sizeof(tests) / sizeof(tests[0]))
               : 1;
}

// What it prints comes out here nevertheless.
static int run_in_new_console(const char *program)
{
    STARTUPINFOA startup = {.cb = sizeof(startup),
                            .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION info;
    char line[1000];
    DWORD code = 1;

    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    (void) SetHandleInformation(startup.hStdOutput, HANDLE_FLAG_INHERIT,
                                HANDLE_FLAG_INHERIT);
    (void) snprintf(line, sizeof(line), "\"%s\" inside", program);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, CREATE_NEW_CONSOLE, NULL,
                        NULL, &startup, &info)) {
        return 1;
    }
    (void) WaitForSingleObject(info.hProcess, INFINITE);
    (void) GetExitCodeProcess(info.hProcess, &code);
    (void) CloseHandle(info.hThread);
    (void) CloseHandle(info.hProcess);
    return (int) code;
}

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return argc == 2 ? run_inside() : run_in_new_console(argv[0]);
}
