// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <string.h>

static DWORD integrity_of(HANDLE token, DWORD *integrity)
{
    union {
        TOKEN_MANDATORY_LABEL label;
        BYTE room[sizeof(TOKEN_MANDATORY_LABEL) + SECURITY_MAX_SID_SIZE];
    } info;
    DWORD size = 0;

    if (!GetTokenInformation(token, TokenIntegrityLevel, &info, sizeof(info),
                             &size)) {
        return GetLastError();
    }
    PSID sid = info.label.Label.Sid;
    DWORD last = *GetSidSubAuthorityCount(sid) - 1U;
    *integrity = *GetSidSubAuthority(sid, last);
    return 0;
}

int mp_win32_user_of(HANDLE process, mp_win32_user_t *user, DWORD *integrity)
{
    HANDLE token = NULL;
    DWORD size = 0;
    DWORD error = 0;

    if (!OpenProcessToken(process, TOKEN_QUERY, &token)) {
        return mp_win32_fail(GetLastError(), "the user of a process");
    }
    if (!GetTokenInformation(token, TokenUser, user, sizeof(*user), &size)) {
        error = GetLastError();
    } else {
        error = integrity_of(token, integrity);
    }
    (void) CloseHandle(token);
    return error == 0 ? 0 : mp_win32_fail(error, "the user of a process");
}

// The rights to a file are also those to a pipe and to a section. The owner is
// said, as what an administrator makes with raised rights is the group's else.
int mp_win32_only_user(mp_win32_only_user_t *only)
{
    DWORD integrity = 0;

    memset(&only->user, 0, sizeof(only->user));
    int r = mp_win32_user_of(GetCurrentProcess(), &only->user, &integrity);
    if (r < 0) {
        return r;
    }
    PSID user = only->user.token.User.Sid;
    if (!InitializeAcl(&only->access.list, sizeof(only->access),
                       ACL_REVISION) ||
        !AddAccessAllowedAce(&only->access.list, ACL_REVISION, FILE_ALL_ACCESS,
                             user) ||
        !InitializeSecurityDescriptor(&only->descriptor,
                                      SECURITY_DESCRIPTOR_REVISION) ||
        !SetSecurityDescriptorOwner(&only->descriptor, user, FALSE) ||
        !SetSecurityDescriptorDacl(&only->descriptor, TRUE, &only->access.list,
                                   FALSE)) {
        return mp_win32_fail(GetLastError(), "the rights of this user");
    }
    only->attributes = (SECURITY_ATTRIBUTES){
        .nLength = sizeof(only->attributes),
        .lpSecurityDescriptor = &only->descriptor,
        .bInheritHandle = FALSE,
    };
    return 0;
}

bool mp_win32_is_users(HANDLE object, const mp_win32_only_user_t *only)
{
    union {
        SECURITY_DESCRIPTOR descriptor;
        BYTE room[sizeof(SECURITY_DESCRIPTOR) + SECURITY_MAX_SID_SIZE];
    } info;
    PSID owner = NULL;
    BOOL unused = FALSE;
    DWORD size = 0;

    return GetKernelObjectSecurity(object, OWNER_SECURITY_INFORMATION,
                                   &info.descriptor, sizeof(info), &size) &&
           GetSecurityDescriptorOwner(&info.descriptor, &owner, &unused) &&
           owner != NULL && EqualSid(owner, only->user.token.User.Sid);
}
