// SPDX-License-Identifier: Apache-2.0
// Named semaphores on POSIX: what is no page of ours where one should be, who
// may look at them, and being out of descriptors or of room.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/named_page.h"
#include "posix/posix_named.h"

// A user for each run, whose folder nobody has yet.
#define NOBODY ((uid_t) (1000000 + test_own_pid()))

static char name[32];
static char path[MP_POSIX_NAMED_PLACE + 32];

// Another name, and the path of its file.
static void choose_name(void)
{
    static unsigned number;
    char place[MP_POSIX_NAMED_PLACE];

    (void) snprintf(name, sizeof(name), "foreign-%lld-%u",
                    (long long) test_own_pid(), number++);
    assert_int_equal(mp_posix_named_place(place), 0);
    (void) snprintf(path, sizeof(path), "%s/%s", place, name);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0); // makes the folder
}

static mp_named_semaphore_t *create(void)
{
    mp_named_semaphore_options_t options = {.exclusive = true,
                                            .persistent = true};
    mp_named_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 1, &options),
                     0);
    return semaphore;
}

static void write_at(off_t offset, const void *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(file >= 0);
    assert_int_equal(pwrite(file, bytes, size, offset), size);
    (void) close(file);
}

// Neither opened nor swept; with the codes that the calls return.
static void expect(int opened, int made_anew)
{
    mp_named_semaphore_options_t exclusive = {.exclusive = true};
    mp_named_semaphore_t *semaphore = NULL;
    struct stat status;

    assert_int_equal(mp_named_semaphore_open(&semaphore, name), opened);
    assert_null(semaphore);
    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 1, NULL),
                     made_anew);
    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 1, &exclusive),
                     MP_EEXIST);
    assert_null(semaphore);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
    assert_int_equal(lstat(path, &status), 0);
}

// And removed by its name, whatever it is.
static void expect_and_remove(int opened)
{
    struct stat status;

    expect(opened, opened);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    assert_true(lstat(path, &status) < 0 && errno == ENOENT);
    mp_named_semaphore_destroy(create());
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
}

// ---- what is no page ----

static void files_of_other_sizes_are_refused(void)
{
    static const char bytes[MP_PLAT_NAMED_SIZE + 1];

    choose_name();
    write_at(0, bytes, 0);
    expect_and_remove(MP_EPROTO);
    write_at(0, bytes, MP_PLAT_NAMED_SIZE - 1);
    expect_and_remove(MP_EPROTO);
    write_at(0, bytes, MP_PLAT_NAMED_SIZE + 1);
    expect_and_remove(MP_EPROTO);
}

static void files_of_other_kinds_are_refused(void)
{
    choose_name();
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_and_remove(MP_EPROTO);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    expect_and_remove(MP_EPROTO);
    assert_int_equal(mkdir(path, 0700), 0);
    expect(MP_EPROTO, MP_EPROTO);
    assert_int_equal(mp_named_semaphore_unlink(name), MP_EPROTO);
    assert_int_equal(rmdir(path), 0);
}

static void pages_with_other_contents_are_refused(void)
{
    static const char zeros[MP_PLAT_NAMED_SIZE];
    char rubbish[MP_PLAT_NAMED_SIZE];

    choose_name();
    write_at(0, zeros, sizeof(zeros));
    expect_and_remove(MP_EPROTO);
    memset(rubbish, 0xff, sizeof(rubbish));
    write_at(0, rubbish, sizeof(rubbish));
    expect_and_remove(MP_EPROTO);
}

static void spoil(size_t offset, const void *bytes, size_t size, int code)
{
    mp_named_semaphore_destroy(create());
    write_at((off_t) offset, bytes, size);
    expect_and_remove(code);
}

static void pages_that_are_damaged_are_refused(void)
{
    const uint32_t much = UINT32_MAX;
    const uint32_t none = 0;
    const uint32_t other = 77;
    char text[MP__NAME_ROOM + 1];

    choose_name();
    memset(text, 'x', sizeof(text));
    spoil(offsetof(mp__page_t, magic), "?", 1, MP_EPROTO);
    spoil(offsetof(mp__page_t, version), &other, 4, MP_EVERSION);
    spoil(offsetof(mp__page_t, kind), &other, 4, MP_EVERSION);
    spoil(offsetof(mp__page_t, maximum), &much, 4, MP_EPROTO);
    spoil(offsetof(mp__page_t, maximum), &none, 4, MP_EPROTO);
    spoil(offsetof(mp__page_t, name), text, sizeof(text), MP_EPROTO);
}

