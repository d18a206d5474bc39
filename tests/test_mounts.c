// SPDX-License-Identifier: Apache-2.0
// Programs on file systems that are not like others (Linux, tried as root): in
// programs of their own, which have mounts that nobody else sees.
#define _GNU_SOURCE // unshare, dladdr
#include "tests/support.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AS_IT_SHOULD = 40, NO_MOUNTS, NO_SETUP, NOT_STARTED, NO_ERROR, UNCLEAR };

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

// ---- in the program that has its own mounts ----

static int start(const char *method, int *code)
{
    mp_process_options_t options = {.context = mp_get_context(method)};
    mp_process_t *process = NULL;

    int r = mp_process_create(&process, return_it, MP_ARGS(5), &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0) {
        r = mp_process_join(process, TEST_GUARD_MS);
        *code = mp_process_exitcode(process);
    }
    mp_process_destroy(process);
    return r;
}

static bool says(const char *what)
{
    return strstr(mp_last_error()->message, what) != NULL;
}

// In a chroot "/" is no mount, which is EINVAL.
static bool has_own_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

// The folder of this program, mounted on itself with these flags.
static int mount_folder(const char *folder, unsigned long flags)
{
    if (!has_own_mounts()) {
        return errno == EPERM || errno == EINVAL ? NO_MOUNTS : NO_SETUP;
    }
    if (mount(folder, folder, NULL, MS_BIND, NULL) < 0 ||
        mount(folder, folder, NULL, MS_BIND | MS_REMOUNT | flags, NULL) < 0) {
        return errno == EPERM ? NO_MOUNTS : NO_SETUP;
    }
    return 0;
}

static int run_read_only(const char *folder)
{
    int code = 0;
    int r = mount_folder(folder, MS_RDONLY);

    if (r != 0) {
        return r;
    }
    return start("spawn", &code) == 0 && code == 5 ? AS_IT_SHOULD : NOT_STARTED;
}

// The program keeps running; what it cannot do is run once more.
static int run_noexec(const char *folder)
{
    int code = 0;
    char *own = NULL;
    int r = mount_folder(folder, MS_NOEXEC);

    if (r != 0) {
        return r;
    }
    if (mp_get_executable(&own) != 0) {
        return NO_SETUP;
    }
    int set = mp_set_executable(own);
    bool clear = says(own);
#ifndef MP_TEST_PORTABLE
    clear = clear && says("noexec");
#endif
    mp_free(own);
    if (set != MP_EACCES) {
        return NO_ERROR;
    }
    return !clear                              ? UNCLEAR
           : start("fork", &code) || code != 5 ? NOT_STARTED
                                               : AS_IT_SHOULD;
}

// The executable is set while it can be run.
static int run_later_noexec(const char *folder)
{
    int code = 0;
    char *own = NULL;

    if (mp_get_executable(&own) != 0 || mp_set_executable(own) != 0) {
        return NO_SETUP;
    }
    int r = mount_folder(folder, MS_NOEXEC);
    if (r == 0) {
        r = start("spawn", &code) == MP_EACCES ? 0 : NO_ERROR;
    }
    if (r == 0 && !says(own)) {
        r = UNCLEAR;
    }
    mp_free(own);
    return r == 0 ? AS_IT_SHOULD : r;
}

// Another program in the place of this one, whose file is not even deleted.
static int run_covered(const char *folder)
{
    char other[1000];
    char *own = NULL;
    int code = 0;
    bool by_path = getenv("MP_TEST_BY_PATH") != NULL;

    (void) snprintf(other, sizeof(other), "%s/other", folder);
    int r = mount_folder(folder, 0);
    if (r != 0) {
        return r;
    }
    if (mp_get_executable(&own) != 0 ||
        mount(other, own, NULL, MS_BIND, NULL) < 0) {
        return NO_SETUP;
    }
    mp_free(own);
    r = start("spawn", &code);
    if (!by_path) { // the system knows the program itself
        return r == 0 && code == 5 ? AS_IT_SHOULD : NOT_STARTED;
    }
    if (r != MP_EVERSION) {
        return NO_ERROR;
    }
    return says("replaced") ? AS_IT_SHOULD : UNCLEAR;
}

