// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/process.h>

#include <stdlib.h>

#include "core/process.h"
#include "platform/fail.h"

#define AUTHKEY_SIZE 32

// --------------------------------------------------------------------

int mp__authkey_ready(mp_process_t *process)
{
    unsigned char key[AUTHKEY_SIZE];

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool there = process->authkey != NULL;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (there) {
        return 0;
    }
    int r = mp_plat_random(key, sizeof(key));
    void *copy = r < 0 ? NULL : mp__copy_bytes(key, sizeof(key));
    if (copy == NULL) {
        return r < 0 ? r : MP_ENOMEM;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (process->authkey == NULL) {
        process->authkey = copy;
        process->authkey_size = sizeof(key);
        copy = NULL;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    free(copy);
    return 0;
}

int mp_process_authkey(mp_process_t *process, const void **key, size_t *size)
{
    if (process == NULL || key == NULL || size == NULL) {
        return mp__fail(MP_EINVAL, 0, "a NULL pointer for the authkey");
    }
    int r = mp__authkey_ready(process);
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    *key = process->authkey;
    *size = process->authkey_size;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

int mp_process_set_authkey(mp_process_t *process, const void *key, size_t size)
{
    if (process == NULL || (key == NULL && size > 0)) {
        return mp__fail(MP_EINVAL, 0, "a NULL pointer for the authkey");
    }
    void *copy = mp__copy_bytes(key, size);
    if (copy == NULL) {
        return MP_ENOMEM;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    void *old = process->authkey;
    process->authkey = copy;
    process->authkey_size = size;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    free(old);
    return 0;
}
