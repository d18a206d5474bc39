// SPDX-License-Identifier: Apache-2.0
// Named semaphores on Windows: other objects that have the names already.
#include "tests/support.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

static char name[32];

static void choose_name(void)
{
    static unsigned number;

    (void) snprintf(name, sizeof(name), "foreign-%lld-%u",
                    (long long) test_own_pid(), number++);
}

static const char *object(const char *what)
{
    static char whole[80];

    (void) snprintf(whole, sizeof(whole), "Local\\mp-%s-%s", what, name);
    return whole;
}

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
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, protection,
                                        0, size, object("page"));
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

static const struct test tests[] = {
    {"objects of other kinds are refused", objects_of_other_kinds_are_refused,
     TEST_ONCE},
    {"sections with other contents are refused",
     sections_with_other_contents_are_refused, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("named semaphore, Windows", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
