// SPDX-License-Identifier: Apache-2.0
// The build of a program is the id that its linker wrote, if it was told to;
// else how the program lies in memory, and the beginning of its code.
#include "posix/posix.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "platform/hash.h"

#define CODE_MOST 16384
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

static void hash_parts(unsigned char *id, const struct dl_phdr_info *program)
{
    for (int i = 0; i < program->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &program->dlpi_phdr[i];
        size_t code =
            part->p_filesz < CODE_MOST ? (size_t) part->p_filesz : CODE_MOST;
        mp__hash_into(id, part, sizeof(*part));
        if (part->p_type == PT_LOAD && part->p_flags == (PF_R | PF_X)) {
            mp__hash_into(id, start_of(program, i), code);
        }
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
