// SPDX-License-Identifier: Apache-2.0
// Links as the tests use them: whole messages of known size, under the guard,
// whether the link keeps messages or bytes.
#ifndef MP_TESTS_LINKS_H
#define MP_TESTS_LINKS_H

#include "platform/link.h"
#include "tests/support.h"

int64_t link_guard(void);            // a deadline
int64_t link_soon(int milliseconds); // another

// One piece. The code of the call; it has sent all, or failed.
int link_put(const mp_plat_link_t *link, const void *bytes, size_t size);
int link_take(const mp_plat_link_t *link, void *bytes, size_t size);

// Both assert: nothing lost and nothing changed on the way there.
void link_carries(const mp_plat_link_t *from, const mp_plat_link_t *to,
                  size_t size);
void link_close_both(mp_plat_link_t ends[2]);

// What byte number `at` of a message for tests is; a buffer of such bytes,
// freed with free(); and whether one holds them, from number `at` on.
unsigned char link_byte(size_t at);
unsigned char *link_bytes(size_t size);
bool link_are_bytes(const unsigned char *bytes, size_t size, size_t at);

#endif
