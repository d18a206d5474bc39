// SPDX-License-Identifier: Apache-2.0
// What a child tells its parent over the start channel.
#ifndef MP_CORE_MESSAGE_H
#define MP_CORE_MESSAGE_H

#include <stdint.h>

#include "platform/platform.h"

#define MP__MESSAGE_TEXT_MOST 1000

typedef enum mp__message_kind {
    MP__MESSAGE_STARTED = 1, // the target is found and will run
    MP__MESSAGE_REFUSED,     // it will not; `code` says why, the text explains
    MP__MESSAGE_FAILURE      // the text of mp_failure()
} mp__message_kind_t;

typedef struct mp__message {
    mp__message_kind_t kind;
    int code;
    char text[MP__MESSAGE_TEXT_MOST + 1];
} mp__message_t;

// A longer text is cut.
int mp__message_send(const mp_plat_child_t *other, mp__message_kind_t kind,
                     int code, const char *text, int64_t deadline);

// MP_EPROTO: these bytes are no message (not recorded if it does not wait).
int mp__message_receive(const mp_plat_child_t *other, mp__message_t *message,
                        int64_t deadline);

#endif
