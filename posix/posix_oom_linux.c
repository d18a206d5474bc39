// SPDX-License-Identifier: Apache-2.0
// The kernel does not say of a process that it died for want of memory. It
// counts such ends for each control group.
#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posix/posix_cgroup.h"

#define TEXT_SIZE 1024
#define COUNT_NAME "oom_kill "

static char counter[MP_POSIX_CGROUP_PATH]; // the file; "" if there is none
static int64_t known;                      // of its count; these are explained

int64_t mp_posix_oom_kills(const char *text)
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, COUNT_NAME, strlen(COUNT_NAME)) == 0) {
            const char *number = line + strlen(COUNT_NAME);
            char *rest = NULL;
            long long count = strtoll(number, &rest, 10);
            return rest == number || count < 0 ? -1 : count;
        }
    }
    return -1;
}

static int64_t read_count(const char *path)
{
    char text[TEXT_SIZE];

    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return -1;
    }
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    (void) fclose(file);
    text[size] = '\0';
    return mp_posix_oom_kills(text);
}

static bool try_counter(const char *root, const char *group, const char *name)
{
    int length =
        snprintf(counter, sizeof(counter), "%s%s/%s", root, group, name);

    known = length > 0 && (size_t) length < sizeof(counter)
                ? read_count(counter)
                : -1;
    return known >= 0;
}

// A container may not show the group's own folder, but the root of its groups.
static bool look(void *unused, const char *root, const char *group,
                 bool unified)
{
    const char *name = unified ? "memory.events" : "memory.oom_control";

    (void) unused;
    return try_counter(root, group, name) || try_counter(root, "", name);
}

void mp_plat_oom_begin(void)
{
    if (!mp_posix_cgroup_each("memory", look, NULL)) {
        counter[0] = '\0';
    }
}

bool mp_plat_oom_seen(void)
{
    int64_t count = counter[0] == '\0' ? -1 : read_count(counter);

    if (count <= known) {
        return false;
    }
    known++;
    return true;
}
