// SPDX-License-Identifier: Apache-2.0
// Pickles, for the rest of the library.
#ifndef MP_CORE_PICKLE_H
#define MP_CORE_PICKLE_H

#include <multiprocessing/pickle.h>

#include "core/any.h"
#include "core/transit.h"

// Shared objects travel as multiprocessing_c.Ref(family, offset, generation,
// type, transit) to a side that is proven to be of this family. `transits`, or
// `family`, say that it is; without it one that is to be written is an error,
// and one that is read is an object like any other. Whoever writes finishes the
// transits, whatever comes of it.
int mp__pickle_write(void **bytes, size_t *size, const mp_any_t *value,
                     const mp_pickle_options_t *options,
                     mp__transits_t *transits);
int mp__pickle_read(mp_any_t **out, const void *bytes, size_t size,
                    const mp_pickle_options_t *options, bool family);

// ---- inside ----

#define MP__REF_MODULE "multiprocessing_c"
#define MP__REF_NAME "Ref"
#define MP__REF_NUMBERS 5

typedef enum mp__pickle_name {
    MP__NAME_OTHER,
    MP__NAME_SET,
    MP__NAME_FROZENSET,
    MP__NAME_BYTEARRAY,
    MP__NAME_REF
} mp__pickle_name_t;

// What a global, or another value, is to us.
mp__pickle_name_t mp__pickle_name(const mp_any_t *value);
// MP_EACCES: `only` does not name it, and it is none of ours.
int mp__pickle_allows(const char *const *only, const mp_any_t *global);
// The options with their defaults filled in. NULL: all of these.
mp_pickle_options_t mp__pickle_limits(const mp_pickle_options_t *options);

enum {
    MP__OP_MARK = '(',
    MP__OP_STOP = '.',
    MP__OP_POP = '0',
    MP__OP_POP_MARK = '1',
    MP__OP_DUP = '2',
    MP__OP_FLOAT = 'F',
    MP__OP_INT = 'I',
    MP__OP_BININT = 'J',
    MP__OP_BININT1 = 'K',
    MP__OP_LONG = 'L',
    MP__OP_BININT2 = 'M',
    MP__OP_NONE = 'N',
    MP__OP_PERSID = 'P',
    MP__OP_BINPERSID = 'Q',
    MP__OP_REDUCE = 'R',
    MP__OP_STRING = 'S',
    MP__OP_BINSTRING = 'T',
    MP__OP_SHORT_BINSTRING = 'U',
    MP__OP_UNICODE = 'V',
    MP__OP_BINUNICODE = 'X',
    MP__OP_APPEND = 'a',
    MP__OP_BUILD = 'b',
    MP__OP_GLOBAL = 'c',
    MP__OP_DICT = 'd',
    MP__OP_APPENDS = 'e',
    MP__OP_GET = 'g',
    MP__OP_BINGET = 'h',
    MP__OP_INST = 'i',
    MP__OP_LONG_BINGET = 'j',
    MP__OP_LIST = 'l',
    MP__OP_OBJ = 'o',
    MP__OP_PUT = 'p',
    MP__OP_BINPUT = 'q',
    MP__OP_LONG_BINPUT = 'r',
    MP__OP_SETITEM = 's',
    MP__OP_TUPLE = 't',
    MP__OP_SETITEMS = 'u',
    MP__OP_BINBYTES = 'B',
    MP__OP_SHORT_BINBYTES = 'C',
    MP__OP_BINFLOAT = 'G',
    MP__OP_EMPTY_LIST = ']',
    MP__OP_EMPTY_TUPLE = ')',
    MP__OP_EMPTY_DICT = '}',
    MP__OP_PROTO = 0x80,
    MP__OP_NEWOBJ,
    MP__OP_EXT1,
    MP__OP_EXT2,
    MP__OP_EXT4,
    MP__OP_TUPLE1,
    MP__OP_TUPLE2,
    MP__OP_TUPLE3,
    MP__OP_NEWTRUE,
    MP__OP_NEWFALSE,
    MP__OP_LONG1,
    MP__OP_LONG4,
    MP__OP_SHORT_BINUNICODE,
    MP__OP_BINUNICODE8,
    MP__OP_BINBYTES8,
    MP__OP_EMPTY_SET,
    MP__OP_ADDITEMS,
    MP__OP_FROZENSET,
    MP__OP_NEWOBJ_EX,
    MP__OP_STACK_GLOBAL,
    MP__OP_MEMOIZE,
    MP__OP_FRAME,
    MP__OP_BYTEARRAY8,
    MP__OP_NEXT_BUFFER,
    MP__OP_READONLY_BUFFER
};

#endif
