// SPDX-License-Identifier: Apache-2.0
// Rows of texts that are ended by NULL. A row of none may be NULL itself.
#ifndef MP_CORE_TEXTS_H
#define MP_CORE_TEXTS_H

// Adds a copy of `text`. MP_ENOMEM: the row is as it was.
int mp__texts_add(char ***texts, const char *text);
// Adds copies of all of `more`, which may be NULL. MP_ENOMEM: of some.
int mp__texts_add_all(char ***texts, char *const *more);
void mp__texts_free(char **texts);

// A change of an environment: "NAME=value", or "NAME". MP_EINVAL: no name.
int mp__environment_check(const char *entry);

#endif
