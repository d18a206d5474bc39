// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/fail.h"

int64_t mp_plat_pid(void)
{
    return (int64_t) GetCurrentProcessId();
}

// No file makes its program run with another user's rights here: rights are
// raised by a service, which starts the program anew and hands it no handle of
// its caller. mp_plat_parent_open() refuses a parent of lower integrity.
bool mp_plat_privileged(void)
{
    return false;
}

int mp_plat_program(char **path)
{
    wchar_t *wide = NULL;
    int r = mp_win32_module_path(NULL, &wide);
    if (r < 0) {
        return r;
    }
    r = mp_win32_to_utf8(wide, path);
    free(wide);
    return r;
}

// What the linker wrote into its header, but for the address, which the system
// changes there.
size_t mp_plat_build(unsigned char bytes[MP_PLAT_BUILD_SIZE])
{
    const char *start = (const char *) GetModuleHandleW(NULL);
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS header;

    memcpy(&dos, start, sizeof(dos));
    memcpy(&header, start + dos.e_lfanew, sizeof(header));
    const DWORD facts[] = {
        header.FileHeader.TimeDateStamp, header.OptionalHeader.CheckSum,
        header.OptionalHeader.SizeOfImage, header.OptionalHeader.SizeOfCode,
        header.OptionalHeader.AddressOfEntryPoint};
    memcpy(bytes, facts, sizeof(facts));
    return sizeof(facts);
}

// A folder, a text or a DLL is there, but cannot be run. What an app of the
// Windows store puts on the path can be run, but nobody may look into it.
static int check_program(const wchar_t *file, const char *path)
{
    DWORD type = 0;
    DWORD attributes = GetFileAttributesW(file);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        return mp_win32_fail_path(GetLastError(), "the executable is not there",
                                  path);
    }
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        return mp__fail(MP_EACCES, 0, "the executable is a folder: %s", path);
    }
    if (!GetBinaryTypeW(file, &type) &&
        GetLastError() != ERROR_CANT_ACCESS_FILE) {
        return mp__fail(MP_EACCES, (int) GetLastError(),
                        "the file is no program: %s", path);
    }
    return 0;
}

static int find_wide(const wchar_t *wide, const char *path, char **absolute)
{
    wchar_t *full = NULL;
    wchar_t *file = NULL;

    int r = mp_win32_absolute(wide, &full);
    if (r == 0) {
        r = mp_win32_openable(full, &file);
    }
    if (r == 0) {
        r = check_program(file, path);
    }
    if (r == 0) {
        r = mp_win32_to_utf8(full, absolute);
    }
    free(file);
    free(full);
    return r;
}

int mp_plat_find_program(const char *path, char **absolute)
{
    wchar_t *wide = NULL;

    if (path[0] == '\0') {
        return mp__fail(MP_EINVAL, 0, "the path of the executable is empty");
    }
    int r = mp_win32_to_wide(path, &wide);
    if (r < 0) {
        return r;
    }
    r = find_wide(wide, path, absolute);
    free(wide);
    return r;
}

// Cut at a whole character. File names are the same in any case, but a module
// is reported as it was spelled when it was loaded, which can differ from
// process to process.
static void copy_name(const char *from, char *name, size_t size)
{
    size_t length = strlen(from);

    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char) from[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    for (size_t i = 0; i < length; i++) {
        bool upper = from[i] >= 'A' && from[i] <= 'Z';
        name[i] = (char) (upper ? from[i] | 0x20 : from[i]);
    }
    name[length] = '\0';
}

void mp_plat_pin(const void *address)
{
    HMODULE module = NULL;

    (void) GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                  GET_MODULE_HANDLE_EX_FLAG_PIN,
                              (LPCWSTR) address, &module);
}

// NULL for the program, and for what is in no module.
static HMODULE module_of(const void *address)
{
    HMODULE module = NULL;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (LPCWSTR) address, &module) ||
        module == GetModuleHandleW(NULL)) {
        return NULL;
    }
    return module;
}

void mp_plat_module(const void *address, char *name, size_t size)
{
    HMODULE module = module_of(address);
    wchar_t *path = NULL;
    char *file = NULL;

    name[0] = '\0';
    if (module == NULL || mp_win32_module_path(module, &path) < 0) {
        return;
    }
    const wchar_t *last = wcsrchr(path, L'\\');
    if (mp_win32_to_utf8(last != NULL ? last + 1 : path, &file) == 0) {
        copy_name(file, name, size);
    }
    free(file);
    free(path);
}

int mp_plat_module_path(const void *address, char **path)
{
    HMODULE module = module_of(address);
    wchar_t *wide = NULL;

    *path = NULL;
    if (module == NULL) {
        return 0;
    }
    int r = mp_win32_module_path(module, &wide);
    if (r == 0) {
        r = mp_win32_to_utf8(wide, path);
    }
    free(wide);
    return r;
}
