// SPDX-License-Identifier: Apache-2.0
#include "core/message.h"

#include <string.h>

#include "core/bytes.h"
#include "platform/fail.h"
#include "platform/platform.h"

// magic, kind, code, length of the text: four numbers of 32 bits.
#define MAGIC UINT32_C(0x4d50436d)
#define HEADER_SIZE 16

int mp__message_send(const mp_plat_child_t *other, mp__message_kind_t kind,
                     int code, const char *text, int64_t deadline)
{
    unsigned char bytes[HEADER_SIZE + MP__MESSAGE_TEXT_MOST];
    size_t length = strlen(text);

    if (length > MP__MESSAGE_TEXT_MOST) {
        length = MP__MESSAGE_TEXT_MOST;
    }
    mp__put32(bytes, MAGIC);
    mp__put32(bytes + 4, (uint32_t) kind);
    mp__put32(bytes + 8, (uint32_t) code);
    mp__put32(bytes + 12, (uint32_t) length);
    memcpy(bytes + HEADER_SIZE, text, length);
    return mp_plat_channel_send(other, bytes, HEADER_SIZE + length, deadline);
}

int mp__message_receive(const mp_plat_child_t *other, mp__message_t *message,
                        int64_t deadline)
{
    unsigned char header[HEADER_SIZE];

    int r = mp_plat_channel_receive(other, header, sizeof(header), deadline);
    if (r < 0) {
        return r;
    }
    uint32_t kind = mp__get32(header + 4);
    uint32_t length = mp__get32(header + 12);
    if (mp__get32(header) != MAGIC || kind < MP__MESSAGE_STARTED ||
        kind > MP__MESSAGE_FAILURE || length > MP__MESSAGE_TEXT_MOST) {
        return deadline == MP_PLAT_AT_ONCE
                   ? MP_EPROTO
                   : mp__fail(MP_EPROTO, 0,
                              "the child answered something else than a "
                              "message");
    }
    message->kind = (mp__message_kind_t) kind;
    message->code = (int) mp__get32(header + 8);
    message->text[length] = '\0';
    return mp_plat_channel_receive(other, message->text, length, deadline);
}
