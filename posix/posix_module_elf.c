// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- the build ----

typedef struct build {
    unsigned char *bytes;
    size_t size;
} build_t;

static size_t padded(size_t size)
{
    return (size + 3) & ~(size_t) 3;
}

// The notes of one segment: each a header, a name, and bytes.
static void look_into_notes(const unsigned char *notes, size_t left,
                            build_t *build)
{
    ElfW(Nhdr) note;

    while (left >= sizeof(note)) {
        memcpy(&note, notes, sizeof(note));
        size_t name = padded(note.n_namesz);
        size_t size = sizeof(note) + name + padded(note.n_descsz);
        if (size > left) {
            return;
        }
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
            memcmp(notes + sizeof(note), "GNU", 4) == 0) {
            build->size = note.n_descsz < MP_PLAT_BUILD_SIZE
                              ? note.n_descsz
                              : MP_PLAT_BUILD_SIZE;
            memcpy(build->bytes, notes + sizeof(note) + name, build->size);
            return;
        }
        notes += size;
        left -= size;
    }
}

static int visit_program(struct dl_phdr_info *program, size_t size,
                         void *context)
{
    (void) size;
    for (int i = 0; i < program->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &program->dlpi_phdr[i];
        if (part->p_type == PT_NOTE) {
            look_into_notes(
                (const unsigned char *) (program->dlpi_addr + part->p_vaddr),
                part->p_memsz, context);
        }
    }
    return 1; // the first is the program
}

// What the linker gave it, which not every linker does.
size_t mp_plat_build(unsigned char bytes[MP_PLAT_BUILD_SIZE])
{
    build_t build = {bytes, 0};

    (void) dl_iterate_phdr(visit_program, &build);
    return build.size;
}

// ---- modules ----

typedef struct search {
    uintptr_t address;
    const char *path;
} search_t;

static bool holds(const struct dl_phdr_info *module, uintptr_t address)
{
    for (int i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &module->dlpi_phdr[i];
        uintptr_t start = (uintptr_t) (module->dlpi_addr + part->p_vaddr);
        if (part->p_type == PT_LOAD && address >= start &&
            address - start < part->p_memsz) {
            return true;
        }
    }
    return false;
}

static int visit(struct dl_phdr_info *module, size_t size, void *context)
{
    search_t *search = context;

    (void) size;
    if (!holds(module, search->address)) {
        return 0;
    }
    search->path = module->dlpi_name;
    return 1;
}

void mp_plat_pin(const void *address)
{
    search_t search = {.address = (uintptr_t) address, .path = ""};

    (void) dl_iterate_phdr(visit, &search);
    if (search.path[0] != '\0') {
        (void) dlopen(search.path, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    }
}

// The program itself is the one module without a path.
void mp_plat_module(const void *address, char *name, size_t size)
{
    search_t search = {.address = (uintptr_t) address, .path = ""};

    (void) dl_iterate_phdr(visit, &search);
    const char *slash = strrchr(search.path, '/');
    (void) snprintf(name, size, "%s", slash != NULL ? slash + 1 : search.path);
}

int mp_plat_module_path(const void *address, char **path)
{
    search_t search = {.address = (uintptr_t) address, .path = ""};

    *path = NULL;
    (void) dl_iterate_phdr(visit, &search);
    if (search.path[0] != '\0') {
        *path = realpath(search.path, NULL);
    }
    return search.path[0] == '\0' || *path != NULL
               ? 0
               : mp_posix_fail_path(errno, "a module's file is missing",
                                    search.path);
}
