// SPDX-License-Identifier: Apache-2.0
// How a server tells scripts and tests where it listens: in a file, which is
// there once it does.
#ifndef EXAMPLES_ADDRESS_FILE_H
#define EXAMPLES_ADDRESS_FILE_H

#include <stdbool.h>
#include <stddef.h>

// False after it has said why on stderr.
bool address_file_write(const char *path, const char *address);
// Waits up to 20 seconds for the file.
bool address_file_read(const char *path, char *address, size_t size);

#endif