static void a_damaged_word_is_no_loop(void)
{
    const uint32_t much = UINT32_MAX;
    mp_named_semaphore_options_t options = {.maximum = 3};
    mp_named_semaphore_t *semaphore = NULL;

    choose_name();
    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 1, &options),
                     0);
    write_at(offsetof(mp__page_t, word), &much, 4);
    assert_int_equal(mp_named_semaphore_release(semaphore), MP_ERANGE);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    mp_named_semaphore_destroy(semaphore);
}

// What a creator leaves that dies before the name is there.
static void what_was_not_finished_is_in_nobodys_way(void)
{
    char place[MP_POSIX_NAMED_PLACE];
    struct stat status;

    choose_name();
    assert_int_equal(mp_posix_named_place(place), 0);
    (void) snprintf(path, sizeof(path), "%s/.new", place);
    write_at(0, "half", 4);
    mp_named_semaphore_t *semaphore = create();
    assert_true(lstat(path, &status) < 0);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    mp_named_semaphore_destroy(semaphore);
}

// ---- who may ----

static void a_page_is_its_users_alone(void)
{
    struct stat status;

    choose_name();
    mode_t usual = umask(0777);
    mp_named_semaphore_t *semaphore = create();
    (void) umask(usual);
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    *strrchr(path, '/') = '\0';
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    assert_int_equal(mp_named_semaphore_unlink(name), 0);
    mp_named_semaphore_destroy(semaphore);
}

