// SPDX-License-Identifier: Apache-2.0
// What libcrypto may do to the library: find no memory, refuse a digest, or end
// before it; and what the library may not do to a program that uses it, too.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/opensslv.h>

#include "core/auth.h"
#include "platform/digest.h"

// The allocation of libcrypto that fails, counted down; 0: none, or it has.
static long failing;

static bool fails(void)
{
    return failing > 0 && --failing == 0;
}

static void *allocate(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;
    return fails() ? NULL : malloc(size);
}

static void *reallocate(void *memory, size_t size, const char *file, int line)
{
    (void) file;
    (void) line;
    return fails() ? NULL : realloc(memory, size);
}

static void release(void *memory, const char *file, int line)
{
    (void) file;
    (void) line;
    free(memory);
}

static int compute(mp_digest_t digest)
{
    unsigned char mac[MP_PLAT_MAC_MOST];

    return mp_plat_hmac(digest, "key", 3, "text", 4, mac);
}

static void try_each_allocation(mp_digest_t digest)
{
    bool reached = true;
    long nth = 0;

    assert_int_equal(compute(digest), 0);
    while (reached) {
        failing = ++nth;
        int r = compute(digest);
        reached = failing == 0;
        failing = 0;
        assert_true(r == 0 || (r == MP_ENOMEM && reached));
    }
    assert_int_equal(compute(digest), 0);
    assert_int_equal(ERR_peek_error(), 0);
}

static void each_allocation_may_fail(void)
{
    try_each_allocation(MP_DIGEST_SHA256);
    try_each_allocation(MP_DIGEST_MD5);
}

static void errors_of_the_program_stay(void)
{
    ERR_put_error(ERR_LIB_USER, 0, 7, __FILE__, __LINE__);
    failing = 3;
    (void) compute(MP_DIGEST_SHA256);
    failing = 0;
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 7);
    assert_int_equal(ERR_get_error(), 0);
}

// ---- in a process of its own each ----

static int run_apart(int (*run)(void))
{
    int status = 0;

    (void) fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void) alarm(30);
        _exit(run());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

// As the exit handler does it of a program that brought libcrypto up itself.
static int compute_after_the_end(void)
{
    OPENSSL_cleanup();
    return compute(MP_DIGEST_SHA256) == MP_ESYSTEM ? 0 : 1;
}

static void libcrypto_that_has_ended_is_told(void)
{
    assert_int_equal(compute(MP_DIGEST_SHA256), 0);
    assert_int_equal(run_apart(compute_after_the_end), 0);
}

// ---- a libcrypto that refuses MD5, as under FIPS ----

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/evp.h>

// An old peer is then refused for want of MD5, whatever the policy.
static int compute_without_md5(void)
{
    static const char old[] = "#CHALLENGE#01234567890123456789";
    mp__auth_policy_t policy = {.min_digest = MP_DIGEST_MD5};
    const void *message = NULL;
    size_t size = 0;
    mp__auth_t auth;

    if (compute(MP_DIGEST_MD5) != 0 ||
        mp__auth_begin(&auth, MP__AUTH_ANSWER, "key", 3, &policy) != 0 ||
        mp__auth_next(&auth, NULL, 0, &message, &size) != MP__AUTH_MORE) {
        return 1;
    }
    if (EVP_set_default_properties(NULL, "fips=yes") != 1 ||
        compute(MP_DIGEST_MD5) != MP_ENOTSUP) {
        return 2;
    }
    if (mp__auth_next(&auth, old, sizeof(old) - 1, &message, &size) !=
            MP_EAUTH ||
        strstr(mp_last_error()->message, "md5, which this system does not") ==
            NULL) {
        return 3;
    }
    policy.offer = MP_DIGEST_MD5;
    return mp__auth_begin(&auth, MP__AUTH_ANSWER, "key", 3, &policy) ==
                   MP_ENOTSUP
               ? 0
               : 4;
}

static void md5_may_be_refused(void)
{
    assert_int_equal(run_apart(compute_without_md5), 0);
}
#endif

static const struct test tests[] = {
    {"each allocation may fail", each_allocation_may_fail, TEST_ONCE},
    {"errors of the program stay", errors_of_the_program_stay, TEST_ONCE},
    {"a libcrypto that has ended is told", libcrypto_that_has_ended_is_told,
     TEST_ONCE},
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    {"MD5 may be refused", md5_may_be_refused, TEST_ONCE},
#endif
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1) {
        return 1;
    }
    return test_run("libcrypto", tests, sizeof(tests) / sizeof(tests[0]));
}
