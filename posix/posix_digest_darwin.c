// SPDX-License-Identifier: Apache-2.0
#include "platform/digest.h"

#include <limits.h>
#include <stdint.h>

#include "platform/fail.h"

// As <CommonCrypto/CommonHMAC.h> has it: what is compiled without Apple's own
// headers has the function, in libSystem, but not the header.
enum { HMAC_MD5 = 1, HMAC_SHA256 = 2, HMAC_SHA384 = 3 };

void CCHmac(uint32_t algorithm, const void *key, size_t key_size,
            const void *text, size_t size, void *mac);

int mp_plat_hmac(mp_digest_t digest, const void *key, size_t key_size,
                 const void *text, size_t size,
                 unsigned char mac[MP_PLAT_MAC_MOST])
{
    uint32_t algorithm = 0;

    if (key_size > INT_MAX) {
        return mp__fail(MP_EINVAL, 0, "a key of %zu bytes", key_size);
    }
    switch (digest) {
    case MP_DIGEST_MD5:
        algorithm = HMAC_MD5;
        break;
    case MP_DIGEST_SHA256:
        algorithm = HMAC_SHA256;
        break;
    case MP_DIGEST_SHA384:
        algorithm = HMAC_SHA384;
        break;
    default:
        return mp__fail(MP_ENOTSUP, 0, "CommonCrypto has no such digest");
    }
    CCHmac(algorithm, key, key_size, text, size, mac);
    return 0;
}
