// SPDX-License-Identifier: Apache-2.0
// A program that was started through its loader, as in
//
//     /lib64/ld-linux-x86-64.so.2 --library-path lib ./program a b
//
// which bundles do that bring a C library along. For the system the loader is
// the program then; and its words stand before those that main() sees.
#include "posix/posix.h"

#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix_words.h"

#define SELF "/proc/self/exe"
#define MAPS "/proc/self/maps"

// ---- which module is which file ----

// One line of the list of what is mapped.
typedef struct part {
    uintptr_t start;
    uintptr_t end;
    char *path; // borrowed; NULL: it is of no file
} part_t;

static bool read_part(FILE *maps, char **line, size_t *size, part_t *part)
{
    char *rest = NULL;

    if (getline(line, size, maps) <= 0) {
        return false;
    }
    part->start = strtoul(*line, &rest, 16);
    part->end = *rest == '-' ? strtoul(rest + 1, &rest, 16) : 0;
    part->path = strchr(rest, '/'); // there is none in the fields before it
    if (part->path != NULL) {
        part->path[strcspn(part->path, "\n")] = '\0';
    }
    return true;
}

typedef struct search {
    const part_t *part;
    int visited;
    int found; // which of the modules begins in that part; -1: none
} search_t;

static uintptr_t begin_of(const struct dl_phdr_info *module)
{
    for (int i = 0; i < module->dlpi_phnum; i++) {
        if (module->dlpi_phdr[i].p_type == PT_LOAD) {
            return (uintptr_t) (module->dlpi_addr +
                                module->dlpi_phdr[i].p_vaddr);
        }
    }
    return 0;
}

static int visit(struct dl_phdr_info *module, size_t size, void *context)
{
    search_t *search = context;
    uintptr_t begin = begin_of(module);

    (void) size;
    if (begin != 0 && begin >= search->part->start &&
        begin < search->part->end) {
        search->found = search->visited;
    }
    search->visited++;
    return search->found >= 0;
}

// The program is the first of all modules, whoever loaded it.
static int module_of(const part_t *part)
{
    search_t search = {.part = part, .found = -1};

    (void) dl_iterate_phdr(visit, &search);
    return search.found;
}

// The file of the program if `self`, the file that the system runs, is another
// module; else *path is NULL. A packer has the program in memory only, and
// `self` is none of the modules: it is to be run again as it is.
static int program_beside(const char *self, FILE *maps, char **path)
{
    bool self_is_module = false;
    char *program = NULL;
    char *line = NULL;
    size_t size = 0;
    part_t part;
    int r = 0;

    while (r == 0 && read_part(maps, &line, &size, &part)) {
        int module = part.path == NULL ? -1 : module_of(&part);
        bool is_self = module >= 0 && strcmp(part.path, self) == 0;
        self_is_module = self_is_module || (is_self && module > 0);
        if (module == 0 && !is_self && program == NULL) {
            program = strdup(part.path);
            r = program != NULL ? 0 : mp__fail(MP_ENOMEM, 0, "path");
        }
    }
    free(line);
    if (!self_is_module) {
        free(program);
        program = NULL;
    }
    *path = program;
    return r;
}

int mp_posix_loaded_program(char **path)
{
    char *self = NULL;

    *path = NULL;
    if (getauxval(AT_BASE) != 0) {
        return 0; // the system ran the program, and the loader for it
    }
    FILE *maps = fopen(MAPS, "re");
    if (maps == NULL) {
        return 0;
    }
    int r = mp_posix_read_link(SELF, &self);
    if (r == 0) {
        r = program_beside(self, maps, path);
    }
    if (r == 0 && *path != NULL) {
        mp_posix_cut_mark(*path);
    }
    (void) fclose(maps);
    free(self);
    return r;
}

// ---- the words of a loader ----

// Those of glibc that take no value; all others do. musl's may have it in the
// same word.
static bool has_value_behind(const char *option)
{
    static const char *const alone[] = {"--inhibit-cache", "--list",
                                        "--verify"};

    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
        if (strcmp(option, alone[i]) == 0) {
            return false;
        }
    }
    return strchr(option, '=') == NULL;
}

// Where the program stands in the command line of its loader; 0: nowhere.
static int place_of_program(int argc, char *const *argv)
{
    int at = 1;

    while (at < argc && strncmp(argv[at], "--", 2) == 0) {
        if (argv[at][2] == '\0') { // musl's end of options
            at++;
            break;
        }
        at += has_value_behind(argv[at]) ? 2 : 1;
    }
    return at < argc ? at : 0;
}

int mp_posix_loader_line(char *program, const char **path, char ***words,
                         int *count)
{
    int argc = 0;

    int r = access(program, R_OK) == 0 ? 0 : mp_posix_fail_own(errno, program);
    if (r == 0) {
        r = mp_posix_words_of_file("/proc/self/cmdline", &argc, words);
    }
    if (r < 0) {
        return r;
    }
    int at = place_of_program(argc, *words);
    if (at == 0) {
        free((void *) *words);
        *words = NULL;
        return mp__fail(MP_ESYSTEM, 0,
                        "the words of the program's loader are not known; use "
                        "mp_set_executable()");
    }
    (*words)[at] = program;
    *path = SELF;
    *count = at + 1;
    return 0;
}

static char *name_for_program(char **argv, int at)
{
    for (int i = 1; i < at; i++) {
        if (strcmp(argv[i], "--argv0") == 0 && i + 1 < at) {
            return argv[i + 1];
        }
        if (strncmp(argv[i], "--argv0=", strlen("--argv0=")) == 0) {
            return argv[i] + strlen("--argv0=");
        }
        i += has_value_behind(argv[i]) ? 1 : 0;
    }
    return argv[at];
}

int mp_posix_loader_strip(int *argc, char **argv)
{
    char *program = NULL;

    int r = mp_posix_loaded_program(&program);
    int at = program != NULL ? place_of_program(*argc, argv) : 0;
    free(program);
    if (at > 0) {
        argv[at] = name_for_program(argv, at);
        memmove((void *) argv, (void *) (argv + at),
                (size_t) (*argc - at + 1) * sizeof(*argv));
        *argc -= at;
    }
    return r;
}
