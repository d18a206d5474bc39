// SPDX-License-Identifier: Apache-2.0
// HMACs, by what RFC 2202 (MD5) and RFC 4231 (SHA-2) say they are, and where
// they are computed: in children of all kinds, and in finalizers.
#include "tests/support.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/digest_names.h"
#include "platform/digest.h"

#define HI "Hi There"
#define JEFE "what do ya want for nothing?"
#define FIRST "Test Using Larger Than Block-Size Key - Hash Key First"
#define COUNTED                                                                \
    "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\x10\x11\x12\x13\x14\x15\x16\x17"   \
    "\x18\x19"

// A key or a text is a string, or a byte so many times.
struct part {
    const char *text;
    int byte;
    size_t count;
};

struct vector {
    mp_digest_t digest;
    struct part key;
    struct part text;
    const char *mac;
};

static const struct vector vectors[] = {
    {MP_DIGEST_MD5,
     {NULL, 0x0b, 16},
     {HI, 0, 0},
     "9294727a3638bb1c13f48ef8158bfc9d"},
    {MP_DIGEST_MD5,
     {"Jefe", 0, 0},
     {JEFE, 0, 0},
     "750c783e6ab0b503eaa86e310a5db738"},
    {MP_DIGEST_MD5,
     {NULL, 0xaa, 16},
     {NULL, 0xdd, 50},
     "56be34521d144c88dbb8c733f0e8b3f6"},
    {MP_DIGEST_MD5,
     {COUNTED, 0, 0},
     {NULL, 0xcd, 50},
     "697eaf0aca3a3aea3a75164746ffaa79"},
    {MP_DIGEST_MD5,
     {NULL, 0xaa, 80},
     {FIRST, 0, 0},
     "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
    {MP_DIGEST_MD5, {"", 0, 0}, {"", 0, 0}, "74e6f7298a9c2d168935f58c001bad88"},
    {MP_DIGEST_SHA256,
     {NULL, 0x0b, 20},
     {HI, 0, 0},
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {MP_DIGEST_SHA256,
     {"Jefe", 0, 0},
     {JEFE, 0, 0},
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {MP_DIGEST_SHA256,
     {NULL, 0xaa, 20},
     {NULL, 0xdd, 50},
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {MP_DIGEST_SHA256,
     {COUNTED, 0, 0},
     {NULL, 0xcd, 50},
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {MP_DIGEST_SHA256,
     {NULL, 0xaa, 131},
     {FIRST, 0, 0},
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {MP_DIGEST_SHA256,
     {"", 0, 0},
     {"", 0, 0},
     "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    {MP_DIGEST_SHA384,
     {NULL, 0x0b, 20},
     {HI, 0, 0},
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
     "faea9ea9076ede7f4af152e8b2fa9cb6"},
    {MP_DIGEST_SHA384,
     {"Jefe", 0, 0},
     {JEFE, 0, 0},
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
     "8e2240ca5e69e2c78b3239ecfab21649"},
    {MP_DIGEST_SHA384,
     {NULL, 0xaa, 20},
     {NULL, 0xdd, 50},
     "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
     "2a5ab39dc13814b94e3ab6e101a34f27"},
    {MP_DIGEST_SHA384,
     {NULL, 0xaa, 131},
     {FIRST, 0, 0},
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
     "0c2ef6ab4030fe8296248df163f44952"},
    {MP_DIGEST_SHA3_256,
     {"Jefe", 0, 0},
     {JEFE, 0, 0},
     "c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5"},
    {MP_DIGEST_SHA3_384,
     {"Jefe", 0, 0},
     {JEFE, 0, 0},
     "f1101f8cbf9766fd6764d2ed61903f21ca9b18f57cf3e1a23ca13508a93243ce"
     "48c045dc007f26a21b3f5e0e9df4c20a"},
};

static size_t spell(const struct part *part, char bytes[200])
{
    if (part->text != NULL) {
        (void) snprintf(bytes, 200, "%s", part->text);
        return strlen(part->text);
    }
    memset(bytes, part->byte, part->count);
    return part->count;
}

static void expect_vector(const struct vector *vector)
{
    char key[200];
    char text[200];
    char hex[2 * MP_PLAT_MAC_MOST + 1] = "";
    unsigned char mac[MP_PLAT_MAC_MOST];

    size_t key_size = spell(&vector->key, key);
    size_t size = spell(&vector->text, text);
    int r = mp_plat_hmac(vector->digest, key, key_size, text, size, mac);
    if (r == MP_ENOTSUP && vector->digest >= MP_DIGEST_SHA3_256) {
        return; // not every system has it
    }
    assert_int_equal(r, 0);
    for (size_t i = 0; i < mp__digest_size(vector->digest); i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", mac[i]);
    }
    assert_string_equal(hex, vector->mac);
}

static void hmacs_are_what_the_rfcs_say(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        expect_vector(&vectors[i]);
    }
}

static void endless_keys_are_refused(void)
{
    unsigned char mac[MP_PLAT_MAC_MOST];

    assert_int_equal(
        mp_plat_hmac(MP_DIGEST_SHA256, "k", (size_t) 1 << 31, "t", 1, mac),
        MP_EINVAL);
}

// ---- where they are computed ----

static int compute(void)
{
    unsigned char mac[MP_PLAT_MAC_MOST];

    int r = mp_plat_hmac(MP_DIGEST_SHA256, "Jefe", 4, JEFE, strlen(JEFE), mac);
    return r == 0 && mac[0] == 0x5b && mac[31] == 0x43 ? 0 : 9;
}

static int compute_in_child(const mp_args_t *args)
{
    (void) args;
    return compute();
}
MP_TARGET(compute_in_child)

static const char *method;
static atomic_int failures;
static atomic_bool over;

static int child_once(void)
{
    mp_process_options_t options = {.context = mp_get_context(method)};
    mp_process_t *process = NULL;

    int r = mp_process_create(&process, compute_in_child, NULL, &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    if (r == 0) {
        r = mp_process_join(process, TEST_GUARD_MS);
    }
    if (r == 0) {
        r = mp_process_exitcode(process);
    }
    if (r == MP_ETIMEDOUT) {
        (void) mp_process_kill(process);
        (void) mp_process_join(process, TEST_GUARD_MS);
    }
    mp_process_destroy(process);
    return r;
}

static void compute_or_start(int number)
{
    if (number > 0) {
        while (!atomic_load(&over)) {
            atomic_fetch_add(&failures, compute() != 0);
        }
        return;
    }
    for (int i = 0; i < 15 && atomic_load(&failures) == 0; i++) {
        atomic_fetch_add(&failures, child_once() != 0);
    }
    atomic_store(&over, true);
}

static void children_compute_while_their_parent_does(void)
{
    method = test_method();
    atomic_store(&failures, 0);
    atomic_store(&over, false);
    test_run_threads(3, compute_or_start);
    assert_int_equal(atomic_load(&failures), 0);
}

static void compute_last(void *argument)
{
    (void) argument;
    _Exit(compute() == 0 ? 7 : 8);
}

static int compute_at_exit(const mp_args_t *args)
{
    (void) args;
    int r = compute();
    return r != 0 ? r : mp_at_exit(compute_last, NULL);
}
MP_TARGET(compute_at_exit)

static void finalizers_compute(void)
{
    assert_int_equal(test_call(compute_at_exit, NULL), 7);
}

// Its finalizers run among the exit handlers of all its libraries.
static void finalizers_of_a_whole_program_compute(void)
{
    char path[1000];
    test_program_t program;

    test_program_path("last_digest", path, sizeof(path));
    test_program_start(&program, path, NULL, NULL);
    assert_int_equal(test_program_wait(&program), 7);
}

static const struct test tests[] = {
    {"HMACs are what the RFCs say", hmacs_are_what_the_rfcs_say, TEST_ONCE},
    {"endless keys are refused", endless_keys_are_refused, TEST_ONCE},
    {"children compute while their parent does",
     children_compute_while_their_parent_does, TEST_ALL},
    {"finalizers compute", finalizers_compute, TEST_PROCESSES},
    {"finalizers of a whole program compute",
     finalizers_of_a_whole_program_compute, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("digest", tests, sizeof(tests) / sizeof(tests[0]));
}
