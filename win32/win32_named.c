// SPDX-License-Identifier: Apache-2.0
// A named page is a named section that the page file holds, for this user only.
// The kernel removes it with its last handle, in whatever way the processes
// end: nothing is left that could be listed or swept. A mutex of the kernel's
// is the lock; a process that dies with it abandons it.
#include "win32/win32_named.h"

#include <sddl.h>
#include <stdio.h>

#include "platform/fail.h"

#define PATIENCE_MS 5000

// In the namespace of the session, which other users may have programs in.
int mp_win32_named_object(wchar_t object[MP_WIN32_NAMED_ROOM],
                          const wchar_t *what, const mp_win32_only_user_t *only,
                          const char *name)
{
    wchar_t *user = NULL;

    if (!ConvertSidToStringSidW(only->user.token.User.Sid, &user)) {
        return mp_win32_fail(GetLastError(), "the name of this user");
    }
    (void) _snwprintf(object, MP_WIN32_NAMED_ROOM, L"Local\\mp-%ls-%ls-%hs",
                      what, user, name);
    object[MP_WIN32_NAMED_ROOM - 1] = L'\0';
    (void) LocalFree(user);
    return 0;
}

// Anybody in the session can take the name first, and let this user in.
int mp_win32_named_check(HANDLE object, const mp_win32_only_user_t *only)
{
    if (mp_win32_is_users(object, only)) {
        return 0;
    }
    (void) CloseHandle(object);
    return mp__fail(MP_EACCES, 0,
                    "what has the name of a named semaphore of this user is "
                    "not this user's");
}

// An invalid handle is what the system says of a name that an object of another
// kind has.
int mp_win32_named_fail(DWORD error, const char *what, const char *name)
{
    if (error == ERROR_INVALID_HANDLE) {
        return mp__fail(MP_EPROTO, (int) error,
                        "this is no named semaphore: %s", name);
    }
    return mp_win32_fail_path(error, what, name);
}

// ---- the lock ----

static int open_mutex(HANDLE *mutex)
{
    wchar_t object[MP_WIN32_NAMED_ROOM];
    mp_win32_only_user_t only;

    int r = mp_win32_only_user(&only);
    if (r == 0) {
        r = mp_win32_named_object(object, L"lock", &only, "");
    }
    if (r < 0) {
        return r;
    }
    *mutex = CreateMutexW(&only.attributes, FALSE, object);
    if (*mutex == NULL) {
        return mp_win32_fail(GetLastError(), "the lock of named semaphores");
    }
    return mp_win32_named_check(*mutex, &only);
}

int mp_plat_named_lock(mp_plat_named_lock_t *lock)
{
    HANDLE mutex = NULL;

    int r = open_mutex(&mutex);
    if (r < 0) {
        return r;
    }
    DWORD result = WaitForSingleObject(mutex, PATIENCE_MS);
    if (result != WAIT_OBJECT_0 && result != WAIT_ABANDONED) {
        r = result == WAIT_TIMEOUT
                ? mp__fail(MP_ETIMEDOUT, 0,
                           "another process has been at the names of "
                           "semaphores for seconds; it may be stopped")
                : mp_win32_fail(GetLastError(), "the lock of named semaphores");
        (void) CloseHandle(mutex);
        return r;
    }
    *lock = (mp_plat_named_lock_t){(intptr_t) mutex, 0};
    return 0;
}

void mp_plat_named_unlock(mp_plat_named_lock_t *lock)
{
    (void) ReleaseMutex((HANDLE) lock->handle);
    (void) CloseHandle((HANDLE) lock->handle);
}

// ---- pages ----

// A view is in whole pages; those that are reserved only could not be used.
static int map(void **page, HANDLE section, const char *name)
{
    MEMORY_BASIC_INFORMATION view = {0};

    *page = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (*page == NULL) {
        return mp_win32_fail(GetLastError(),
                             "a named semaphore cannot be mapped");
    }
    if (VirtualQuery(*page, &view, sizeof(view)) == 0 ||
        view.State != MEM_COMMIT || view.RegionSize < MP_PLAT_NAMED_SIZE) {
        (void) UnmapViewOfFile(*page);
        return mp__fail(MP_EPROTO, 0, "this is no named semaphore: %s", name);
    }
    return 0;
}

