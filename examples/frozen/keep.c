// SPDX-License-Identifier: Apache-2.0
// A self-extracting program for every system: it unpacks another program into a
// temporary folder, has it as its child, and removes the folder at the end.
//
//     keep --pack payload app     writes the self-extracting program `app`
#include <multiprocessing.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef _WIN32
#include <direct.h>
#define make_folder(path) _mkdir(path)
#define remove_folder(path) _rmdir(path)
#define SUFFIX ".exe"
#else
#include <unistd.h>
#define make_folder(path) mkdir(path, 0700)
#define remove_folder(path) rmdir(path)
#define SUFFIX ""
#endif

// The file: this program, the payload, the payload's size, the mark.
#define MARK "unpack me"
typedef struct trailer {
    uint64_t size;
    char mark[16];
} trailer_t;

static char folder[1000];
static char program[1100];

static int fail(const char *what)
{
    (void) fprintf(stderr, "%s\n", what);
    return 1;
}

static bool copy(FILE *from, FILE *to, uint64_t most)
{
    static char bytes[1 << 16];
    size_t got = 1;

    while (most > 0 && got > 0) {
        size_t part = most < sizeof(bytes) ? (size_t) most : sizeof(bytes);
        got = fread(bytes, 1, part, from);
        if (fwrite(bytes, 1, got, to) != got) {
            return false;
        }
        most -= got;
    }
    return true;
}

// ---- packing ----

static int pack(const char *own, const char *payload, const char *path)
{
    FILE *self = fopen(own, "rb");
    FILE *in = fopen(payload, "rb");
    FILE *out = fopen(path, "wb");
    trailer_t trailer = {0, MARK};

    if (self == NULL || in == NULL || out == NULL ||
        !copy(self, out, UINT64_MAX)) {
        return fail("packing failed");
    }
    long before = ftell(out);
    bool done = copy(in, out, UINT64_MAX);
    trailer.size = (uint64_t) (ftell(out) - before);
    done = done && fwrite(&trailer, sizeof(trailer), 1, out) == 1;
    (void) fclose(self);
    (void) fclose(in);
    done = fclose(out) == 0 && done;
#ifndef _WIN32
    done = done && chmod(path, 0755) == 0;
#endif
    return done ? 0 : fail("packing failed");
}

// ---- unpacking ----

// A new folder that only this user can look into.
static bool create_folder(void)
{
    const char *where = getenv("TMPDIR");

    where = where != NULL ? where : getenv("TEMP");
    where = where != NULL ? where : "/tmp";
    for (unsigned i = 0; i < 1000; i++) {
        int64_t pid = mp_process_pid(mp_current_process());
        (void) snprintf(folder, sizeof(folder), "%s/app-%lld-%u", where,
                        (long long) pid, i);
        if (make_folder(folder) == 0) {
            (void) snprintf(program, sizeof(program), "%s/payload" SUFFIX,
                            folder);
            return true;
        }
        if (errno != EEXIST) {
            return false;
        }
    }
    return false;
}

static bool unpack(const char *own)
{
    FILE *in = fopen(own, "rb");
    FILE *out = fopen(program, "wb");
    trailer_t trailer = {0, ""};
    long back = -(long) sizeof(trailer);

    bool done = in != NULL && out != NULL && fseek(in, back, SEEK_END) == 0 &&
                fread(&trailer, sizeof(trailer), 1, in) == 1 &&
                memcmp(trailer.mark, MARK, sizeof(MARK)) == 0 &&
                fseek(in, back - (long) trailer.size, SEEK_END) == 0 &&
                copy(in, out, trailer.size);
    if (in != NULL) {
        (void) fclose(in);
    }
    done = out != NULL && fclose(out) == 0 && done;
#ifndef _WIN32
    done = done && chmod(program, 0700) == 0;
#endif
    return done;
}

static void remove_unpacked(void *argument)
{
    (void) argument;
    (void) remove(program);
    (void) remove_folder(folder);
}

// ---- running ----

static int run(void)
{
    mp_process_options_t options = {.context = mp_get_context("spawn"),
                                    .executable = program};
    mp_process_t *app = NULL;

    int r = mp_process_create_by_name(&app, "app", MP_NO_ARGS, &options);
    if (r == 0) {
        r = mp_process_start(app);
    }
    if (r == 0) {
        r = mp_process_join(app, MP_FOREVER);
    }
    int code =
        r == 0 ? mp_process_exitcode(app) : fail(mp_last_error()->message);
    mp_process_destroy(app);
    return code;
}

int main(int argc, char **argv)
{
    // Below 0: behind the join of what still runs in the folder.
    mp_finalize_options_t late = {.priority = -1};
    char *own = NULL;

    mp_freeze_support(argc, argv);
    if (mp_get_executable(&own) < 0) {
        return fail(mp_last_error()->message);
    }
    if (argc == 4 && strcmp(argv[1], "--pack") == 0) {
        int code = pack(own, argv[2], argv[3]);
        mp_free(own);
        return code;
    }
    bool done = create_folder() &&
                mp_finalize(NULL, remove_unpacked, NULL, &late) == 0 &&
                unpack(own);
    mp_free(own);
    return done ? run() : fail("unpacking failed");
}
