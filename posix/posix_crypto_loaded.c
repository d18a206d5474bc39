// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_crypto.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include "platform/fail.h"

// The one whose headers these are: another may have other functions.
#ifdef OPENSSL_SHLIB_VERSION
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define LIBCRYPTO "libcrypto.so." TEXT(OPENSSL_SHLIB_VERSION)
#else // before OpenSSL 3
#define LIBCRYPTO "libcrypto.so." SHLIB_VERSION_NUMBER
#endif

static mp_posix_crypto_t loaded; // guarded by the lock of digests
static bool is_loaded;

// A pointer to data as one to a function, in the only way that ISO C has.
static bool look_up(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);

    memcpy(function, (const void *) &found, sizeof(found));
    return found != NULL;
}

static bool look_all_up(void *library)
{
    bool all = true;

#define LOOK_UP(name)                                                          \
    all = look_up(library, #name, (void *) &loaded.name) && all;
    MP_POSIX_CRYPTO(LOOK_UP)
#undef LOOK_UP
    return all;
}

static int load(void)
{
    // It has the ends of threads call it, so it must stay.
    void *library = dlopen(LIBCRYPTO, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        const char *why = dlerror();
        return mp__fail(MP_ENOTSUP, 0, "handshakes need " LIBCRYPTO ": %s",
                        why == NULL ? "it cannot be loaded" : why);
    }
    if (!look_all_up(library)) {
        (void) dlclose(library);
        return mp__fail(MP_ENOTSUP, 0,
                        LIBCRYPTO " has not all that handshakes need");
    }
    is_loaded = true; // the library stays open
    return 0;
}

int mp_posix_crypto_open(const mp_posix_crypto_t **crypto)
{
    int r = is_loaded ? 0 : load();

    *crypto = &loaded;
    return r;
}
