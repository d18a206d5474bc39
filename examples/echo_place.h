// SPDX-License-Identifier: Apache-2.0
// Where echo_server and echo_client meet, and with which key: what their
// command lines have in common.
#ifndef EXAMPLES_ECHO_PLACE_H
#define EXAMPLES_ECHO_PLACE_H

#include <multiprocessing.h>
#include <stdbool.h>
#include <stddef.h>

#define ECHO_PLACE_USAGE                                                       \
    "  ADDRESS            host:port, [::1]:port, a path, or "                  \
    "\\\\.\\pipe\\name\n"                                                      \
    "  --authkey-file F   the key is what stands in this file, without a\n"    \
    "                     newline at its end\n"                                \
    "  --open             no key: whoever reaches the address is served\n"     \
    "  --family F         AF_INET, AF_INET6, AF_UNIX or AF_PIPE, if the\n"     \
    "                     address does not tell\n"                             \
    "  --min-digest D     the weakest digest that is accepted: md5 (Python\n"  \
    "                     3.11 and older), sha256, sha384, sha3_256 or\n"      \
    "                     sha3_384\n"

// All of it in one piece, so that it can be an argument of a process.
typedef struct echo_place {
    char address[1100]; // "": none was named
    mp_family_t family;
    mp_digest_t min_digest;
    bool open;
    bool has_key;
    size_t key_size;
    unsigned char key[MP_AUTHKEY_MOST];
} echo_place_t;

// Reads the word at argv, and the one behind it if it takes a value. Returns
// how many these were; 0 if it is no such option; -1 after it has said what is
// wrong.
int echo_place_option(echo_place_t *place, char **argv);
bool echo_place_address(echo_place_t *place, const char *address);
// Whether a key, or that none is wanted, was named.
bool echo_place_is_whole(const echo_place_t *place);

// A number of the command line, from 0 to `most`.
bool echo_number(const char *text, long long most, long long *number);

#endif
