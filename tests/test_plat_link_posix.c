// SPDX-License-Identifier: Apache-2.0
// Links where there are signals, pipes, modes and limits.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/links.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIG ((size_t) 4 * 1024 * 1024) // more than the system keeps on its way
#define MANY 10000

// ---- what is adopted ----

static bool closes_on_exec(intptr_t handle)
{
    return (fcntl((int) handle, F_GETFD) & FD_CLOEXEC) != 0;
}

// Like Python's Pipe(False): ends[0] receives.
static void adopt_pipe(mp_plat_link_t ends[2])
{
    int pair[2];

    assert_int_equal(pipe(pair), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_plat_link_adopt(&ends[i], pair[i]), 0);
        assert_true(closes_on_exec(ends[i].handle));
        assert_true(ends[i].local);
    }
}

static void sockets_and_pipes_are_adopted(void)
{
    mp_plat_link_t ends[2];
    mp_plat_peer_t peer;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(mp_plat_link_adopt(&ends[0], pair[0]), 0);
    assert_int_equal(mp_plat_link_adopt(&ends[1], pair[1]), 0);
    assert_true(closes_on_exec(pair[0]) && ends[0].local);
    link_carries(&ends[0], &ends[1], 3000);
    link_close_both(ends);

    intptr_t out = STDOUT_FILENO;
    adopt_pipe(ends);
    link_carries(&ends[1], &ends[0], 3000);
    link_carries(&ends[1], &ends[0], 40000);
    assert_int_equal(mp_plat_link_peer(&ends[0], &peer), MP_ENOTSUP);
    assert_int_equal(mp_plat_link_send_handles(&ends[1], &out, 1, link_guard()),
                     MP_ENOTSUP);
    assert_int_equal(
        mp_plat_link_receive_handles(&ends[0], &out, 1, link_guard()),
        MP_ENOTSUP);
    link_close_both(ends);
}

static void refuses(int descriptor, int code)
{
    mp_plat_link_t link;

    assert_true(descriptor >= 0);
    assert_int_equal(mp_plat_link_adopt(&link, descriptor), code);
    assert_int_equal(link.kind, MP_PLAT_LINK_NONE);
    if (code != MP_EINVAL) {
        assert_int_equal(close(descriptor), 0);
    }
}

static void what_carries_no_messages_is_refused(void)
{
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);

#ifdef __linux__ // where a name is chosen for an empty one
    struct sockaddr address = {.sa_family = AF_UNIX};
    assert_int_equal(bind(listening, &address, sizeof(sa_family_t)), 0);
    assert_int_equal(listen(listening, 1), 0);
    refuses(listening, MP_ETYPE);
#else
    assert_int_equal(close(listening), 0);
#endif
    refuses(open("/dev/null", O_RDWR | O_CLOEXEC), MP_ETYPE);
    refuses(socket(AF_UNIX, SOCK_DGRAM, 0), MP_ETYPE);
    refuses(1999, MP_EINVAL);
#if !MP_REMOTE
    refuses(socket(AF_INET, SOCK_STREAM, 0), MP_ETYPE);
#endif
}

// ---- pipes ----

static mp_plat_link_t big_ends[2];
static int codes[2];
static bool whole;

static void send_or_receive_big(int number)
{
    unsigned char *bytes = link_bytes(BIG);

    if (number == 0) {
        codes[0] = link_put(&big_ends[1], bytes, BIG);
    } else {
        memset(bytes, 0, BIG);
        codes[1] = link_take(&big_ends[0], bytes, BIG);
        whole = link_are_bytes(bytes, BIG, 0);
    }
    free(bytes);
}

static void carry_big(void)
{
    whole = false;
    test_run_threads(2, send_or_receive_big);
    assert_int_equal(codes[0], 0);
    assert_int_equal(codes[1], 0);
    assert_true(whole);
}

static void a_big_message_goes_over_a_pipe(void)
{
    adopt_pipe(big_ends);
    carry_big();
    link_close_both(big_ends);
}

