// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define V2_ROOT "/sys/fs/cgroup"
#define V2_ROOT_HYBRID "/sys/fs/cgroup/unified"
#define V1_ROOT "/sys/fs/cgroup/%s" // of a controller

static bool read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    bool read = fgets(line, size, file) != NULL;
    (void) fclose(file);
    return read;
}

static int rounded_up(long long quota, long long period)
{
    if (quota <= 0 || period <= 0) {
        return 0;
    }
    long long cpus = (quota - 1) / period + 1;
    return cpus > 65536 ? 65536 : (int) cpus;
}

// "max 100000" or "150000 100000".
static int quota_v2(const char *directory)
{
    char path[PATH_SIZE + 16];
    char line[64];
    char *rest = NULL;

    (void) snprintf(path, sizeof(path), "%s/cpu.max", directory);
    if (!read_line(path, line, sizeof(line))) {
        return 0;
    }
    long long quota = strtoll(line, &rest, 10);
    return rest == line ? 0 : rounded_up(quota, strtoll(rest, NULL, 10));
}

static int quota_v1(const char *directory)
{
    char path[PATH_SIZE + 32];
    char quota[64];
    char period[64];

    (void) snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", directory);
    if (!read_line(path, quota, sizeof(quota))) {
        return 0;
    }
    (void) snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", directory);
    if (!read_line(path, period, sizeof(period))) {
        return 0;
    }
    return rounded_up(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

static int smaller(int a, int b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

// The least quota of a group and of every group above it. A container may not
// show the group's own folder: then the root of what it shows counts.
static int least_quota(const char *root, const char *group,
                       int (*quota)(const char *directory))
{
    char path[PATH_SIZE];
    size_t root_length = strlen(root);
    int least = 0;

    (void) snprintf(path, sizeof(path), "%s%s", root, group);
    for (;;) {
        least = smaller(least, quota(path));
        char *slash = strrchr(path, '/');
        if (slash == NULL || (size_t) (slash - path) < root_length) {
            return smaller(least, quota(root));
        }
        *slash = '\0';
    }
}

// Whether a name is in a list such as "cpu,cpuacct".
static bool names(const char *controllers, const char *controller)
{
    size_t wanted = strlen(controller);

    for (const char *name = controllers; name != NULL;) {
        const char *comma = strchr(name, ',');
        size_t length = comma != NULL ? (size_t) (comma - name) : strlen(name);
        if (length == wanted && strncmp(name, controller, length) == 0) {
            return true;
        }
        name = comma != NULL ? comma + 1 : NULL;
    }
    return false;
}

// A line of /proc/self/cgroup: "0::/group", or "4:cpu,cpuacct:/group".
static bool show_line(char *line, const char *controller,
                      mp_posix_cgroup_fn look, void *context)
{
    char root[64];
    char *controllers = strchr(line, ':');
    char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');

    if (group == NULL) {
        return false;
    }
    *group++ = '\0';
    controllers++;
    group[strcspn(group, "\n")] = '\0';
    if (controllers[0] == '\0') {
        return look(context, V2_ROOT, group, true) ||
               look(context, V2_ROOT_HYBRID, group, true);
    }
    (void) snprintf(root, sizeof(root), V1_ROOT, controller);
    return names(controllers, controller) && look(context, root, group, false);
}

bool mp_posix_cgroup_each(const char *controller, mp_posix_cgroup_fn look,
                          void *context)
{
    char line[PATH_SIZE];
    bool enough = false;

    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) {
        return false;
    }
    while (!enough && fgets(line, sizeof(line), file) != NULL) {
        enough = show_line(line, controller, look, context);
    }
    (void) fclose(file);
    return enough;
}

static bool take_quota(void *context, const char *root, const char *group,
                       bool unified)
{
    int *least = context;

    *least = smaller(*least,
                     least_quota(root, group, unified ? quota_v2 : quota_v1));
    return false;
}

int mp_posix_cgroup_cpus(void)
{
    int least = 0;

    (void) mp_posix_cgroup_each("cpu", take_quota, &least);
    return least;
}
