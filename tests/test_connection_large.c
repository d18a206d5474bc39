// SPDX-License-Identifier: Apache-2.0
// Messages whose length needs the header of twelve bytes. Neither side has so
// much memory: what it sends and receives is one small piece, many times.
#define _GNU_SOURCE // memory without a name
#include "tests/support.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE (((size_t) 1 << 31) + 5) // the first that needs it has 2^31 bytes
#define PIECE ((size_t) 1 << 21)
#define PIECES (SIZE / PIECE + 1)

static char *many; // PIECES times the same

static void make_many(void)
{
    int memory = memfd_create("piece", MFD_CLOEXEC);

    assert_true(memory >= 0);
    assert_int_equal(ftruncate(memory, PIECE), 0);
    many = mmap(NULL, PIECES * PIECE, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(many, MAP_FAILED);
    for (size_t i = 0; i < PIECES; i++) {
        void *piece = mmap(many + i * PIECE, PIECE, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_FIXED, memory, 0);
        assert_ptr_not_equal(piece, MAP_FAILED);
    }
    (void) close(memory);
}

static void free_many(void)
{
    assert_int_equal(munmap(many, PIECES * PIECE), 0);
}

// ---- the bytes ----

static bool get(int from, void *bytes, size_t size)
{
    return recv(from, bytes, size, MSG_WAITALL) == (ssize_t) size;
}

// Whether a message comes that a stranger takes for this one.
static int take_as_stranger(const mp_args_t *args)
{
    static const unsigned char header[12] = {0xff, 0xff, 0xff, 0xff, 0, 0,
                                             0,    0,    0x80, 0,    0, 5};
    static char piece[PIECE];
    unsigned char came[12];
    int from = (int) mp_args_int(args, 0);
    size_t left = SIZE;

    if (!get(from, came, sizeof(came)) ||
        memcmp(came, header, sizeof(came)) != 0) {
        return 1;
    }
    while (left > 0) {
        size_t part = left < PIECE ? left : PIECE;
        if (!get(from, piece, part)) {
            return 2;
        }
        left -= part;
    }
    return get(from, came, 4 + 3) && memcmp(came, "\0\0\0\3end", 7) == 0 ? 0
                                                                         : 3;
}
MP_TARGET(take_as_stranger)

static void its_length_has_64_bits(void)
{
    mp_process_options_t options = {.context = mp_get_context("thread")};
    mp_connection_t *connection = NULL;
    mp_process_t *stranger = NULL;
    int pair[2];

    make_many();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(
        mp_connection_from_handle(&connection, pair[0], true, true), 0);
    assert_int_equal(mp_process_create(&stranger, take_as_stranger,
                                       MP_ARGS(pair[1]), &options),
                     0);
    assert_int_equal(mp_process_start(stranger), 0);
    assert_int_equal(
        mp_connection_send_bytes(connection, many, SIZE, TEST_GUARD_MS), 0);
    assert_int_equal(
        mp_connection_send_bytes(connection, "end", 3, TEST_GUARD_MS), 0);
    assert_int_equal(test_finish(stranger), 0);
    mp_connection_destroy(connection);
    (void) close(pair[1]);
    free_many();
}

// ---- both sides ----

static int send_it(const mp_args_t *args)
{
    mp_connection_t *connection = mp_args_connection(args, 0);

    int r = mp_connection_send_bytes(connection, many, SIZE, TEST_GUARD_MS);
    return r == 0 ? 0 : 1;
}
MP_TARGET(send_it)

static void it_goes_and_comes(void)
{
    mp_process_options_t options = {.context = mp_get_context("thread")};
    mp_connection_t *receives = NULL;
    mp_connection_t *sends = NULL;
    mp_process_t *sender = NULL;
    char none[1];
    size_t size = 0;

    make_many();
    assert_int_equal(mp_pipe(&receives, &sends, false), 0);
    assert_int_equal(
        mp_process_create(&sender, send_it, MP_ARGS(sends), &options), 0);
    assert_int_equal(mp_process_start(sender), 0);
    // What is too long is told with its length, and stays.
    assert_int_equal(mp_connection_recv_bytes(receives, none, sizeof(none),
                                              &size, TEST_GUARD_MS),
                     MP_EMSGSIZE);
    assert_true(size == SIZE);
    many[0] = 'x';
    assert_int_equal(mp_connection_recv_bytes(receives, many, PIECES * PIECE,
                                              &size, TEST_GUARD_MS),
                     0);
    assert_true(size == SIZE);
    assert_int_equal(test_finish(sender), 0);
    mp_connection_destroy(receives);
    mp_connection_destroy(sends);
    free_many();
}

static const struct test tests[] = {
    {"its length has 64 bits", its_length_has_64_bits, TEST_ONCE},
    {"it goes and comes", it_goes_and_comes, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("messages above 2 GiB", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
