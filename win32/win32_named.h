// SPDX-License-Identifier: Apache-2.0
// What the files of named pages tell each other.
#ifndef MP_WIN32_NAMED_H
#define MP_WIN32_NAMED_H

#include "win32/win32.h"

#include "platform/named.h"

// The name of a kernel object: what it is for, whose, and the page's name.
#define MP_WIN32_NAMED_ROOM 256
int mp_win32_named_object(wchar_t object[MP_WIN32_NAMED_ROOM],
                          const wchar_t *what, const mp_win32_only_user_t *only,
                          const char *name);
// MP_EACCES, having closed the object: it is another user's.
int mp_win32_named_check(HANDLE object, const mp_win32_only_user_t *only);

// mp__fail() with the code that a GetLastError() means of such an object.
int mp_win32_named_fail(DWORD error, const char *what, const char *name);

// ---- sleeping (win32_named_sleep.c) ----

// Opens what sleepers of a page sleep at, and makes it first if need be.
int mp_win32_named_waker(intptr_t *waker, const char *name,
                         mp_win32_only_user_t *only);

#endif
