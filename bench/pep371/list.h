// SPDX-License-Identifier: Apache-2.0
// Lists as they are given on a command line: "a,b,c".
#ifndef PEP_LIST_H
#define PEP_LIST_H

#include <stdbool.h>
#include <stddef.h>

// Copies the next item of *list and moves *list behind it; false at the end.
// An item that does not fit is cut.
bool pep_list_next(const char **list, char *item, size_t size);

// Whether `item` is in the list; a NULL list has every item.
bool pep_list_has(const char *list, const char *item);

#endif
