// SPDX-License-Identifier: Apache-2.0
// auth_peer ROLE KEY MIN_DIGEST OFFER: one side of a handshake, whose other
// side is at its standard input and output, with Python's framing. The digests
// are numbers of mp_digest_t. Its exit code is 0, or 1 with the reason on
// standard error, or 2 for what is no refusal.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/auth.h"
#include <multiprocessing.h>

static mp__auth_role_t role_of(const char *name)
{
    const char *names[] = {"listener", "client", "deliver", "answer"};

    for (int i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (mp__auth_role_t) (i + 1);
        }
    }
    exit(2);
}

static bool send_message(const void *message, size_t size)
{
    unsigned char header[4] = {0, 0, 0, (unsigned char) size};

    return fwrite(header, 1, 4, stdout) == 4 &&
           fwrite(message, 1, size, stdout) == size && fflush(stdout) == 0;
}

static bool receive_message(unsigned char *message, size_t *size)
{
    unsigned char header[4];

    if (fread(header, 1, 4, stdin) != 4) {
        return false;
    }
    *size = (size_t) header[2] << 8 | header[3];
    return header[0] == 0 && header[1] == 0 && *size <= MP__AUTH_MESSAGE_MOST &&
           fread(message, 1, *size, stdin) == *size;
}

static int shake(mp__auth_t *auth)
{
    unsigned char received[MP__AUTH_MESSAGE_MOST];
    size_t received_size = 0;
    const void *message = NULL;
    size_t size = 0;

    int r = mp__auth_next(auth, NULL, 0, &message, &size);
    for (;;) {
        if (message != NULL && !send_message(message, size)) {
            return 2;
        }
        if (r != MP__AUTH_MORE) {
            return r;
        }
        if (!receive_message(received, &received_size)) {
            (void) fprintf(stderr, "the peer went away\n");
            return 2;
        }
        r = mp__auth_next(auth, received, received_size, &message, &size);
    }
}

int main(int argc, char **argv)
{
    mp__auth_t auth;

    mp_freeze_support(argc, argv);
    if (argc != 5) {
        return 2;
    }
    mp__auth_policy_t policy = {(mp_digest_t) strtol(argv[3], NULL, 10),
                                (mp_digest_t) strtol(argv[4], NULL, 10)};
    int r = mp__auth_begin(&auth, role_of(argv[1]), argv[2], strlen(argv[2]),
                           &policy);
    if (r == 0) {
        r = shake(&auth);
        mp__auth_end(&auth);
    }
    if (r < 0) {
        (void) fprintf(stderr, "%s\n", mp_last_error()->message);
    }
    return r == MP_EAUTH ? 1 : r == 0 ? 0 : 2;
}