// ---- in the test ----

static void prepare(char *folder, size_t size, char *path, size_t path_size)
{
    char *own = NULL;

    test_make_file(folder, size);
    test_remove_file(folder);
    assert_int_equal(mkdir(folder, 0755), 0);
    assert_int_equal(mp_get_executable(&own), 0);
    (void) snprintf(path, path_size, "%s/program", folder);
    test_copy_file(own, path);
    assert_int_equal(chmod(path, 0755), 0);
    mp_free(own);
}

static void copy_other(const char *folder, char *other, size_t size)
{
    char path[1000];

    test_program_path("talker", path, sizeof(path));
    (void) snprintf(other, size, "%s/other", folder);
    test_copy_file(path, other);
    assert_int_equal(chmod(other, 0755), 0);
}

static void expect_as_it_should(const char *loader, const char *how)
{
    test_program_t program;
    char folder[300];
    char path[320];
    char other[320];

    prepare(folder, sizeof(folder), path, sizeof(path));
    copy_other(folder, other, sizeof(other));
    test_set_variable("MP_TEST_FOLDER", folder);
    test_program_start(&program, loader != NULL ? loader : path,
                       loader != NULL ? path : how,
                       loader != NULL ? how : NULL);
    int code = test_program_wait(&program);
    test_set_variable("MP_TEST_FOLDER", NULL);
    (void) unlink(path);
    (void) unlink(other);
    assert_int_equal(rmdir(folder), 0);
    if (code == NO_MOUNTS) {
        skip();
    }
    assert_int_equal(code, AS_IT_SHOULD);
}

static void read_only_program_starts_children(void)
{
    expect_as_it_should(NULL, "read-only");
}

static void noexec_is_said_when_it_is_set(void)
{
    expect_as_it_should(NULL, "noexec");
}

static void noexec_is_said_at_the_start(void)
{
    expect_as_it_should(NULL, "later-noexec");
}

static void covered_program_is_no_child(void)
{
#ifdef MP_TEST_PORTABLE
    test_set_variable("MP_TEST_BY_PATH", "1");
#endif
    expect_as_it_should(NULL, "covered");
    test_set_variable("MP_TEST_BY_PATH", NULL);
}

// For the system the loader is the program, and runs this one by its path.
static void covered_program_is_no_child_of_its_loader(void)
{
    void *base = (void *) getauxval(AT_BASE);
    Dl_info info = {0};

    if (base == NULL || dladdr(base, &info) == 0) {
        skip(); // a static program has none
    }
    test_set_variable("MP_TEST_BY_PATH", "1");
    expect_as_it_should(info.dli_fname, "covered");
    test_set_variable("MP_TEST_BY_PATH", NULL);
}

static const struct test tests[] = {
    {"a program on a read-only file system starts children",
     read_only_program_starts_children, TEST_ONCE},
    {"an executable on a noexec file system is refused when it is set",
     noexec_is_said_when_it_is_set, TEST_ONCE},
    {"one that came to be on such a file system is an error of start",
     noexec_is_said_at_the_start, TEST_ONCE},
    {"a program that another was mounted upon does not take that for itself",
     covered_program_is_no_child, TEST_ONCE},
    {"nor does one that its loader ran",
     covered_program_is_no_child_of_its_loader, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    const char *folder = getenv("MP_TEST_FOLDER");
    if (argc != 2 || folder == NULL) {
        return test_run("mounts", tests, sizeof(tests) / sizeof(tests[0]));
    }
    return strcmp(argv[1], "read-only") == 0      ? run_read_only(folder)
           : strcmp(argv[1], "noexec") == 0       ? run_noexec(folder)
           : strcmp(argv[1], "later-noexec") == 0 ? run_later_noexec(folder)
                                                  : run_covered(folder);
}