static void a_pipe_keeps_deadlines_and_tells_its_end(void)
{
    mp_plat_link_t ends[2];
    unsigned char *bytes = link_bytes(BIG);
    unsigned char *taken = calloc(1, BIG);
    mp_plat_piece_t piece = {bytes, BIG};
    size_t sent = 0;
    size_t received = 0;

    adopt_pipe(ends);
    int64_t deadline = link_soon(30);
    assert_int_equal(mp_plat_link_send(&ends[1], &piece, 1, &sent, deadline),
                     MP_ETIMEDOUT);
    assert_true(mp_plat_now() >= deadline);
    assert_in_range(sent, 1, BIG - 1);
    assert_int_equal(
        mp_plat_link_send(&ends[1], &piece, 1, &received, MP_PLAT_AT_ONCE),
        MP_ETIMEDOUT);
    assert_int_equal(
        mp_plat_link_receive(&ends[0], taken, BIG, &received, MP_PLAT_AT_ONCE),
        MP_ETIMEDOUT);
    assert_int_equal(received, sent);
    assert_true(link_are_bytes(taken, sent, 0));
    assert_int_equal(link_put(&ends[1], bytes, 9), 0);
    mp_plat_link_close(&ends[1]);
    assert_int_equal(
        mp_plat_link_receive(&ends[0], taken, 10, &received, link_guard()),
        MP_EEOF);
    assert_int_equal(received, 9);
    mp_plat_link_close(&ends[0]);
    free(bytes);
    free(taken);
}

// ---- signals ----

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void) number;
    signals++;
}

static void set_handler(int number, void (*handler)(int), struct sigaction *old)
{
    struct sigaction action = {.sa_handler = handler};
    assert_int_equal(sigaction(number, &action, old), 0);
}

static bool is_pending(int number)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, number) == 1;
}

static void a_broken_pipe_is_an_error_and_no_signal(void)
{
    struct sigaction before;
    mp_plat_link_t ends[2];
    sigset_t broken;
    sigset_t mask;

    set_handler(SIGPIPE, count_signal, &before);
    signals = 0;
    adopt_pipe(ends);
    mp_plat_link_close(&ends[0]);
    assert_int_equal(link_put(&ends[1], "abc", 3), MP_EEOF);
    assert_int_equal(signals, 0);
    assert_false(is_pending(SIGPIPE));

    (void) sigemptyset(&broken);
    (void) sigaddset(&broken, SIGPIPE);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &broken, &mask), 0);
    assert_int_equal(link_put(&ends[1], "abc", 3), MP_EEOF);
    assert_false(is_pending(SIGPIPE));
    (void) raise(SIGPIPE); // somebody else's stays
    assert_int_equal(link_put(&ends[1], "abc", 3), MP_EEOF);
    assert_true(is_pending(SIGPIPE));
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &mask, NULL), 0);
    assert_int_equal(signals, 1);
    mp_plat_link_close(&ends[1]);
    assert_int_equal(sigaction(SIGPIPE, &before, NULL), 0);
}

static void storm(int microseconds)
{
    struct itimerval timer = {.it_interval.tv_usec = microseconds,
                              .it_value.tv_usec = microseconds};
    assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void connect_in_storm(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_UNIX};
    mp_plat_listener_t listener;
    mp_plat_link_t ends[2];
    mp_plat_source_t source = {.kind = MP_PLAT_SOURCE_LINK,
                               .of.link = &ends[0]};

    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(
            mp_plat_connect(&ends[0], &listener.place, link_guard()), 0);
        assert_int_equal(
            mp_plat_accept(&listener, &ends[1], &place, link_guard()), 0);
        int64_t deadline = link_soon(2);
        assert_int_equal(mp_plat_wait_any(&source, 1, deadline), 0);
        assert_int_equal(mp_plat_link_wait(&ends[0], link_soon(2)),
                         MP_ETIMEDOUT);
        assert_true(mp_plat_now() >= deadline);
        link_carries(&ends[0], &ends[1], 20000);
        link_close_both(ends);
    }
    mp_plat_listener_close(&listener);
}

