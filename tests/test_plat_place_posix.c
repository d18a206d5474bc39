// SPDX-License-Identifier: Apache-2.0
// Files of sockets: where they are, whose they are, who removes them; and
// listeners that several processes have.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/links.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 4
#define CONNECTIONS 40

static char folder[80];

static void make_folder(void)
{
    (void) snprintf(folder, sizeof(folder), "/tmp/mp-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void named(mp_plat_place_t *place, const char *path)
{
    *place = (mp_plat_place_t){.family = MP_PLAT_FAMILY_UNIX};
    place->size = strlen(path);
    assert_true(place->size < sizeof(place->name));
    memcpy(place->name, path, place->size);
}

static void in_folder(mp_plat_place_t *place, const char *base)
{
    char path[200];

    (void) snprintf(path, sizeof(path), "%s/%s", folder, base);
    named(place, path);
}

static void listen_anywhere(mp_plat_listener_t *listener)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_UNIX};
    assert_int_equal(mp_plat_listen(listener, &place, CONNECTIONS), 0);
}

static bool exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

static int mode_of(const char *path)
{
    struct stat about;

    assert_int_equal(lstat(path, &about), 0);
    assert_int_equal(about.st_uid, geteuid());
    return (int) (about.st_mode & 0777);
}

static int exit_code_of(pid_t pid)
{
    int status = 0;

    assert_true(pid > 0);
    while (waitpid(pid, &status, 0) < 0) {
        assert_int_equal(errno, EINTR);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void carries(const mp_plat_listener_t *listener)
{
    mp_plat_link_t ends[2];
    mp_plat_place_t from;

    assert_int_equal(mp_plat_connect(&ends[0], &listener->place, link_guard()),
                     0);
    assert_int_equal(mp_plat_accept(listener, &ends[1], &from, link_guard()),
                     0);
    assert_int_equal(from.size, 0);
    link_carries(&ends[0], &ends[1], 10);
    link_close_both(ends);
}

// ---- where they are ----

static void a_chosen_place_is_this_users_alone(void)
{
    mp_plat_listener_t listener;
    char chosen[MP_PLAT_PLACE_NAME];

    listen_anywhere(&listener);
    (void) snprintf(chosen, sizeof(chosen), "%s", listener.place.name);
    assert_int_equal(mode_of(chosen), 0600);
    *strrchr(chosen, '/') = '\0';
    assert_int_equal(mode_of(chosen), 0700);
    mp_plat_listener_close(&listener);
    assert_false(exists(chosen));

    make_folder(); // whose rights are not the mask's
    mode_t mask = umask(0);
    mp_plat_place_t place;
    in_folder(&place, "open");
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    (void) umask(mask);
    assert_int_equal(mode_of(place.name), 0600);
    mp_plat_listener_close(&listener);
    assert_int_equal(rmdir(folder), 0);
}

static void chooses_under(const char *variable, const char *wanted)
{
    mp_plat_listener_t listener;

    test_set_variable("TMPDIR", variable);
    listen_anywhere(&listener);
    assert_int_equal(strncmp(listener.place.name, wanted, strlen(wanted)), 0);
    carries(&listener);
    mp_plat_listener_close(&listener);
}

static void a_place_is_chosen_where_it_fits_and_is_safe(void)
{
    const char *variable = getenv("TMPDIR");
    char *before = variable != NULL ? strdup(variable) : NULL;
    char longer[200];

    make_folder();
    chooses_under(folder, folder);
    chooses_under(NULL, "/tmp/mp-");
    chooses_under("relative", "/tmp/mp-");
    chooses_under("/no/such/folder", "/tmp/mp-");
    assert_int_equal(chmod(folder, 0777), 0); // others can rename what is in it
    chooses_under(folder, "/tmp/mp-");
    assert_int_equal(chmod(folder, 01777), 0);
    chooses_under(folder, folder);
    (void) snprintf(longer, sizeof(longer), "%s/%0*d", folder, 70, 0);
    assert_int_equal(mkdir(longer, 0700), 0);
    chooses_under(longer, "/tmp/mp-");
    assert_int_equal(rmdir(longer), 0);
    assert_int_equal(rmdir(folder), 0);
    test_set_variable("TMPDIR", before);
    free(before);
}

// Every length around what an address has room for.
static void long_paths_work_or_are_refused(void)
{
    char path[200];

    make_folder();
    for (size_t size = 95; size < 115; size++) {
        mp_plat_listener_t listener;
        mp_plat_link_t link;
        mp_plat_place_t place;
        (void) snprintf(path, sizeof(path), "%s/%0*d", folder,
                        (int) (size - strlen(folder) - 1), 0);
        named(&place, path);
        int r = mp_plat_listen(&listener, &place, 1);
        if (r == 0) {
            assert_string_equal(listener.place.name, path);
            carries(&listener);
            mp_plat_listener_close(&listener);
            assert_false(exists(path));
        } else {
            assert_int_equal(r, MP_EINVAL);
            assert_true(size >= sizeof(((struct sockaddr_un *) 0)->sun_path));
            assert_int_equal(mp_plat_connect(&link, &place, link_guard()),
                             MP_EINVAL);
        }
    }
    assert_int_equal(rmdir(folder), 0);
}

#if defined(__linux__) && !defined(MP_TEST_PORTABLE)
static void a_long_folder_works_and_a_long_name_does_not(void)
{
    mp_plat_listener_t listener;
    mp_plat_place_t place;
    char below[300];
    char path[400];

    make_folder();
    (void) snprintf(below, sizeof(below), "%s/%0*d", folder, 200, 0);
    assert_int_equal(mkdir(below, 0700), 0);
    (void) snprintf(path, sizeof(path), "%s/socket", below);
    named(&place, path);
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    carries(&listener);
    mp_plat_listener_close(&listener);
    assert_int_equal(rmdir(below), 0);
    named(&place, below);
    assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_EINVAL);
    assert_int_equal(rmdir(folder), 0);
}

static void abstract_names_are_no_files(void)
{
    mp_plat_listener_t listener;
    mp_plat_listener_t other;
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_UNIX};

    place.size =
        1 + (size_t) snprintf(place.name + 1, 90, "mp-test-%d", (int) getpid());
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_int_equal(mp_plat_listen(&other, &place, 1), MP_EEXIST);
    carries(&listener);
    mp_plat_listener_close(&listener);
    place.size = sizeof(((struct sockaddr_un *) 0)->sun_path) + 1;
    assert_int_equal(mp_plat_listen(&other, &place, 1), MP_EINVAL);
}

