// SPDX-License-Identifier: Apache-2.0
// Memory with a name: what POSIX systems have besides.
#define _GNU_SOURCE // POSIX 2008 and namespaces, which C11 hides
#include "tests/segments.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/mount.h>
#endif

#define SIZE 100000
#define SKIPPED 77
#ifdef __linux__
#define SHM_UMASK 0777 // it takes nothing away
#else
#define SHM_UMASK 077
#endif

static int status_of(pid_t pid)
{
    int status = 0;

    assert_true(pid > 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

// ---- objects of others ----

static void memory_is_the_system_s_object_of_that_name(void)
{
    mode_t usual = umask(SHM_UMASK);
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    struct stat status;
    char name[40];

    (void) umask(usual);
    (void) snprintf(name, sizeof(name), "/%s", mp_shared_memory_name(memory));
    int fd = shm_open(name, O_RDONLY, 0);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(status.st_size >= SIZE);
    (void) close(fd);
    segment_end(memory);
}

static void object_without_a_size_is_refused(void)
{
    const char *name = segment_name();
    mp_shared_memory_t *memory = NULL;
    char slashed[40];

    (void) snprintf(slashed, sizeof(slashed), "/%s", name);
    int fd = shm_open(slashed, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    (void) close(fd);
    assert_int_equal(mp_shared_memory_open(&memory, name, NULL), MP_ESTATE);
    assert_null(memory);
    assert_int_equal(mp_shared_memory_remove(name), 0);
    assert_false(segment_exists(name));
}

// ---- writing where one may only read ----

static int write_to_it(const mp_args_t *args)
{
    const mp_shared_memory_options_t options = {.read_only = true};
    mp_shared_memory_t *memory = NULL;

    if (mp_shared_memory_open(&memory, mp_args_text(args, 0), &options) < 0) {
        return 1;
    }
    (void) signal(SIGSEGV, SIG_DFL);
    (void) signal(SIGBUS, SIG_DFL);
    volatile char *bytes = mp_shared_memory_address(memory);
    bytes[0] = 1;
    return 2;
}
MP_TARGET(write_to_it)

static void writing_to_what_is_for_reading_crashes(void)
{
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    const char *bytes = mp_shared_memory_address(memory);

    int exitcode =
        test_call(write_to_it, MP_ARGS(mp_shared_memory_name(memory)));
    assert_true(exitcode == -SIGSEGV || exitcode == -SIGBUS);
    assert_int_equal(bytes[0], 0);
    segment_end(memory);
}

// ---- limits ----

static void creating_and_opening_without_descriptors_fails(void)
{
    mp_shared_memory_t *memory = segment_create(segment_name(), SIZE);
    const char *name = segment_name();
    mp_shared_memory_t *other = NULL;
    struct rlimit usual;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    struct rlimit none = usual;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int created = mp_shared_memory_create(&other, name, SIZE, NULL);
    int opened =
        mp_shared_memory_open(&other, mp_shared_memory_name(memory), NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_int_equal(created, MP_EMFILE);
    assert_int_equal(opened, MP_EMFILE);
    assert_null(other);
    assert_false(segment_exists(name));
    segment_end(memory);
}

// In a child of the test's own, as the limit of a test's process would hit what
// else it does.
static int create_without_addresses(const char *name)
{
    mp_shared_memory_t *memory = NULL;
    const struct rlimit limit = {1 << 20, 1 << 20};

    if (mp_shared_memory_create(&memory, NULL, 1, NULL) < 0 ||
        mp_shared_memory_unlink(memory) < 0) {
        return 1; // what is loaded by the first call is loaded now
    }
    if (setrlimit(RLIMIT_AS, &limit) < 0) {
        return SKIPPED;
    }
    int r = mp_shared_memory_create(&memory, name, 4 << 20, NULL);
    return r == MP_ENOMEM ? 0 : 2;
}

// So is the limit of files: a signal would end this child.
static int create_over_the_limit_of_files(const char *name)
{
    const struct rlimit limit = {4096, 4096};
    mp_shared_memory_options_t options = {.sparse = false};
    mp_shared_memory_t *memory = NULL;

    if (setrlimit(RLIMIT_FSIZE, &limit) < 0) {
        return SKIPPED;
    }
    if (mp_shared_memory_create(&memory, name, SIZE, &options) != MP_ENOSPC) {
        return 1;
    }
    options.sparse = true;
    if (mp_shared_memory_create(&memory, name, SIZE, &options) != MP_ENOSPC) {
        return 2;
    }
    return 0;
}

static void a_limit_of_files_is_an_error_and_no_signal(void)
{
    const char *name = segment_name();

    pid_t pid = fork();
    if (pid == 0) {
        _exit(create_over_the_limit_of_files(name));
    }
    int status = status_of(pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_false(segment_exists(name));
}

static void memory_that_cannot_be_mapped_leaves_no_name(void)
{
    const char *name = segment_name();

    if (test_address_space() == 0) {
        skip(); // a sanitizer has taken all of it
    }
    pid_t pid = fork();
    if (pid == 0) {
        _exit(create_without_addresses(name));
    }
    int status = status_of(pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != SKIPPED) {
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    assert_false(segment_exists(name));
}

#ifdef __linux__
// ---- a full file system (Linux) ----

#define FULL (1 << 20)

static void more_than_the_file_system_has_is_no_space(void)
{
    const char *name = segment_name();
    mp_shared_memory_t *memory = NULL;
    struct statvfs space;

    assert_int_equal(statvfs("/dev/shm", &space), 0);
    if (space.f_blocks == 0) {
        skip(); // it has no limit
    }
    size_t size = (size_t) (space.f_blocks + 1) * space.f_frsize;
    assert_int_equal(mp_shared_memory_create(&memory, name, size, NULL),
                     MP_ENOSPC);
    assert_null(memory);
    assert_false(segment_exists(name));
    // Sparse memory is not taken, so there may be more of it.
    const mp_shared_memory_options_t options = {.sparse = true};
    assert_int_equal(mp_shared_memory_create(&memory, name, size, &options), 0);
    assert_int_equal(mp_shared_memory_size(memory), size);
    char *bytes = mp_shared_memory_address(memory);
    bytes[0] = 1;
    segment_end(memory);
}

// In a child that has a /dev/shm of its own.
static int fill_up(void)
{
    mp_shared_memory_t *first = NULL;
    mp_shared_memory_t *second = NULL;

    if (unshare(CLONE_NEWNS) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") < 0) {
        return SKIPPED;
    }
    if (mp_shared_memory_create(&first, "first", FULL / 2, NULL) < 0) {
        return 1;
    }
    if (mp_shared_memory_create(&second, "second", FULL / 4 * 3, NULL) !=
        MP_ENOSPC) {
        return 2;
    }
    if (mp_shared_memory_open(&second, "second", NULL) != MP_ENOENT) {
        return 3;
    }
    // What there is was reserved: others may take the rest, and this is no
    // SIGBUS.
    if (mp_shared_memory_create(&second, "second", FULL / 2, NULL) < 0) {
        return 4;
    }
    memset(mp_shared_memory_address(first), 1, FULL / 2);
    memset(mp_shared_memory_address(second), 1, FULL / 2);
    return 0;
}

static void full_file_system_is_an_error_and_no_crash(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(fill_up());
    }
    int status = status_of(pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

// ---- signals ----

static void do_nothing(int number)
{
    (void) number;
}

// In older kernels tmpfs begins again with each signal: with a fast timer it
// would have no end.
static void signals_do_not_keep_memory_from_being_reserved(void)
{
    struct sigaction action = {.sa_handler = do_nothing};
    struct sigaction usual;
    const struct itimerval fast = {{0, 200}, {0, 200}};
    const struct itimerval none = {{0, 0}, {0, 0}};

    assert_int_equal(sigaction(SIGALRM, &action, &usual), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &fast, NULL), 0);
    mp_shared_memory_t *memory = segment_create(segment_name(), 64 << 20);
    assert_int_equal(setitimer(ITIMER_REAL, &none, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &usual, NULL), 0);
    segment_end(memory);
}

#ifndef MP_TEST_PORTABLE // POSIX knows no way around it
static void fifo_in_the_place_of_memory_is_not_waited_for(void)
{
    const mp_shared_memory_options_t options = {.read_only = true};
    const char *name = segment_name();
    mp_shared_memory_t *memory = NULL;
    char path[100];

    (void) snprintf(path, sizeof(path), "/dev/shm/%s", name);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(mp_shared_memory_open(&memory, name, &options), MP_ESTATE);
    assert_int_equal(mp_shared_memory_open(&memory, name, NULL), MP_ESTATE);
    assert_null(memory);
    assert_int_equal(unlink(path), 0);
}
#endif

static void folder_in_the_place_of_memory_is_no_memory(void)
{
    const mp_shared_memory_options_t options = {.read_only = true};
    const char *name = segment_name();
    mp_shared_memory_t *memory = NULL;
    char path[100];

    (void) snprintf(path, sizeof(path), "/dev/shm/%s", name);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mp_shared_memory_open(&memory, name, &options), MP_EINVAL);
    assert_int_equal(mp_shared_memory_open(&memory, name, NULL), MP_EINVAL);
    assert_null(memory);
    assert_int_equal(rmdir(path), 0);
}

static void link_in_the_place_of_memory_is_not_followed(void)
{
    const char *name = segment_name();
    mp_shared_memory_t *memory = NULL;
    char path[100];

    (void) snprintf(path, sizeof(path), "/dev/shm/%s", name);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(mp_shared_memory_open(&memory, name, NULL), MP_EACCES);
    assert_int_equal(mp_shared_memory_create(&memory, name, 1, NULL),
                     MP_EEXIST);
    assert_int_equal(unlink(path), 0);
}
#endif

static const struct test tests[] = {
    {"memory is the system's object of that name, for its user only",
     memory_is_the_system_s_object_of_that_name, TEST_ONCE},
    {"an object without a size is refused", object_without_a_size_is_refused,
     TEST_ONCE},
    {"writing to what is for reading crashes",
     writing_to_what_is_for_reading_crashes, TEST_PROCESSES},
    {"creating and opening without descriptors fails",
     creating_and_opening_without_descriptors_fails, TEST_ONCE},
    {"a limit of files is an error and no signal",
     a_limit_of_files_is_an_error_and_no_signal, TEST_ONCE},
    {"memory that cannot be mapped leaves no name",
     memory_that_cannot_be_mapped_leaves_no_name, TEST_ONCE},
#ifdef __linux__
    {"more than the file system has is MP_ENOSPC",
     more_than_the_file_system_has_is_no_space, TEST_ONCE},
    {"a full file system is an error and no crash",
     full_file_system_is_an_error_and_no_crash, TEST_ONCE},
    {"signals do not keep memory from being reserved",
     signals_do_not_keep_memory_from_being_reserved, TEST_ONCE},
#ifndef MP_TEST_PORTABLE
    {"a FIFO in the place of memory is not waited for",
     fifo_in_the_place_of_memory_is_not_waited_for, TEST_ONCE},
#endif
    {"a folder in the place of memory is no memory",
     folder_in_the_place_of_memory_is_no_memory, TEST_ONCE},
    {"a link in the place of memory is not followed",
     link_in_the_place_of_memory_is_not_followed, TEST_ONCE},
#endif
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("shared memory, POSIX", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