// Takes over the section, or closes it.
static int complete(mp_plat_named_t *out, HANDLE section, const char *name,
                    mp_win32_only_user_t *only)
{
    mp_plat_named_t named = {NULL, (intptr_t) section, MP_PLAT_NONE};

    int r = mp_win32_named_waker(&named.waker, name, only);
    if (r < 0) {
        (void) CloseHandle(section);
        return r;
    }
    r = map(&named.page, section, name);
    if (r < 0) {
        (void) CloseHandle((HANDLE) named.waker);
        (void) CloseHandle(section);
        return r;
    }
    *out = named;
    return 0;
}

int mp_plat_named_create(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                         const char *name)
{
    wchar_t object[MP_WIN32_NAMED_ROOM];
    mp_win32_only_user_t only;

    (void) lock;
    int r = mp_win32_only_user(&only);
    if (r == 0) {
        r = mp_win32_named_object(object, L"page", &only, name);
    }
    if (r < 0) {
        return r;
    }
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, &only.attributes,
                           PAGE_READWRITE, 0, MP_PLAT_NAMED_SIZE, object);
    DWORD error = GetLastError(); // of a name that is there it is set, too
    if (section == NULL) {
        return mp_win32_named_fail(error, "a named semaphore cannot be made",
                                   name);
    }
    if (error == ERROR_ALREADY_EXISTS) {
        (void) CloseHandle(section);
        return mp__fail(MP_EEXIST, (int) error,
                        "there is such a name already: %s", name);
    }
    return complete(out, section, name, &only);
}

// It has its name already, and nobody opens it before the lock is free.
int mp_plat_named_publish(mp_plat_named_t *named,
                          const mp_plat_named_lock_t *lock, const char *name)
{
    (void) named;
    (void) lock;
    (void) name;
    return 0;
}

static int open_section(HANDLE *section, mp_win32_only_user_t *only,
                        const char *name)
{
    wchar_t object[MP_WIN32_NAMED_ROOM];

    int r = mp_win32_only_user(only);
    if (r == 0) {
        r = mp_win32_named_object(object, L"page", only, name);
    }
    if (r < 0) {
        return r;
    }
    *section = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE | READ_CONTROL,
                                FALSE, object);
    if (*section == NULL) {
        return mp_win32_named_fail(
            GetLastError(), "the name of a semaphore cannot be opened", name);
    }
    return mp_win32_named_check(*section, only);
}

int mp_plat_named_open(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                       const char *name)
{
    mp_win32_only_user_t only;
    HANDLE section = NULL;

    (void) lock;
    int r = open_section(&section, &only, name);
    return r < 0 ? r : complete(out, section, name, &only);
}

int mp_plat_named_remove(const mp_plat_named_lock_t *lock, const char *name)
{
    mp_win32_only_user_t only;
    HANDLE section = NULL;

    (void) lock;
    int r = open_section(&section, &only, name);
    if (r == 0) {
        (void) CloseHandle(section); // the name ends by itself
    }
    return r;
}

int mp_plat_named_is_open(const mp_plat_named_lock_t *lock, const char *name)
{
    mp_win32_only_user_t only;
    HANDLE section = NULL;

    (void) lock;
    int r = open_section(&section, &only, name);
    if (r < 0) {
        return r;
    }
    (void) CloseHandle(section);
    return 1;
}

int mp_plat_named_list(const mp_plat_named_lock_t *lock,
                       void (*visit)(const mp_plat_named_lock_t *lock,
                                     const char *name, void *context),
                       void *context)
{
    (void) lock;
    (void) visit;
    (void) context;
    return 0;
}

void mp_plat_named_close(mp_plat_named_t *named)
{
    if (named->page != NULL) {
        (void) UnmapViewOfFile(named->page);
        (void) CloseHandle((HANDLE) named->hold);
        (void) CloseHandle((HANDLE) named->waker);
        named->page = NULL;
    }
}