// The backlog is full: more wait until there is room, or their deadline.
static void connecting_waits_for_room(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_UNIX};
    mp_plat_listener_t listener;
    mp_plat_link_t links[10];
    int count = 0;

    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    while (count < 10 && mp_plat_connect(&links[count], &listener.place,
                                         MP_PLAT_AT_ONCE) == 0) {
        count++;
    }
    assert_in_range(count, 1, 9);
    int64_t deadline = link_soon(30);
    assert_int_equal(mp_plat_connect(&links[count], &listener.place, deadline),
                     MP_ETIMEDOUT);
    assert_true(mp_plat_now() >= deadline);
    while (count > 0) {
        mp_plat_link_close(&links[--count]);
    }
    mp_plat_listener_close(&listener);
}
#else
static void abstract_names_are_refused(void)
{
    mp_plat_listener_t listener;
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_UNIX, .size = 5};

    assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_EINVAL);
}
#endif

// ---- whose they are ----

static void a_file_that_is_there_is_not_replaced(void)
{
    mp_plat_listener_t listener;
    mp_plat_link_t link;
    mp_plat_place_t place;
    struct sockaddr_un left = {.sun_family = AF_UNIX};

    make_folder();
    in_folder(&place, "left");
    memcpy(left.sun_path, place.name, place.size);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &left, sizeof(left)), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(mp_plat_connect(&link, &place, link_guard()), MP_ENOENT);
    assert_int_equal(mp_plat_listen(&listener, &place, 1), MP_EEXIST);
    mp_plat_listener_close(&listener);
    assert_true(exists(place.name));
    assert_int_equal(unlink(place.name), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void only_its_own_file_is_removed(void)
{
    mp_plat_listener_t first;
    mp_plat_listener_t second;
    mp_plat_place_t place;
    char moved[MP_PLAT_PLACE_NAME];

    make_folder();
    in_folder(&place, "socket");
    assert_int_equal(mp_plat_listen(&first, &place, 1), 0);
    (void) snprintf(moved, sizeof(moved), "%s/moved", folder);
    assert_int_equal(rename(place.name, moved), 0);
    assert_int_equal(mp_plat_listen(&second, &place, 1), 0);
    mp_plat_listener_close(&first);
    assert_true(exists(place.name));
    carries(&second);
    mp_plat_listener_close(&second);
    assert_false(exists(place.name));
    assert_int_equal(unlink(moved), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void a_relative_path_is_removed_from_elsewhere(void)
{
    mp_plat_listener_t listener;
    mp_plat_place_t place;
    char path[MP_PLAT_PLACE_NAME];

    make_folder();
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(chdir(folder), 0);
    named(&place, "socket");
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    carries(&listener);
    assert_int_equal(fchdir(here), 0);
    assert_int_equal(close(here), 0);
    mp_plat_listener_close(&listener);
    (void) snprintf(path, sizeof(path), "%s/socket", folder);
    assert_false(exists(path));
    assert_int_equal(rmdir(folder), 0);
}

static void a_forked_child_does_not_remove_the_file(void)
{
    mp_plat_listener_t listener;

    listen_anywhere(&listener);
    pid_t pid = fork();
    if (pid == 0) {
        mp_plat_listener_close(&listener);
        _exit(0);
    }
    assert_int_equal(exit_code_of(pid), 0);
    carries(&listener);
    mp_plat_listener_close(&listener);
}

// ---- several processes that accept ----

// Answers each who connects by its number, and ends when told to.
static int work(const mp_plat_listener_t *listener)
{
    mp_plat_link_t link;
    mp_plat_place_t from;
    unsigned char byte = 1;

    while (byte != 0) {
        if (mp_plat_accept(listener, &link, &from, link_guard()) < 0 ||
            link_take(&link, &byte, 1) < 0 || link_put(&link, &byte, 1) < 0) {
            return 1;
        }
        mp_plat_link_close(&link);
    }
    return 0;
}

static void ask(const mp_plat_listener_t *listener, unsigned char byte)
{
    mp_plat_link_t link;
    unsigned char answer = 0;

    assert_int_equal(mp_plat_connect(&link, &listener->place, link_guard()), 0);
    assert_int_equal(link_put(&link, &byte, 1), 0);
    assert_int_equal(link_take(&link, &answer, 1), 0);
    assert_int_equal(answer, byte);
    mp_plat_link_close(&link);
}

static void forked_workers_share_a_listener(void)
{
    mp_plat_listener_t listener;
    pid_t workers[WORKERS];

    listen_anywhere(&listener);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] == 0) {
            (void) alarm(2 * TEST_GUARD_MS / 1000);
            _exit(work(&listener));
        }
    }
    for (int i = 1; i <= CONNECTIONS; i++) {
        ask(&listener, (unsigned char) i);
    }
    for (int i = 0; i < WORKERS; i++) { // each hears it once, and none hangs
        ask(&listener, 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(exit_code_of(workers[i]), 0);
    }
    mp_plat_listener_close(&listener);
}

static const struct test tests[] = {
    {"a chosen place is this user's alone", a_chosen_place_is_this_users_alone,
     TEST_ONCE},
    {"a place is chosen where it fits and is safe",
     a_place_is_chosen_where_it_fits_and_is_safe, TEST_ONCE},
    {"long paths work or are refused", long_paths_work_or_are_refused,
     TEST_ONCE},
#if defined(__linux__) && !defined(MP_TEST_PORTABLE)
    {"a long folder works and a long name does not",
     a_long_folder_works_and_a_long_name_does_not, TEST_ONCE},
    {"abstract names are no files", abstract_names_are_no_files, TEST_ONCE},
    {"connecting waits for room", connecting_waits_for_room, TEST_ONCE},
#else
    {"abstract names are refused", abstract_names_are_refused, TEST_ONCE},
#endif
    {"a file that is there is not replaced",
     a_file_that_is_there_is_not_replaced, TEST_ONCE},
    {"only its own file is removed", only_its_own_file_is_removed, TEST_ONCE},
    {"a relative path is removed from elsewhere",
     a_relative_path_is_removed_from_elsewhere, TEST_ONCE},
    {"a forked child does not remove the file",
     a_forked_child_does_not_remove_the_file, TEST_ONCE},
    {"forked workers share a listener", forked_workers_share_a_listener,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("files of sockets", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
