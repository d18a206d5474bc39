// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <crt_externs.h>
#include <dlfcn.h>
#include <errno.h>
#include <mach-o/loader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t mp_plat_build(unsigned char bytes[MP_PLAT_BUILD_SIZE])
{
    const struct mach_header_64 *header = _NSGetMachExecuteHeader();
    const char *at = (const char *) (header + 1);
    struct load_command command;
    struct uuid_command id;

    for (uint32_t i = 0; i < header->ncmds; i++) {
        memcpy(&command, at, sizeof(command));
        if (command.cmd == LC_UUID) {
            memcpy(&id, at, sizeof(id));
            memcpy(bytes, id.uuid, sizeof(id.uuid));
            return sizeof(id.uuid);
        }
        at += command.cmdsize;
    }
    return 0;
}

void mp_plat_pin(const void *address)
{
    Dl_info info;

    if (dladdr(address, &info) != 0 && info.dli_fname != NULL) {
        (void) dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    }
}

// The program itself is the one module of type MH_EXECUTE.
void mp_plat_module(const void *address, char *name, size_t size)
{
    Dl_info info;

    (void) snprintf(name, size, "%s", "");
    if (dladdr(address, &info) == 0 || info.dli_fname == NULL) {
        return;
    }
    const struct mach_header *header = info.dli_fbase;
    if (header->filetype != MH_EXECUTE) {
        const char *slash = strrchr(info.dli_fname, '/');
        (void) snprintf(name, size, "%s",
                        slash != NULL ? slash + 1 : info.dli_fname);
    }
}

int mp_plat_module_path(const void *address, char **path)
{
    Dl_info info;

    *path = NULL;
    if (dladdr(address, &info) == 0 || info.dli_fname == NULL) {
        return 0;
    }
    const struct mach_header *header = info.dli_fbase;
    if (header->filetype == MH_EXECUTE) {
        return 0;
    }
    *path = realpath(info.dli_fname, NULL);
    return *path != NULL
               ? 0
               : mp_posix_fail_path(errno, "a module's file is missing",
                                    info.dli_fname);
}
