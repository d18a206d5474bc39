// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/list.h"

#include <stdio.h>
#include <string.h>

#define ITEM_SIZE 64

bool pep_list_next(const char **list, char *item, size_t size)
{
    if (*list == NULL) {
        return false;
    }
    size_t length = strcspn(*list, ",");

    (void) snprintf(item, size, "%.*s", (int) length, *list);
    *list = (*list)[length] == ',' ? *list + length + 1 : NULL;
    return true;
}

bool pep_list_has(const char *list, const char *item)
{
    char each[ITEM_SIZE];

    if (list == NULL) {
        return true;
    }
    while (pep_list_next(&list, each, sizeof(each))) {
        if (strcmp(each, item) == 0) {
            return true;
        }
    }
    return false;
}
