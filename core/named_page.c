// SPDX-License-Identifier: Apache-2.0
#include "core/named_page.h"

#include <stdio.h>
#include <string.h>

#include "core/self.h"
#include "platform/fail.h"

_Static_assert(sizeof(mp__page_t) <= MP_PLAT_NAMED_SIZE - MP_PLAT_NAMED_ROOM,
               "it has room");
_Static_assert(2 * MP__NAME_ROOM <= MP_PLAT_NAMED_NAME,
               "a name of capital letters has room");

static const unsigned char magic[8] = {'m', 'p', 0x9d, 's', 'e', 'm', 0x0a, 0};

// ---- names ----

static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char small[] = "abcdefghijklmnopqrstuvwxyz";
static const char others[] = "0123456789-_.";

static bool is_in(const char *set, char character)
{
    return character != '\0' && strchr(set, character) != NULL;
}

int mp__name_check(const char *name)
{
    size_t length = name == NULL ? 0 : strlen(name);

    if (length == 0 || length >= MP__NAME_ROOM || name[0] == '.') {
        return mp__fail(MP_EINVAL, 0,
                        "the name of a semaphore has 1 to %d characters, and "
                        "no dot in front",
                        MP__NAME_ROOM - 1);
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_in(small, name[i]) && !is_in(capitals, name[i]) &&
            !is_in(others, name[i])) {
            return mp__fail(MP_EINVAL, 0,
                            "the name of a semaphore has letters, digits, - _ "
                            "and . only: %s",
                            name);
        }
    }
    return 0;
}

// As the system has it: some do not tell capital letters from small ones.
static void system_name(char room[MP_PLAT_NAMED_NAME], const char *name)
{
    for (; *name != '\0'; name++) {
        const char *capital = strchr(capitals, *name);
        if (capital != NULL) {
            *room++ = '+';
            *room++ = small[capital - capitals];
        } else {
            *room++ = *name;
        }
    }
    *room = '\0';
}

// ---- what is in a page ----

static void fill(mp__page_t *page, const char *name, uint32_t value,
                 const mp_named_semaphore_options_t *options)
{
    page->version = MP__PAGE_VERSION;
    page->kind = mp_plat_named_kind;
    page->maximum = options->maximum;
    page->persistent = options->persistent;
    (void) snprintf(page->name, sizeof(page->name), "%s", name);
    atomic_store(&page->word, value);
    memcpy(page->magic, magic, sizeof(magic));
}

static int check(const mp__page_t *page, const char *shown)
{
    if (memcmp(page->magic, magic, sizeof(magic)) != 0) {
        return mp__fail(MP_EPROTO, 0, "this is no named semaphore: %s", shown);
    }
    if (page->version != MP__PAGE_VERSION || page->kind != mp_plat_named_kind) {
        return mp__fail(MP_EVERSION, 0,
                        "another build of the library made this named "
                        "semaphore: %s",
                        shown);
    }
    if (page->maximum == 0 || page->maximum > MP_NAMED_SEMAPHORE_MOST ||
        memchr(page->name, '\0', sizeof(page->name)) == NULL) {
        return mp__fail(MP_EPROTO, 0, "this named semaphore is damaged: %s",
                        shown);
    }
    if (atomic_load(&page->removed) != 0) {
        return mp__fail(MP_ENOENT, 0, "this name was removed: %s", shown);
    }
    return 0;
}

// ---- with the lock of names held ----

// `name` is as the system has it.
static int open_locked(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                       const char *name)
{
    int r = mp_plat_named_open(out, lock, name);
    if (r < 0) {
        return r;
    }
    r = check(out->page, name);
    if (r < 0) {
        mp_plat_named_close(out);
    }
    return r;
}

static int create_locked(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                         const char *name, uint32_t value,
                         const mp_named_semaphore_options_t *options)
{
    char place[MP_PLAT_NAMED_NAME];

    system_name(place, name);
    if (!options->exclusive) {
        int r = open_locked(out, lock, place);
        if (r != MP_ENOENT) {
            return r;
        }
    }
    int r = mp_plat_named_create(out, lock, place);
    if (r < 0) {
        return r;
    }
    fill(out->page, name, value, options);
    return mp_plat_named_publish(out, lock, place);
}

// The name goes first: a process that dies in between has removed it, or has
// not begun. A page that is damaged has nobody to be told.
static int remove_locked(const mp_plat_named_lock_t *lock, const char *name)
{
    mp_plat_named_t named = {0};

    int found = open_locked(&named, lock, name);
    int r = mp_plat_named_remove(lock, name);
    if (found == 0) {
        mp__page_t *page = named.page;
        if (r == 0) {
            atomic_store(&page->removed, 1);
        }
        mp_plat_named_close(&named);
    }
    return found == MP_ENOENT ? found : r;
}

typedef struct sweep {
    int removed;
    int code; // of the last failure
} sweep_t;

// What is no page of ours is left to whoever put it there.
static void sweep_one(const mp_plat_named_lock_t *lock, const char *name,
                      void *context)
{
    sweep_t *sweep = context;
    mp_plat_named_t named;

    int r = mp_plat_named_is_open(lock, name);
    if (r == 0) {
        r = open_locked(&named, lock, name);
        if (r == 0) {
            const mp__page_t *page = named.page;
            bool persistent = page->persistent != 0;
            mp_plat_named_close(&named);
            r = persistent ? 0 : mp_plat_named_remove(lock, name);
            sweep->removed += r == 0 && !persistent;
        }
    }
    if (r == MP_EMFILE || r == MP_ENOMEM) {
        sweep->code = r;
    }
}

// ---- the whole of it ----

static int lock_names(mp_plat_named_lock_t *lock)
{
    int r = mp__ready();
    return r < 0 ? r : mp_plat_named_lock(lock);
}

int mp__page_make(mp_plat_named_t *out, const char *name, uint32_t value,
                  const mp_named_semaphore_options_t *options)
{
    mp_plat_named_lock_t lock;

    int r = lock_names(&lock);
    if (r == 0) {
        r = create_locked(out, &lock, name, value, options);
        mp_plat_named_unlock(&lock);
    }
    return r;
}

int mp__page_find(mp_plat_named_t *out, const char *name)
{
    char place[MP_PLAT_NAMED_NAME];
    mp_plat_named_lock_t lock;

    system_name(place, name);
    int r = lock_names(&lock);
    if (r == 0) {
        r = open_locked(out, &lock, place);
        mp_plat_named_unlock(&lock);
    }
    return r;
}

int mp_named_semaphore_unlink(const char *name)
{
    char place[MP_PLAT_NAMED_NAME];
    mp_plat_named_lock_t lock;

    int r = mp__name_check(name);
    if (r == 0) {
        r = lock_names(&lock);
    }
    if (r == 0) {
        system_name(place, name);
        r = remove_locked(&lock, place);
        mp_plat_named_unlock(&lock);
    }
    return r;
}

// Folders that change while they are read may hide a name: it goes on until
// nothing is found.
int mp_named_semaphore_sweep(int *removed)
{
    mp_plat_named_lock_t lock;
    sweep_t sweep = {0, 0};
    int before = 0;

    int r = lock_names(&lock);
    if (r == 0) {
        do {
            before = sweep.removed;
            r = mp_plat_named_list(&lock, sweep_one, &sweep);
        } while (r == 0 && sweep.removed > before);
        mp_plat_named_unlock(&lock);
    }
    if (removed != NULL) {
        *removed = sweep.removed;
    }
    return r < 0 ? r : sweep.code;
}