// In a child that is another user: what creating returns.
static int create_as(uid_t user)
{
    int status = 0;

    pid_t pid = fork();
    if (pid == 0) {
        mp_named_semaphore_t *semaphore = NULL;
        if (seteuid(user) < 0) {
            _exit(100);
        }
        int r = mp_named_semaphore_create(&semaphore, name, 1, NULL);
        if (r == 0) {
            r = mp_named_semaphore_unlink(name);
        }
        mp_named_semaphore_destroy(semaphore);
        _exit(-r);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? -WEXITSTATUS(status) : 1;
}

// The folder, too, whatever the umask is when it is made.
static void a_strict_umask_locks_nobody_out(void)
{
    char place[MP_POSIX_NAMED_PLACE];
    struct stat status;
    uid_t user = NOBODY;

    choose_name();
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(mp_posix_named_place(place), 0);
    assert_int_equal(seteuid(0), 0);
    mode_t usual = umask(0777);
    int r = create_as(user);
    (void) umask(usual);
    assert_int_equal(lstat(place, &status), 0);
    assert_int_equal(rmdir(place), 0);
    assert_int_equal(r, 0);
    assert_int_equal(status.st_mode & 07777, 0700);
}

static void a_folder_of_another_user_is_refused(void)
{
    char place[MP_POSIX_NAMED_PLACE];
    uid_t user = NOBODY;

    choose_name();
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(mp_posix_named_place(place), 0);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(mkdir(place, 0700), 0);
    assert_int_equal(create_as(user), MP_EACCES);
    assert_int_equal(chmod(place, 0777), 0);
    assert_int_equal(create_as(user), MP_EACCES);
    assert_int_equal(chown(place, user, 0), 0);
    assert_int_equal(create_as(user), MP_EACCES); // others may write there
    assert_int_equal(chmod(place, 0700), 0);
    assert_int_equal(create_as(user), 0);
    assert_int_equal(rmdir(place), 0);
    assert_int_equal(symlink("/tmp", place), 0);
    assert_int_equal(create_as(user), MP_EACCES);
    assert_int_equal(unlink(place), 0);
}

// ---- limits ----

static void limit_to(int what, rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(what, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(what, &limit), 0);
}

static int make_and_remove(void)
{
    mp_named_semaphore_t *semaphore = NULL;

    int r = mp_named_semaphore_create(&semaphore, name, 1, NULL);
    mp_named_semaphore_destroy(semaphore);
    return r;
}

static int find(void)
{
    mp_named_semaphore_t *semaphore = NULL;

    int r = mp_named_semaphore_open(&semaphore, name);
    mp_named_semaphore_destroy(semaphore);
    return r;
}

static int remove_it(void)
{
    return mp_named_semaphore_unlink(name);
}

static int sweep(void)
{
    return mp_named_semaphore_sweep(NULL);
}

// With one more descriptor in each round until it succeeds, so that it fails at
// every place where it opens one.
static void call_with_more_and_more(int (*call)(void))
{
    char before[2000];
    char after[2000];
    struct rlimit usual;
    int r = MP_EMFILE;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    test_list_handles(before, sizeof(before));
    for (rlim_t most = 0; r == MP_EMFILE && most < 200; most++) {
        limit_to(RLIMIT_NOFILE, most);
        r = call();
        limit_to(RLIMIT_NOFILE, usual.rlim_cur);
        test_list_handles(after, sizeof(after));
        assert_string_equal(after, before);
    }
    assert_int_equal(r, 0);
}

static void each_descriptor_may_be_one_too_many(void)
{
    choose_name();
    call_with_more_and_more(make_and_remove);
    call_with_more_and_more(find);
    call_with_more_and_more(sweep);
    if (find() == MP_ENOENT) { // it was swept
        mp_named_semaphore_destroy(create());
    }
    call_with_more_and_more(remove_it);
    assert_int_equal(find(), MP_ENOENT);
}

static void a_limit_of_files_is_an_error_and_no_signal(void)
{
    struct rlimit usual;

    choose_name();
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    limit_to(RLIMIT_FSIZE, 100);
    int r = make_and_remove();
    limit_to(RLIMIT_FSIZE, usual.rlim_cur);
    assert_int_equal(r, MP_ENOSPC);
    assert_int_equal(find(), MP_ENOENT);
}

// ---- processes that are stopped ----

// A child that has the names locked, or a semaphore open, and is stopped.
static pid_t stop_one(bool locked)
{
    int status = 0;

    pid_t pid = fork();
    if (pid == 0) {
        mp_plat_named_lock_t lock;
        mp_named_semaphore_t *semaphore = NULL;
        if ((locked ? mp_plat_named_lock(&lock)
                    : mp_named_semaphore_open(&semaphore, name)) < 0) {
            _exit(1);
        }
        (void) raise(SIGSTOP);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    return pid;
}

static void kill_one(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void whoever_is_killed_with_the_names_locked_leaves_them_free(void)
{
    bool root = geteuid() == 0;

    if (root) { // so that no other test waits for it
        assert_int_equal(seteuid(NOBODY), 0);
    }
    choose_name();
    pid_t pid = stop_one(true);
    assert_int_equal(find(), MP_ETIMEDOUT); // it might go on
    kill_one(pid);
    assert_int_equal(find(), MP_ENOENT);
    if (root) {
        *strrchr(path, '/') = '\0';
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(seteuid(0), 0);
    }
}

static void a_stopped_process_is_alive(void)
{
    mp_named_semaphore_t *semaphore = NULL;

    choose_name();
    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 1, NULL), 0);
    pid_t pid = stop_one(false);
    mp_named_semaphore_destroy(semaphore);
    assert_int_equal(sweep(), 0);
    assert_int_equal(find(), 0);
    kill_one(pid);
    assert_int_equal(sweep(), 0);
    assert_int_equal(find(), MP_ENOENT);
}

static const struct test tests[] = {
    {"files of other sizes are refused", files_of_other_sizes_are_refused,
     TEST_ONCE},
    {"files of other kinds are refused", files_of_other_kinds_are_refused,
     TEST_ONCE},
    {"pages with other contents are refused",
     pages_with_other_contents_are_refused, TEST_ONCE},
    {"pages that are damaged are refused", pages_that_are_damaged_are_refused,
     TEST_ONCE},
    {"a damaged word is no loop", a_damaged_word_is_no_loop, TEST_ONCE},
    {"what was not finished is in nobody's way",
     what_was_not_finished_is_in_nobodys_way, TEST_ONCE},
    {"a page is its user's alone", a_page_is_its_users_alone, TEST_ONCE},
    {"a strict umask locks nobody out", a_strict_umask_locks_nobody_out,
     TEST_ONCE},
    {"a folder of another user is refused", a_folder_of_another_user_is_refused,
     TEST_ONCE},
    {"each descriptor may be one too many", each_descriptor_may_be_one_too_many,
     TEST_ONCE},
    {"a limit of files is an error and no signal",
     a_limit_of_files_is_an_error_and_no_signal, TEST_ONCE},
    {"whoever is killed with the names locked leaves them free",
     whoever_is_killed_with_the_names_locked_leaves_them_free, TEST_ONCE},
    {"a stopped process is alive", a_stopped_process_is_alive, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("named semaphore, POSIX", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
