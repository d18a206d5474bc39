// SPDX-License-Identifier: Apache-2.0
#include "platform/digest.h"

#include "win32/win32.h"

#include <bcrypt.h>
#include <limits.h>

#include "platform/fail.h"

#define NOT_IMPLEMENTED ((NTSTATUS) 0xC0000002) // Wine's word for it
#define NO_MEMORY ((NTSTATUS) 0xC0000017)
#define NOT_FOUND ((NTSTATUS) 0xC0000225)
#define NOT_SUPPORTED ((NTSTATUS) 0xC00000BB)

static const struct {
    const wchar_t *name; // SHA-3 has none in older headers
    ULONG size;
} algorithms[] = {
    [MP_DIGEST_MD5] = {L"MD5", 16},
    [MP_DIGEST_SHA256] = {L"SHA256", 32},
    [MP_DIGEST_SHA384] = {L"SHA384", 48},
    [MP_DIGEST_SHA3_256] = {L"SHA3-256", 32},
    [MP_DIGEST_SHA3_384] = {L"SHA3-384", 48},
};

static int failed(NTSTATUS status)
{
    int code = MP_ESYSTEM;

    if (status == NOT_FOUND || status == NOT_SUPPORTED ||
        status == NOT_IMPLEMENTED) {
        code = MP_ENOTSUP;
    } else if (status == NO_MEMORY) {
        code = MP_ENOMEM;
    }
    return mp__fail(code, 0, "Windows gives no such HMAC: status 0x%08lx",
                    (unsigned long) status);
}

int mp_plat_hmac(mp_digest_t digest, const void *key, size_t key_size,
                 const void *text, size_t size,
                 unsigned char mac[MP_PLAT_MAC_MOST])
{
    BCRYPT_ALG_HANDLE algorithm = NULL;

    if (key_size > INT_MAX || size > INT_MAX) {
        return mp__fail(MP_EINVAL, 0, "a key of %zu bytes for %zu", key_size,
                        size);
    }
    NTSTATUS status = BCryptOpenAlgorithmProvider(
        &algorithm, algorithms[digest].name, NULL, BCRYPT_ALG_HANDLE_HMAC_FLAG);
    if (status < 0) {
        return failed(status);
    }
    status = BCryptHash(algorithm, (PUCHAR) (uintptr_t) key, (ULONG) key_size,
                        (PUCHAR) (uintptr_t) text, (ULONG) size, mac,
                        algorithms[digest].size);
    (void) BCryptCloseAlgorithmProvider(algorithm, 0);
    return status < 0 ? failed(status) : 0;
}