static void signals_interrupt_nothing(void)
{
    struct sigaction before;

    set_handler(SIGALRM, count_signal, &before); // restarts no call
    signals = 0;
    storm(300);
    assert_int_equal(mp_plat_link_pair(big_ends, true), 0);
    carry_big();
    link_close_both(big_ends);
    adopt_pipe(big_ends);
    carry_big();
    link_close_both(big_ends);
    connect_in_storm();
    storm(0);
    assert_true(signals > 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

// ---- modes ----

static void set_waiting(intptr_t handle, bool waits)
{
    int flags = fcntl((int) handle, F_GETFL);
    flags = waits ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    assert_int_equal(fcntl((int) handle, F_SETFL, flags), 0);
}

static void the_mode_of_a_descriptor_does_not_matter(void)
{
    for (int i = 0; i < 4; i++) {
        size_t received = 0;
        char byte;
        if (i < 2) {
            assert_int_equal(mp_plat_link_pair(big_ends, true), 0);
        } else {
            adopt_pipe(big_ends);
        }
        set_waiting(big_ends[0].handle, i % 2 == 0);
        set_waiting(big_ends[1].handle, i % 2 == 0);
        assert_int_equal(mp_plat_link_receive(&big_ends[0], &byte, 1, &received,
                                              link_soon(10)),
                         MP_ETIMEDOUT);
        carry_big();
        link_close_both(big_ends);
    }
}

// In a child without standard streams: what is made is none of them.
static int use_low_numbers(void)
{
    mp_plat_link_t ends[2];
    mp_plat_link_t way[2];
    intptr_t given = 0;
    intptr_t taken = 0;

    for (int fd = 0; fd < 3; fd++) {
        (void) close(fd);
    }
    if (mp_plat_link_pair(ends, true) < 0 || ends[0].handle < 3 ||
        ends[1].handle < 3) {
        return 1;
    }
    given = ends[0].handle;
    if (mp_plat_link_pair(way, false) < 0 ||
        mp_plat_link_send_handles(&way[1], &given, 1, link_guard()) < 0 ||
        mp_plat_link_receive_handles(&way[0], &taken, 1, link_guard()) < 0) {
        return 2;
    }
    return taken < 3 || !closes_on_exec(taken) || !closes_on_exec(given) ? 3
                                                                         : 0;
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

static void no_link_becomes_a_standard_stream(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void) alarm(TEST_GUARD_MS / 1000);
        _exit(use_low_numbers());
    }
    assert_int_equal(exit_code_of(pid), 0);
}

// A forked child keeps them, as it keeps all that is the user's.
static void a_forked_child_has_the_links(void)
{
    mp_plat_link_t ends[2];
    char byte = 0;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void) alarm(TEST_GUARD_MS / 1000);
        mp_plat_link_close(&ends[0]);
        _exit(link_put(&ends[1], "x", 1) == 0 ? 0 : 1);
    }
    mp_plat_link_close(&ends[1]);
    assert_int_equal(link_take(&ends[0], &byte, 1), 0);
    assert_int_equal(exit_code_of(pid), 0);
    assert_int_equal(link_take(&ends[0], &byte, 1), MP_EEOF);
    mp_plat_link_close(&ends[0]);
}

// ---- limits ----

