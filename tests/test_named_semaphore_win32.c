// SPDX-License-Identifier: Apache-2.0
// Named semaphores on Windows: other objects that have the names already.
#include "tests/support.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <sddl.h>

static char name[32];

static void choose_name(void)
{
    static unsigned number;

    (void) snprintf(name, sizeof(name), "foreign-%lld-%u",
                    (long long) test_own_pid(), number++);
}

// ---- this user ----

static union {
    TOKEN_USER token;
    BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
} user;

static void find_user(void)
{
    HANDLE token = NULL;
    DWORD size = 0;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    assert_true(
        GetTokenInformation(token, TokenUser, &user, sizeof(user), &size));
    assert_true(CloseHandle(token));
}

static const char *object(const char *what)
{
    static char whole[300];
    char *sid = NULL;

    find_user();
    assert_true(ConvertSidToStringSidA(user.token.User.Sid, &sid));
    (void) snprintf(whole, sizeof(whole), "Local\\mp-%s-%s-%s", what, sid,
                    name);
    (void) LocalFree(sid);
    return whole;
}

// What is `owner`'s and everybody may open.
static SECURITY_ATTRIBUTES *owned_by(PSID owner)
{
    static SECURITY_DESCRIPTOR descriptor;
    static SECURITY_ATTRIBUTES attributes = {sizeof(attributes), &descriptor,
                                             FALSE};

    assert_true(InitializeSecurityDescriptor(&descriptor,
                                             SECURITY_DESCRIPTOR_REVISION));
    assert_true(SetSecurityDescriptorDacl(&descriptor, TRUE, NULL, FALSE));
    assert_true(SetSecurityDescriptorOwner(&descriptor, owner, FALSE));
    return &attributes;
}

// ---- the objects ----

static void expect(int opened)
{
    mp_named_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_named_semaphore_open(&semaphore, name), opened);
    assert_null(semaphore);
    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 1, NULL),
                     MP_EPROTO);
    assert_null(semaphore);
    assert_int_equal(mp_named_semaphore_sweep(NULL), 0);
}

static void is_free_again(void)
{
    mp_named_semaphore_t *semaphore = NULL;

    assert_int_equal(mp_named_semaphore_create(&semaphore, name, 1, NULL), 0);
    assert_int_equal(mp_named_semaphore_acquire(semaphore, 0), 0);
    mp_named_semaphore_destroy(semaphore);
}

static void objects_of_other_kinds_are_refused(void)
{
    choose_name();
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, object("page"));
    assert_non_null(event);
    expect(MP_EPROTO);
    assert_int_equal(mp_named_semaphore_unlink(name), MP_EPROTO);
    assert_true(CloseHandle(event));
    event = CreateEventA(NULL, TRUE, FALSE, object("wake"));
    assert_non_null(event);
    expect(MP_ENOENT);
    assert_true(CloseHandle(event));
    is_free_again();
}

static void refuse_section(DWORD protection, DWORD size, BYTE filler)
{
    find_user();
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, owned_by(user.token.User.Sid),
                           protection, 0, size, object("page"));
    assert_non_null(section);
    void *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    assert_non_null(view);
    if ((protection & SEC_RESERVE) == 0) {
        memset(view, filler, size);
    }
    expect(MP_EPROTO);
    assert_true(UnmapViewOfFile(view));
    assert_true(CloseHandle(section));
    is_free_again();
}

static void sections_with_other_contents_are_refused(void)
{
    choose_name();
    refuse_section(PAGE_READWRITE, 1, 0);
    refuse_section(PAGE_READWRITE, 4096, 0xff);
    refuse_section(PAGE_READWRITE, 65536, 0);
    refuse_section(PAGE_READWRITE | SEC_RESERVE, 65536, 0);
}

// Whoever may own things as a group makes one that is not this user's.
static void objects_of_others_are_refused(void)
{
    mp_named_semaphore_t *semaphore = NULL;
    BYTE group[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(group);

    choose_name();
    assert_true(
        CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, group, &size));
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, owned_by(group),
                           PAGE_READWRITE, 0, 4096, object("page"));
    if (section == NULL) {
        skip(); // this user may not
    }
    assert_int_equal(mp_named_semaphore_open(&semaphore, name), MP_EACCES);
    assert_null(semaphore);
    assert_int_equal(mp_named_semaphore_unlink(name), MP_EACCES);
    assert_true(CloseHandle(section));
    is_free_again();
}

static const struct test tests[] = {
    {"objects of other kinds are refused", objects_of_other_kinds_are_refused,
     TEST_ONCE},
    {"sections with other contents are refused",
     sections_with_other_contents_are_refused, TEST_ONCE},
    {"objects of others are refused", objects_of_others_are_refused, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("named semaphore, Windows", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
