// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE // POSIX 2008 and the affinity calls, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

extern char **environ;

// ---- gates: a folder with two FIFOs ----

static int open_fifo(const char *folder, const char *name, int flags)
{
    char path[256];

    (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
    return open(path, flags | O_CLOEXEC);
}

static int make_fifo(const char *folder, const char *name)
{
    char path[256];

    (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(mkfifo(path, 0600), 0);
    return open_fifo(folder, name, O_RDWR); // never without a writer
}

static int take_byte(int fd)
{
    char byte;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int r = poll(&wait, 1, TEST_GUARD_MS);
        if (r == 0) {
            return -1;
        }
        ssize_t got = read(fd, &byte, 1);
        if (got == 1) {
            return 0;
        }
        if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
            return -1;
        }
    }
}

void test_gate_create(test_gate_t *gate)
{
    const char *folder = getenv("TMPDIR");

    (void) snprintf(gate->name, sizeof(gate->name), "%s/mp-test-XXXXXX",
                    folder != NULL && strlen(folder) < 150 ? folder : "/tmp");
    assert_non_null(mkdtemp(gate->name));
    gate->arrived = make_fifo(gate->name, "arrived");
    gate->open = make_fifo(gate->name, "open");
    assert_true(gate->arrived >= 0 && gate->open >= 0);
}

void test_gate_await(test_gate_t *gate, int count)
{
    while (count-- > 0) {
        assert_int_equal(take_byte((int) gate->arrived), 0);
    }
}

void test_gate_release(test_gate_t *gate, int count)
{
    while (count-- > 0) {
        assert_int_equal(write((int) gate->open, "", 1), 1);
    }
}

void test_gate_destroy(test_gate_t *gate)
{
    char path[256];

    (void) close((int) gate->arrived);
    (void) close((int) gate->open);
    (void) snprintf(path, sizeof(path), "%s/arrived", gate->name);
    (void) unlink(path);
    (void) snprintf(path, sizeof(path), "%s/open", gate->name);
    (void) unlink(path);
    (void) rmdir(gate->name);
}

int test_gate_arrive(const char *name)
{
    int fd = open_fifo(name, "arrived", O_WRONLY | O_NONBLOCK);
    ssize_t written = fd < 0 ? -1 : write(fd, "", 1);

    if (fd >= 0) {
        (void) close(fd);
    }
    return written == 1 ? 0 : -1;
}

int test_gate_pass(const char *name)
{
    // Opened before the arrival is told, after which the gate may go away.
    int fd = open_fifo(name, "open", O_RDONLY | O_NONBLOCK);
    int r = -1;

    if (fd < 0) {
        return -1;
    }
    if (test_gate_arrive(name) == 0) {
        r = take_byte(fd);
    }
    (void) close(fd);
    return r;
}

// ---- this process ----

void test_list_handles(char *list, size_t size)
{
    size_t used = 0;

    list[0] = '\0';
    for (int fd = 0; fd < 2000 && used + 8 < size; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            used += (size_t) snprintf(list + used, size - used, "%d ", fd);
        }
    }
}

bool test_has_no_children(void)
{
    siginfo_t info;

    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
           errno == ECHILD;
}

// One that has ended waits for its parent, init perhaps, to collect it.
static bool is_zombie(int64_t pid)
{
    char path[40];
    char state = ' ';

    (void) snprintf(path, sizeof(path), "/proc/%lld/stat", (long long) pid);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1) {
            state = ' ';
        }
        (void) fclose(file);
    }
    return state == 'Z' || state == 'X';
}

bool test_process_exists(int64_t pid)
{
    return kill((pid_t) pid, 0) == 0 && !is_zombie(pid);
}

int64_t test_own_pid(void)
{
    return getpid();
}

bool test_is_ready(intptr_t sentinel, int timeout_ms)
{
    struct pollfd wait = {.fd = (int) sentinel, .events = POLLIN};
    return poll(&wait, 1, timeout_ms) == 1 && !(wait.revents & POLLNVAL);
}

struct thread {
    pthread_t thread;
    void (*run)(int number);
    int number;
};

static void *run_thread(void *argument)
{
    const struct thread *thread = argument;
    thread->run(thread->number);
    return NULL;
}