static rlim_t limit_descriptors(rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    if (most > limit.rlim_max) {
        return 0;
    }
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

// Leaves `spare` numbers free; returns the limit that was.
static rlim_t leave_few(int *fillers, int *count, int spare)
{
    int highest = 0;

    for (int fd = 0; fd < 1000; fd++) {
        highest = fcntl(fd, F_GETFD) >= 0 ? fd : highest;
    }
    for (*count = 0; *count < 1000; (*count)++) {
        int fd = fcntl(0, F_DUPFD_CLOEXEC, 3);
        assert_true(fd >= 0);
        if (fd > highest) {
            (void) close(fd);
            break;
        }
        fillers[*count] = fd;
    }
    return limit_descriptors((rlim_t) (highest + 1 + spare));
}

static void give_back(const int *fillers, int count, rlim_t limit)
{
    (void) limit_descriptors(limit);
    for (int i = 0; i < count; i++) {
        (void) close(fillers[i]);
    }
}

// Each byte that a handle comes with is received by itself on Linux, however
// many there are.
static void a_deadline_ends_what_moves_on_and_on(void)
{
    enum { BYTES = 20, PIPED = 60000 };
    mp_plat_link_t ends[2];
    char bytes[BYTES];
    static char much[PIPED];
    const mp_plat_piece_t piece = {much, PIPED};
    size_t moved = 0;
    int descriptors[2];

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    for (int i = 0; i < BYTES; i++) {
        assert_int_equal(mp_plat_link_send_handles(&ends[0], &ends[0].handle, 1,
                                                   link_guard()),
                         0);
    }
    int r = mp_plat_link_receive(&ends[1], bytes, BYTES, &moved, 1);
#ifdef __linux__
    assert_int_equal(r, MP_ETIMEDOUT);
    assert_int_equal(moved, 1);
#else
    assert_true(r == MP_ETIMEDOUT || moved == BYTES);
#endif
    link_close_both(ends);

    assert_int_equal(pipe(descriptors), 0); // which takes PIPE_BUF at a time
    assert_int_equal(mp_plat_link_adopt(&ends[0], descriptors[1]), 0);
    assert_int_equal(mp_plat_link_send(&ends[0], &piece, 1, &moved, 1),
                     MP_ETIMEDOUT);
    assert_int_equal(moved, PIPE_BUF);
    mp_plat_link_close(&ends[0]);
    assert_int_equal(close(descriptors[0]), 0);
}

static void want_of_descriptors_loses_no_more_than_it_must(void)
{
    mp_plat_place_t place = {.family = MP_PLAT_FAMILY_UNIX};
    mp_plat_listener_t listener;
    mp_plat_link_t way[2];
    mp_plat_link_t other[2];
    mp_plat_link_t ends[2];
    intptr_t given[3];
    intptr_t taken[3];
    int fillers[1000];
    int count = 0;

    assert_int_equal(mp_plat_link_pair(way, true), 0);
    assert_int_equal(mp_plat_listen(&listener, &place, 1), 0);
    assert_int_equal(mp_plat_connect(&ends[0], &listener.place, link_guard()),
                     0);
    given[0] = given[1] = given[2] = way[0].handle;
    assert_int_equal(mp_plat_link_send_handles(&way[0], given, 3, link_guard()),
                     0);

    rlim_t limit = leave_few(fillers, &count, 2);
    assert_int_equal(
        mp_plat_link_receive_handles(&way[1], taken, 3, link_guard()),
        MP_EMFILE);
    give_back(fillers, count, limit);

    limit = leave_few(fillers, &count, 0);
    assert_int_equal(mp_plat_link_pair(other, true), MP_EMFILE);
    assert_int_equal(other[0].kind, MP_PLAT_LINK_NONE);
    assert_int_equal(mp_plat_connect(&other[0], &listener.place, link_guard()),
                     MP_EMFILE);
    assert_int_equal(mp_plat_accept(&listener, &ends[1], &place, link_guard()),
                     MP_EMFILE);
    give_back(fillers, count, limit);

    assert_int_equal(mp_plat_accept(&listener, &ends[1], &place, link_guard()),
                     0); // it waited
    link_carries(&ends[0], &ends[1], 10);
    link_close_both(ends);
    link_close_both(way);
    mp_plat_listener_close(&listener);
}

static void ten_thousand_are_waited_for(void)
{
    mp_plat_source_t *sources = calloc(MANY, sizeof(*sources));
    mp_plat_link_t quiet[2];
    mp_plat_link_t last[2];

    rlim_t limit = limit_descriptors(MANY + 1000);
    assert_int_equal(mp_plat_link_pair(quiet, true), 0);
    assert_int_equal(mp_plat_link_pair(last, true), 0);
    for (int i = 0; limit > 0 && i < MANY; i++) {
        int copy = dup((int) (i < MANY - 1 ? quiet : last)[0].handle);
        assert_true(copy >= 0);
        sources[i] = (mp_plat_source_t){.kind = MP_PLAT_SOURCE_HANDLE,
                                        .of.handle = copy};
    }
    if (limit > 0) {
        assert_int_equal(mp_plat_wait_any(sources, MANY, MP_PLAT_AT_ONCE), 0);
        assert_int_equal(link_put(&last[1], "a", 1), 0);
        assert_int_equal(mp_plat_wait_any(sources, MANY, link_guard()), 1);
        assert_true(sources[MANY - 1].ready);
        assert_false(sources[0].ready);
    }
    for (int i = 0; limit > 0 && i < MANY; i++) {
        assert_int_equal(close((int) sources[i].of.handle), 0);
    }
    if (limit > 0) {
        assert_int_equal(mp_plat_wait_any(sources, MANY, link_guard()),
                         MP_EINVAL);
        (void) limit_descriptors(limit);
    }
    link_close_both(quiet);
    link_close_both(last);
    free(sources);
}

static const struct test tests[] = {
    {"sockets and pipes are adopted", sockets_and_pipes_are_adopted, TEST_ONCE},
    {"what carries no messages is refused", what_carries_no_messages_is_refused,
     TEST_ONCE},
    {"a big message goes over a pipe", a_big_message_goes_over_a_pipe,
     TEST_ONCE},
    {"a pipe keeps deadlines and tells its end",
     a_pipe_keeps_deadlines_and_tells_its_end, TEST_ONCE},
    {"a broken pipe is an error and no signal",
     a_broken_pipe_is_an_error_and_no_signal, TEST_ONCE},
    {"signals interrupt nothing", signals_interrupt_nothing, TEST_ONCE},
    {"the mode of a descriptor does not matter",
     the_mode_of_a_descriptor_does_not_matter, TEST_ONCE},
    {"no link becomes a standard stream", no_link_becomes_a_standard_stream,
     TEST_ONCE},
    {"a forked child has the links", a_forked_child_has_the_links, TEST_ONCE},
    {"want of descriptors loses no more than it must",
     want_of_descriptors_loses_no_more_than_it_must, TEST_ONCE},
    {"a deadline ends what moves on and on",
     a_deadline_ends_what_moves_on_and_on, TEST_ONCE},
    {"ten thousand are waited for", ten_thousand_are_waited_for, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("links of POSIX", tests, sizeof(tests) / sizeof(tests[0]));
}
