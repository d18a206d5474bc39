// SPDX-License-Identifier: Apache-2.0
// Events inside, for who waits for others, too.
#ifndef MP_CORE_EVENT_H
#define MP_CORE_EVENT_H

#include <multiprocessing/event.h>

// What it looks like now, and whether it is set or was since then.
uint32_t mp__event_look(const mp_event_t *event);
bool mp__event_was_set(const mp_event_t *event, uint32_t first);
// Sleeps until it is set or cleared, or for some reason less; never past that
// time. The caller is a member.
void mp__event_doze(mp_event_t *event, uint32_t first, int64_t until);

#endif
