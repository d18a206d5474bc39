// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <string.h>

#include "platform/hash.h"

// As in the file, but for the address of the program, which the loader writes
// anew. A linker's check sum is that of the whole file.
static void hash_headers(unsigned char *id, const IMAGE_NT_HEADERS *headers)
{
    IMAGE_OPTIONAL_HEADER optional = headers->OptionalHeader;
    const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(headers);

    optional.ImageBase = 0;
    mp__hash_into(id, &headers->FileHeader, sizeof(headers->FileHeader));
    mp__hash_into(id, &optional, sizeof(optional));
    mp__hash_into(id, section,
                  headers->FileHeader.NumberOfSections * sizeof(*section));
}

void mp_plat_build_id(unsigned char id[MP_PLAT_BUILD_SIZE])
{
    const unsigned char *program =
        (const unsigned char *) GetModuleHandleW(NULL);
    IMAGE_DOS_HEADER dos;

    memset(id, 0, MP_PLAT_BUILD_SIZE);
    memcpy(&dos, program, sizeof(dos));
    hash_headers(
        id, (const IMAGE_NT_HEADERS *) (const void *) (program + dos.e_lfanew));
}
