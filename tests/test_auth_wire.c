// SPDX-License-Identifier: Apache-2.0
// Handshakes that Pythons of several versions had with each other, recorded by
// wire/record.py. This library takes each side in turn, with the recorded
// challenges in the place of its own: it must say the same.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/auth.h"

#define LINE 1000
#define BEGIN_SIZE 11 // of "#CHALLENGE#"

static size_t read_hex(const char *hex, unsigned char *bytes)
{
    size_t size = 0;

    for (; hex[0] > ' ' && hex[1] > ' '; hex += 2) {
        const char pair[] = {hex[0], hex[1], '\0'};
        bytes[size++] = (unsigned char) strtoul(pair, NULL, 16);
    }
    return size;
}

// "listener 6b6579": whether the line is of that name.
static bool read_line(const char *line, const char *name, unsigned char *bytes,
                      size_t *size)
{
    size_t length = strlen(name);

    if (strncmp(line, name, length) != 0 || line[length] != ' ') {
        return false;
    }
    *size = read_hex(line + length + 1, bytes);
    return true;
}

struct player {
    const char *name;
    mp__auth_role_t role;
    mp__auth_t auth;
    const void *message;
    size_t size;
    int result;
};

static void play_begin(struct player *player, const void *key, size_t size)
{
    mp__auth_policy_t allowed = {.min_digest = MP_DIGEST_MD5};

    assert_int_equal(
        mp__auth_begin(&player->auth, player->role, key, size, &allowed), 0);
    player->result =
        mp__auth_next(&player->auth, NULL, 0, &player->message, &player->size);
}

static void expect_same(struct player *player, const unsigned char *bytes,
                        size_t size)
{
    if (size > BEGIN_SIZE && memcmp(bytes, "#CHALLENGE#", BEGIN_SIZE) == 0) {
        size -= BEGIN_SIZE;
        memcpy(player->auth.challenge, bytes + BEGIN_SIZE, size);
        player->auth.challenge_size = size;
        return;
    }
    assert_int_equal(player->size, size);
    assert_memory_equal(player->message, bytes, size);
}

static void play_line(struct player *player, const char *line)
{
    unsigned char bytes[LINE];
    char key[20];
    size_t size = 0;

    (void) snprintf(key, sizeof(key), "%s-key", player->name);
    if (read_line(line, key, bytes, &size)) {
        play_begin(player, bytes, size);
    } else if (read_line(line, player->name, bytes, &size)) {
        expect_same(player, bytes, size);
    } else if (strstr(line, "-key") == NULL && line[0] != '#') {
        size = read_hex(strchr(line, ' ') + 1, bytes);
        player->result = mp__auth_next(&player->auth, bytes, size,
                                       &player->message, &player->size);
    }
}

static void play(const char *record, const char *name, mp__auth_role_t role,
                 int result)
{
    char path[LINE];
    char line[LINE];
    struct player player = {.name = name, .role = role};

    (void) snprintf(path, sizeof(path), "%s/%s.txt", TEST_WIRE, record);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        play_line(&player, line);
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    assert_int_equal(player.result, result);
    mp__auth_end(&player.auth);
}

static void expect_record(const char *record, int result)
{
    play(record, "listener", MP__AUTH_LISTENER, result);
    play(record, "client", MP__AUTH_CLIENT, result);
}

static void old_pythons_are_understood(void)
{
    expect_record("3.8-3.8", 0);
    expect_record("3.11-3.11", 0);
    expect_record("3.8-other-key", MP_EAUTH);
}

static void new_pythons_are_understood(void)
{
    expect_record("3.13-3.13", 0);
    expect_record("3.13-other-key", MP_EAUTH);
}

// The old one of the two answers by MD5 what a new one does not ask for, so
// only the new one's side is this library's.
static void mixed_pythons_are_understood(void)
{
    play("3.8-3.13", "client", MP__AUTH_CLIENT, 0);
    play("3.13-3.8", "listener", MP__AUTH_LISTENER, 0);
}

static const struct test tests[] = {
    {"old Pythons are understood", old_pythons_are_understood, TEST_ONCE},
    {"new Pythons are understood", new_pythons_are_understood, TEST_ONCE},
    {"mixed Pythons are understood", mixed_pythons_are_understood, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("recorded handshakes", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
