// SPDX-License-Identifier: Apache-2.0
// foreign_host FOLDER PLUG-IN PLUG-IN BARE OTHER: a host that does not know the
// library. It loads plug-ins, has them start processes, and takes their files
// away. Ends with 0, or with the number of the line that went wrong.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing/errors.h>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

typedef struct plugin {
    int (*use_worker)(void);
    int (*call)(int code);
    int (*call_nested)(int code);
    int (*letter)(int letter);
    int (*children)(void);
    const char *(*text)(void);
} plugin_t;

static void *load(const char *path)
{
#ifdef _WIN32
    return (void *) LoadLibraryA(path);
#else
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
#endif
}

static void find(void *module, const char *name, void *place)
{
#ifdef _WIN32
    FARPROC found = GetProcAddress((HMODULE) module, name);
#else
    void *found = dlsym(module, name);
#endif
    memcpy(place, &found, sizeof(found));
}

static bool plugin_load(plugin_t *plugin, const char *path)
{
    void *module = load(path);
    if (module == NULL) {
        return false;
    }
    find(module, "plugin_use_worker", &plugin->use_worker);
    find(module, "plugin_call", &plugin->call);
    find(module, "plugin_call_nested", &plugin->call_nested);
    find(module, "plugin_letter", &plugin->letter);
    find(module, "plugin_children", &plugin->children);
    find(module, "plugin_text", &plugin->text);
    return plugin->use_worker != NULL && plugin->call != NULL &&
           plugin->call_nested != NULL && plugin->letter != NULL &&
           plugin->children != NULL && plugin->text != NULL;
}

static bool copy(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    size_t size = 0;
    bool good = in != NULL && out != NULL;

    while (good && (size = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        good = fwrite(bytes, 1, size, out) == size;
    }
    good = in != NULL && fclose(in) == 0 && good;
    return out != NULL && fclose(out) == 0 && good;
}

static bool expect(const plugin_t *plugin, int got, int wanted, int line)
{
    if (got != wanted) {
        (void) fprintf(stderr, "line %d: %d instead of %d: %s\n", line, got,
                       wanted, plugin->text());
    }
    return got == wanted;
}

#define EXPECT(plugin, got, wanted)                                            \
    do {                                                                       \
        if (!expect(plugin, got, wanted, __LINE__)) {                          \
            return 1;                                                          \
        }                                                                      \
    } while (0)

// 0 if the last failure says this.
static int says(const plugin_t *plugin, const char *part)
{
    return strstr(plugin->text(), part) != NULL ? 0 : 1;
}

static int works(const plugin_t *plugin, int number)
{
    EXPECT(plugin, plugin->use_worker(), 0);
    EXPECT(plugin, plugin->call(7), number * 100 + 7);
    EXPECT(plugin, plugin->call(60), 60);
    EXPECT(plugin, says(plugin, "plug-in "), 0);
    EXPECT(plugin, plugin->letter('x'), 'x');
    EXPECT(plugin, plugin->children(), 0);
    return 0;
}

// What stands in place of the plug-in's file when its child is started.
static int fails_well(const plugin_t *plugin, const char *path, char **others)
{
    EXPECT(plugin, plugin->call(1), MP_ENOENT);
    EXPECT(plugin, says(plugin, "cannot load the module"), 0);
    if (!copy(others[0], path)) {
        return 2;
    }
    EXPECT(plugin, plugin->call(1), MP_ETARGET);
    EXPECT(plugin, says(plugin, "mp_plugin_entry"), 0);
    (void) remove(path);
    if (!copy(others[1], path)) {
        return 3;
    }
    EXPECT(plugin, plugin->call(1), MP_EVERSION);
    (void) remove(path);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs("no module", file) < 0 || fclose(file) != 0) {
        return 4;
    }
    EXPECT(plugin, plugin->call(1), MP_EACCES);
    EXPECT(plugin, says(plugin, "cannot load the module"), 0);
    EXPECT(plugin, plugin->children(), 0);
    (void) remove(path);
    return 0;
}

// A copy of a plug-in, in whose place other files are put while it is loaded.
static int run_copy(const char *folder, char **files)
{
    char path[1000];
    char moved[1010];
    plugin_t plugin;

    (void) snprintf(path, sizeof(path), "%s/moving-\xc3\xa4.module", folder);
    (void) snprintf(moved, sizeof(moved), "%s/moved.module", folder);
#ifdef _WIN32 // whose char functions know no UTF-8
    (void) snprintf(path, sizeof(path), "%s/moving.module", folder);
#endif
    (void) remove(moved);
    (void) remove(path);
    if (!copy(files[0], path) || !plugin_load(&plugin, path)) {
        return 5;
    }
    int r = works(&plugin, 1);
    if (r == 0 && rename(path, moved) != 0) {
        return 6;
    }
    return r == 0 ? fails_well(&plugin, path, files + 2) : r;
}

int main(int argc, char **argv)
{
    plugin_t first;
    plugin_t second;

    if (argc != 6 || !plugin_load(&first, argv[2]) ||
        !plugin_load(&second, argv[3])) {
        return 10;
    }
    if (works(&first, 1) != 0 || works(&second, 2) != 0) {
        return 11;
    }
    EXPECT(&first, first.call(7), 107); // with the other beside it
    EXPECT(&second, second.call(7), 207);
    EXPECT(&first, first.call_nested(60), 60);
    EXPECT(&second, second.call_nested(60), 60);
    return run_copy(argv[1], argv + 2);
}