void test_run_threads(int count, void (*run)(int number))
{
    struct thread threads[32];

    assert_in_range(count, 1, 32);
    for (int i = 0; i < count; i++) {
        threads[i].run = run;
        threads[i].number = i;
        assert_int_equal(
            pthread_create(&threads[i].thread, NULL, run_thread, &threads[i]),
            0);
    }
    for (int i = 0; i < count; i++) {
        assert_int_equal(pthread_join(threads[i].thread, NULL), 0);
    }
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;

    (void) clock_gettime(clock, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void test_use_processor(int milliseconds)
{
    int64_t end = clock_ms(CLOCK_PROCESS_CPUTIME_ID) + milliseconds;
    while (clock_ms(CLOCK_PROCESS_CPUTIME_ID) < end) {
    }
}

#ifdef __linux__
static char state_of(int64_t pid)
{
    char path[40];
    char text[400];

    (void) snprintf(path, sizeof(path), "/proc/%lld/stat", (long long) pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0) {
        (void) close(fd);
    }
    text[size > 0 ? size : 0] = '\0';
    const char *end = strrchr(text, ')'); // of the name
    return (char) (end != NULL && end[1] == ' ' ? end[2] : '?');
}

void test_await_sleep(int64_t pid)
{
    int64_t end = test_now_ms() + TEST_GUARD_MS;

    while (state_of(pid) != 'S' && test_now_ms() < end) {
        (void) sched_yield();
    }
}
#else
void test_await_sleep(int64_t pid)
{
    (void) pid;
    test_use_processor(20);
}
#endif

int64_t test_now_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

void test_set_variable(const char *name, const char *value)
{
    int r = value != NULL ? setenv(name, value, 1) : unsetenv(name);
    assert_int_equal(r, 0);
}

bool test_use_one_processor(bool one)
{
#if defined(__linux__) && !defined(MP_TEST_PORTABLE)
    static cpu_set_t all;
    cpu_set_t first;

    if (!one) {
        return sched_setaffinity(0, sizeof(all), &all) == 0;
    }
    if (sched_getaffinity(0, sizeof(all), &all) < 0) {
        return false;
    }
    CPU_ZERO(&first);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&first) == 0; i++) {
        if (CPU_ISSET(i, &all)) {
            CPU_SET(i, &first);
        }
    }
    return sched_setaffinity(0, sizeof(first), &first) == 0;
#else
    (void) one;
    return false;
#endif
}

int64_t test_address_space(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long long pages = 0;

    if (file != NULL) {
        if (fscanf(file, "%lld", &pages) != 1) {
            pages = 0;
        }
        (void) fclose(file);
    }
    int64_t bytes = pages * sysconf(_SC_PAGESIZE);
    // Terabytes are a sanitizer's, whose allocator keeps what is freed; and an
    // emulator's number is its own.
    bool telling = bytes < ((int64_t) 1 << 40) && !getenv("MP_TEST_WITHOUT");
    return telling ? bytes : 0;
}

void test_make_file(char *path, size_t size)
{
    const char *folder = getenv("TMPDIR");

    (void) snprintf(path, size, "%s/mp-test-XXXXXX",
                    folder != NULL && strlen(folder) < 150 ? folder : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void) close(fd);
}

void test_remove_file(const char *path)
{
    (void) unlink(path);
}

void test_read_pipe(intptr_t handle, char *text, size_t size)
{
    size_t used = 0;
    ssize_t got = 1;

    while (got > 0 && used + 1 < size) {
        assert_true(test_is_ready(handle, TEST_GUARD_MS));
        got = read((int) handle, text + used, size - 1 - used);
        assert_true(got >= 0);
        used += (size_t) got;
    }
    text[used] = '\0';
}

void test_write_pipe(intptr_t handle, const char *text)
{
    ssize_t length = (ssize_t) strlen(text);
    assert_int_equal(write((int) handle, text, (size_t) length), length);
}

intptr_t test_open_for_writing(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

void test_close_handle(intptr_t handle)
{
    assert_int_equal(close((int) handle), 0);
}

void test_argument(int argc, char *const *argv, int which, char *text,
                   size_t size)
{
    (void) snprintf(text, size, "%s", which < argc ? argv[which] : "(none)");
}

// ---- other programs ----

// The program holds the write end of a pipe: its end can be waited for with a
// guard, which waitpid() has not.
void test_program_start(test_program_t *program, const char *path,
                        const char *first, const char *second)
{
    char *argv[] = {(char *) (intptr_t) path, (char *) (intptr_t) first,
                    (char *) (intptr_t) second, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[1], F_SETFD, FD_CLOEXEC), 0);
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, ends[1], 99),
                     0);
    assert_int_equal(posix_spawn(&pid, path, &actions, NULL, argv, environ), 0);
    (void) posix_spawn_file_actions_destroy(&actions);
    (void) close(ends[1]);
    program->pid = pid;
    program->end = ends[0];
}

void test_program_leave(const char *path)
{
    test_program_t program;

    test_program_start(&program, path, NULL, NULL);
}

bool test_tell_parent(int argc, char *const *argv, const void *bytes,
                      size_t size)
{
    const char *marker = argc < 2 ? NULL : strchr(argv[argc - 1], '=');

    return marker != NULL &&
           write(atoi(marker + 1), bytes, size) == (ssize_t) size;
}

int test_program_set_off(const char *path, const char *first,
                         const char *second)
{
    char *argv[] = {(char *) (intptr_t) path, (char *) (intptr_t) first,
                    (char *) (intptr_t) second, NULL};
    pid_t pid;

    return posix_spawn(&pid, path, NULL, NULL, argv, environ) == 0 ? 0 : -1;
}

void test_program_kill(const test_program_t *program)
{
    (void) kill((pid_t) program->pid, SIGKILL);
}

int test_program_wait(test_program_t *program)
{
    int status = 0;
    bool ended = test_is_ready(program->end, TEST_GUARD_MS);

    if (!ended) {
        (void) kill((pid_t) program->pid, SIGKILL);
    }
    (void) close((int) program->end);
    while (waitpid((pid_t) program->pid, &status, 0) < 0 && errno == EINTR) {
    }
    assert_true(ended);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
