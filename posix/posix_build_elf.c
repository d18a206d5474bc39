// SPDX-License-Identifier: Apache-2.0
// The build of a program is the id that its linker wrote, if it was told to;
// else how the program lies in memory, its header, and the beginning of what
// nobody writes to. Code is left out: a debugger writes its breakpoints there,
// and others their hot patches.
#include "posix/posix.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "platform/hash.h"

#define PART_MOST 16384
#define NOTE_GNU "GNU"

static size_t padded(size_t size)
{
    return (size + 3) & ~(size_t) 3;
}

// Looks for the linker's id among the notes of one part of the program.
static bool hash_note(unsigned char *id, const unsigned char *bytes,
                      size_t size)
{
    ElfW(Nhdr) note;

    while (size >= sizeof(note)) {
        memcpy(&note, bytes, sizeof(note));
        size_t name = padded(note.n_namesz);
        size_t text = padded(note.n_descsz);
        bytes += sizeof(note);
        size -= sizeof(note);
        if (name > size || text > size - name) {
            return false;
        }
        if (note.n_type == NT_GNU_BUILD_ID &&
            note.n_namesz == sizeof(NOTE_GNU) &&
            memcmp(bytes, NOTE_GNU, sizeof(NOTE_GNU)) == 0) {
            mp__hash_into(id, bytes + name, note.n_descsz);
            return true;
        }
        bytes += name + text;
        size -= name + text;
    }
    return false;
}

static const unsigned char *start_of(const struct dl_phdr_info *program, int i)
{
    uintptr_t start =
        (uintptr_t) (program->dlpi_addr + program->dlpi_phdr[i].p_vaddr);

    return (const unsigned char *) start;
}

// How much of the beginning of a part stays as the linker wrote it. The header
// of the file tells its size; some linkers put code behind it.
static size_t lasting(const ElfW(Phdr) * part)
{
    size_t most = part->p_flags == PF_R ? PART_MOST
                  : part->p_offset == 0 ? sizeof(ElfW(Ehdr))
                                        : 0;

    if (part->p_type != PT_LOAD) {
        return 0;
    }
    return part->p_filesz < most ? (size_t) part->p_filesz : most;
}

// Byte by byte and unseen by a sanitizer: between the objects of a program it
// has put what must not be read.
__attribute__((no_sanitize("address"))) static void
hash_part(unsigned char *id, const volatile unsigned char *at, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = at[i];
        mp__hash_into(id, &byte, 1);
    }
}

static void hash_parts(unsigned char *id, const struct dl_phdr_info *program)
{
    for (int i = 0; i < program->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &program->dlpi_phdr[i];
        mp__hash_into(id, part, sizeof(*part));
        hash_part(id, start_of(program, i), lasting(part));
    }
}

// The first module is the program.
static int visit(struct dl_phdr_info *program, size_t size, void *context)
{
    unsigned char *id = context;

    (void) size;
    for (int i = 0; i < program->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &program->dlpi_phdr[i];
        if (part->p_type == PT_NOTE &&
            hash_note(id, start_of(program, i), (size_t) part->p_filesz)) {
            return 1;
        }
    }
    hash_parts(id, program);
    return 1;
}

void mp_plat_build_id(unsigned char id[MP_PLAT_BUILD_SIZE])
{
    memset(id, 0, MP_PLAT_BUILD_SIZE);
    (void) dl_iterate_phdr(visit, id);
}
