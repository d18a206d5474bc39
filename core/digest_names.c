// SPDX-License-Identifier: Apache-2.0
#include "core/digest_names.h"

#include <string.h>

static const struct {
    const char *name;
    size_t size;
} digests[] = {
    [MP_DIGEST_DEFAULT] = {NULL, 0},
    [MP_DIGEST_MD5] = {"md5", 16},
    [MP_DIGEST_SHA256] = {"sha256", 32},
    [MP_DIGEST_SHA384] = {"sha384", 48},
    [MP_DIGEST_SHA3_256] = {"sha3_256", 32},
    [MP_DIGEST_SHA3_384] = {"sha3_384", 48},
};

#define COUNT (sizeof(digests) / sizeof(digests[0]))

const char *mp__digest_name(mp_digest_t digest)
{
    return (size_t) digest < COUNT ? digests[digest].name : NULL;
}

size_t mp__digest_size(mp_digest_t digest)
{
    return (size_t) digest < COUNT ? digests[digest].size : 0;
}

size_t mp__digest_put_prefix(mp_digest_t digest, unsigned char *bytes)
{
    size_t length = strlen(digests[digest].name);

    bytes[0] = '{';
    memcpy(bytes + 1, digests[digest].name, length);
    bytes[length + 1] = '}';
    return length + 2;
}

size_t mp__digest_get_prefix(const unsigned char *bytes, size_t size,
                             mp_digest_t *digest)
{
    unsigned char prefix[MP__DIGEST_PREFIX_MOST];

    for (size_t i = MP_DIGEST_MD5; i < COUNT; i++) {
        size_t length = mp__digest_put_prefix((mp_digest_t) i, prefix);
        if (length <= size && memcmp(bytes, prefix, length) == 0) {
            *digest = (mp_digest_t) i;
            return length;
        }
    }
    return 0;
}
