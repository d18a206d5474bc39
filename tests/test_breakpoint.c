// SPDX-License-Identifier: Apache-2.0
// A program that its linker gave no id, and that a debugger has written into
// (Linux).
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <fcntl.h>
#include <unistd.h>

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

// What a breakpoint is put into: code that nobody runs.
static int never_run(const mp_args_t *args)
{
    return (int) mp_args_count(args);
}
MP_TARGET(never_run)

// As debuggers do it, though the memory is not to be written to.
static void write_code(void *at, unsigned char *byte)
{
    unsigned char was = 0;
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

    assert_true(memory >= 0);
    assert_int_equal(pread(memory, &was, 1, (off_t) (uintptr_t) at), 1);
    assert_int_equal(pwrite(memory, byte, 1, (off_t) (uintptr_t) at), 1);
    assert_int_equal(close(memory), 0);
    *byte = was;
}

static void child_is_the_same_program(void)
{
    assert_int_equal(test_call(return_it, MP_ARGS(7)), 7);
}

static void breakpoint_makes_no_other_program(void)
{
    void *at = (void *) (uintptr_t) never_run;
    unsigned char byte = 0xcc;

    write_code(at, &byte);
    int code = test_call(return_it, MP_ARGS(7));
    write_code(at, &byte);
    assert_int_equal(byte, 0xcc);
    assert_int_equal(code, 7);
}

static const struct test tests[] = {
    {"its child is the same program", child_is_the_same_program, TEST_SPAWN},
    {"a breakpoint does not make it another program",
     breakpoint_makes_no_other_program, TEST_SPAWN},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("breakpoint", tests, sizeof(tests) / sizeof(tests[0]));
}
