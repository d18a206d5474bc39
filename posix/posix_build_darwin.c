// SPDX-License-Identifier: Apache-2.0
// The build of a program is the UUID that its linker wrote; else all that is
// said of how to load it.
#include "posix/posix.h"

#include <mach-o/dyld.h>
#include <mach-o/loader.h>
#include <string.h>

#include "platform/hash.h"

// Modules that a user puts before it are no program.
static const struct mach_header_64 *program_header(void)
{
    uint32_t count = _dyld_image_count();

    for (uint32_t i = 0; i < count; i++) {
        const struct mach_header *header = _dyld_get_image_header(i);
        if (header != NULL && header->magic == MH_MAGIC_64 &&
            header->filetype == MH_EXECUTE) {
            return (const struct mach_header_64 *) (const void *) header;
        }
    }
    return NULL;
}

static bool hash_uuid(unsigned char *id, const struct mach_header_64 *header)
{
    const unsigned char *at = (const unsigned char *) (header + 1);
    struct load_command command;

    for (uint32_t i = 0; i < header->ncmds; i++) {
        memcpy(&command, at, sizeof(command));
        if (command.cmd == LC_UUID) {
            mp__hash_into(id, at, sizeof(struct uuid_command));
            return true;
        }
        at += command.cmdsize;
    }
    return false;
}

void mp_plat_build_id(unsigned char id[MP_PLAT_BUILD_SIZE])
{
    const struct mach_header_64 *header = program_header();

    memset(id, 0, MP_PLAT_BUILD_SIZE);
    if (header != NULL && !hash_uuid(id, header)) {
        mp__hash_into(id, header, sizeof(*header) + header->sizeofcmds);
    }
}
