// SPDX-License-Identifier: Apache-2.0
/**
 * @file arguments.h
 * The arguments of a target: built with MP_ARGS, copied when the process is
 * created, read in the child by index.
 *
 * @code
 *   mp_process_create(&p, work, MP_ARGS(4, 2.5, "text", MP_BOOL(true)), NULL);
 *   mp_process_create(&p, idle, MP_NO_ARGS, NULL);
 *
 *   mp_any_t *named = NULL; // work(4, retries=3), any.h
 *   mp_any_dict(&named, MP_ARGS("retries", 3));
 *   mp_process_create(&p, work, MP_ARGS(4, named), NULL);
 *   mp_any_destroy(named);
 * @endcode
 */
#ifndef MP_ARGUMENTS_H
#define MP_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** What an argument is. */
typedef enum mp_arg_type {
    MP_ARG_INT = 1,   /**< a signed integer of 64 bits */
    MP_ARG_BOOL,      /**< true or false */
    MP_ARG_FLOAT,     /**< a double */
    MP_ARG_TEXT,      /**< UTF-8, ended by a NUL */
    MP_ARG_BYTES,     /**< any bytes, with their number */
    MP_ARG_OBJECT,    /**< a lock, an event, … that processes share */
    MP_ARG_NONE,      /**< nothing: Python's None */
    MP_ARG_TOO_LARGE, /**< an unsigned integer above INT64_MAX: refused */
    MP_ARG_PORT,      /**< a connection or a listener */
    MP_ARG_ANY        /**< a value of any.h: a list, a dict, … */
} mp_arg_type_t;

/** One argument. Make it with MP_INT, MP_TEXT and so on. */
typedef struct mp_arg {
    mp_arg_type_t type;
    size_t size; /**< of text (without its NUL) and bytes, in bytes */
    union {
        int64_t integer;
        double number;
        const void *data;
    } value;
} mp_arg_t;

#ifdef MP_NO_SHAREDCTYPES
#define MP__SHAREDCTYPES(X)
#else
#define MP__SHAREDCTYPES(X) X(value) X(array)
#endif

/** What processes can share: X(name) of each type. */
#define MP_SHARED_TYPES(X)                                                     \
    X(lock)                                                                    \
    X(rlock)                                                                   \
    X(semaphore)                                                               \
    X(condition) X(event) X(barrier) X(queue) MP__SHAREDCTYPES(X)

#define MP__SHARED_TYPE(name) typedef struct mp_##name mp_##name##_t;
MP_SHARED_TYPES(MP__SHARED_TYPE)
#undef MP__SHARED_TYPE

/** What has a handle of the system and travels: X(name) of each type. */
#define MP_PORT_TYPES(X) X(connection) X(listener)

#define MP__PORT_TYPE(name) typedef struct mp_##name mp_##name##_t;
MP_PORT_TYPES(MP__PORT_TYPE)
#undef MP__PORT_TYPE

/** A value: any.h says what there is. */
typedef struct mp_any mp_any_t;

/** A row of arguments. Make it with MP_ARGS. */
typedef struct mp_args {
    size_t count;
    const mp_arg_t *items;
} mp_args_t;

MP_BEGIN_DECLS

static inline mp_arg_t mp__arg_int(int64_t integer)
{
    mp_arg_t arg;
    arg.type = MP_ARG_INT;
    arg.size = sizeof(integer);
    arg.value.integer = integer;
    return arg;
}

static inline mp_arg_t mp__arg_uint(uint64_t integer)
{
    mp_arg_t arg = mp__arg_int((int64_t) (integer & (uint64_t) INT64_MAX));
    if (integer > (uint64_t) INT64_MAX) {
        arg.type = MP_ARG_TOO_LARGE;
    }
    return arg;
}

static inline mp_arg_t mp__arg_bool(bool truth)
{
    mp_arg_t arg = mp__arg_int(truth ? 1 : 0);
    arg.type = MP_ARG_BOOL;
    return arg;
}

static inline mp_arg_t mp__arg_float(double number)
{
    mp_arg_t arg;
    arg.type = MP_ARG_FLOAT;
    arg.size = sizeof(number);
    arg.value.number = number;
    return arg;
}

static inline mp_arg_t mp__arg_bytes(const void *data, size_t size)
{
    mp_arg_t arg;
    arg.type = MP_ARG_BYTES;
    arg.size = size;
    arg.value.data = data;
    return arg;
}

static inline mp_arg_t mp__arg_text(const char *text)
{
    mp_arg_t arg = mp__arg_bytes(text, 0);
    arg.type = MP_ARG_TEXT; /* its size is measured when it is copied */
    return arg;
}

static inline mp_arg_t mp__arg_object(const void *object)
{
    mp_arg_t arg = mp__arg_bytes(object, 0);
    arg.type = MP_ARG_OBJECT;
    return arg;
}

static inline mp_arg_t mp__arg_port(const void *port)
{
    mp_arg_t arg = mp__arg_object(port);
    arg.type = MP_ARG_PORT;
    return arg;
}

static inline mp_arg_t mp__arg_any(const mp_any_t *value)
{
    mp_arg_t arg = mp__arg_bytes(value, 0);
    arg.type = MP_ARG_ANY;
    return arg;
}

static inline mp_arg_t mp__arg_itself(mp_arg_t arg)
{
    return arg;
}

static inline mp_arg_t mp__arg_none(void)
{
    mp_arg_t arg = mp__arg_int(0);
    arg.type = MP_ARG_NONE;
    return arg;
}

/** Explicit forms. MP_BOOL is needed in C, where `true` is an int. */
#define MP_INT(integer) mp__arg_int(integer)
#define MP_BOOL(truth) mp__arg_bool(truth)
#define MP_FLOAT(number) mp__arg_float(number)
#define MP_TEXT(text) mp__arg_text(text)
#define MP_BYTES(data, size) mp__arg_bytes((data), (size))
#define MP_OBJECT(object) mp__arg_object(object)
#define MP_PORT(port) mp__arg_port(port)
#define MP_ANY(value) mp__arg_any(value)
#define MP_NONE mp__arg_none()

/** No arguments. */
#define MP_NO_ARGS ((const mp_args_t *) NULL)

/** The most arguments that MP_ARGS takes; build an mp_args_t for more. */
#define MP_ARGS_MAX 16

/** The number of arguments. */
MP_API size_t mp_args_count(const mp_args_t *args);

/**
 * The type of an argument.
 *
 * @return an mp_arg_type_t, or MP_ERANGE if there is no argument `index`.
 */
MP_API int mp_args_type(const mp_args_t *args, size_t index);

/**
 * An argument by its index, from 0.
 *
 * The argument must be there and of this type (an int also serves where a
 * float is asked for). Where it is not, the target fails as a function does
 * in Python that gets a wrong argument: the child ends with exit code 1 and
 * mp_process_failure() tells its parent which argument was wrong. Outside of
 * a child the call returns 0, false, 0.0 or NULL and mp_last_error() says
 * why; the mp_args_get_… forms below are for code that wants to go on.
 *
 * Ownership: text and bytes belong to the arguments and live as long as the
 * target runs.
 * Python: the parameters of the target
 */
MP_API int64_t mp_args_int(const mp_args_t *args, size_t index);
MP_API bool mp_args_bool(const mp_args_t *args, size_t index);
MP_API double mp_args_float(const mp_args_t *args, size_t index);
MP_API const char *mp_args_text(const mp_args_t *args, size_t index);
MP_API const void *mp_args_bytes(const mp_args_t *args, size_t index,
                                 size_t *size);

/**
 * The same with the error in the caller's hand.
 *
 * @return 0; MP_ERANGE there is no argument `index`; MP_ETYPE it is of
 *         another type; MP_EINVAL no place for it; *out is then left as it was.
 */
MP_API int mp_args_get_int(const mp_args_t *args, size_t index, int64_t *out);
MP_API int mp_args_get_bool(const mp_args_t *args, size_t index, bool *out);
MP_API int mp_args_get_float(const mp_args_t *args, size_t index, double *out);
MP_API int mp_args_get_text(const mp_args_t *args, size_t index,
                            const char **out);
MP_API int mp_args_get_bytes(const mp_args_t *args, size_t index,
                             const void **out, size_t *size);

/**
 * A shared object, as above: mp_args_lock(), mp_args_rlock() … for each name
 * of MP_SHARED_TYPES.
 *
 * Ownership: the arguments hold it as long as the target runs. A target that
 * keeps it longer (in a thread of its own, say) holds it itself, by
 * mp_lock_hold() and so on.
 * Python: a Lock, an Event … among the parameters of the target
 */
#define MP__ARGS_SHARED(name)                                                  \
    MP_API mp_##name##_t *mp_args_##name(const mp_args_t *args, size_t index); \
    MP_API int mp_args_get_##name(const mp_args_t *args, size_t index,         \
                                  mp_##name##_t **out);
MP_SHARED_TYPES(MP__ARGS_SHARED)

/**
 * A connection or a listener, as above. The child has an end of its own; the
 * parent keeps its own and should destroy it once the child has started, or the
 * end is never seen to close.
 *
 * Ownership: the arguments'; it is closed when the child ends.
 * Python: a Connection among the parameters of the target
 */
MP_PORT_TYPES(MP__ARGS_SHARED)
#undef MP__ARGS_SHARED

/**
 * A value of any.h, as above: the target's own, which it may change, with the
 * shared objects inside of it. Each was copied when the process was created; of
 * two arguments that contained the same list, each has a list of its own.
 *
 * Ownership: the arguments'; it lives as long as the target runs, and is kept
 * longer by mp_any_hold().
 * Python: a parameter of the target
 */
MP_API mp_any_t *mp_args_any(const mp_args_t *args, size_t index);
MP_API int mp_args_get_any(const mp_args_t *args, size_t index, mp_any_t **out);

/**
 * A keyword argument, by its name: the last argument has them if it is a dict.
 * It is counted, and read by its index, too.
 *
 * @code
 *   int64_t retries = 1; // unless it is given
 *   const char *name = NULL;
 *   mp_any_get_int(mp_args_keyword(args, "retries"), &retries);
 *   mp_any_get_text(mp_args_keyword(args, "name"), &name, NULL);
 * @endcode
 *
 * @return NULL: it was not given (MP_ENOENT in mp_last_error()), which fails no
 *         child. The mp_any_get_… calls then return MP_EINVAL and leave their
 *         `out` as it was; MP_ETYPE says that it was given as something else.
 * Ownership: as that of mp_args_any().
 * Python: a keyword parameter of the target, with a default; kwargs.get(name)
 */
MP_API mp_any_t *mp_args_keyword(const mp_args_t *args, const char *name);

MP_END_DECLS

/*
 * MP_ARGS(4, 2.5, "text"): each argument by its C type. A NULL, a pointer to
 * anything else and a long double do not compile.
 */
#ifdef __cplusplus

static inline mp_arg_t mp__arg(bool truth)
{
    return mp__arg_bool(truth);
}
static inline mp_arg_t mp__arg(const char *text)
{
    return mp__arg_text(text);
}
static inline mp_arg_t mp__arg(const mp_any_t *value)
{
    return mp__arg_any(value);
}
static inline mp_arg_t mp__arg(mp_arg_t arg)
{
    return arg;
}
static inline mp_arg_t mp__arg(float number)
{
    return mp__arg_float(static_cast<double>(number));
}
static inline mp_arg_t mp__arg(double number)
{
    return mp__arg_float(number);
}
#define MP__ARG_INTEGER(type, make)                                            \
    static inline mp_arg_t mp__arg(type integer)                               \
    {                                                                          \
        return make(integer);                                                  \
    }
MP__ARG_INTEGER(char, mp__arg_int)
MP__ARG_INTEGER(signed char, mp__arg_int)
MP__ARG_INTEGER(short, mp__arg_int)
MP__ARG_INTEGER(int, mp__arg_int)
MP__ARG_INTEGER(long, mp__arg_int)
MP__ARG_INTEGER(long long, mp__arg_int)
MP__ARG_INTEGER(unsigned char, mp__arg_uint)
MP__ARG_INTEGER(unsigned short, mp__arg_uint)
MP__ARG_INTEGER(unsigned int, mp__arg_uint)
MP__ARG_INTEGER(unsigned long, mp__arg_uint)
MP__ARG_INTEGER(unsigned long long, mp__arg_uint)
#undef MP__ARG_INTEGER
#define MP__ARG_SHARED(name)                                                   \
    static inline mp_arg_t mp__arg(const mp_##name##_t *object)                \
    {                                                                          \
        return mp__arg_object(object);                                         \
    }
MP_SHARED_TYPES(MP__ARG_SHARED)
#undef MP__ARG_SHARED
#define MP__ARG_PORT(name)                                                     \
    static inline mp_arg_t mp__arg(const mp_##name##_t *port)                  \
    {                                                                          \
        return mp__arg_port(port);                                             \
    }
MP_PORT_TYPES(MP__ARG_PORT)
#undef MP__ARG_PORT

/* Lives until the end of the full expression, as the call it is made for. */
template <size_t N> struct mp__args_row {
    mp_arg_t items[N];
    mp_args_t args;
    operator const mp_args_t *()
    {
        args.count = N;
        args.items = items;
        return &args;
    }
};

template <class... Types>
inline mp__args_row<sizeof...(Types)> mp__args_of(Types... values)
{
    mp__args_row<sizeof...(Types)> row = {{mp__arg(values)...}, {0, nullptr}};
    return row;
}

#define MP_ARGS(...) mp__args_of(__VA_ARGS__)

#else

/* clang-format off */
#define MP__ARG_SHARED(name) mp_##name##_t *: mp__arg_object,
#define MP__ARG_PORT(name) mp_##name##_t *: mp__arg_port,
#define MP_ARG(x)                                                             \
    _Generic((x),                                                             \
             _Bool: mp__arg_bool,                                             \
             char: mp__arg_int,                                               \
             signed char: mp__arg_int,                                        \
             short: mp__arg_int,                                              \
             int: mp__arg_int,                                                \
             long: mp__arg_int,                                               \
             long long: mp__arg_int,                                          \
             unsigned char: mp__arg_uint,                                     \
             unsigned short: mp__arg_uint,                                    \
             unsigned int: mp__arg_uint,                                      \
             unsigned long: mp__arg_uint,                                     \
             unsigned long long: mp__arg_uint,                                \
             float: mp__arg_float,                                            \
             double: mp__arg_float,                                           \
             char *: mp__arg_text,                                            \
             const char *: mp__arg_text,                                      \
             mp_any_t *: mp__arg_any,                                         \
             const mp_any_t *: mp__arg_any,                                   \
             MP_SHARED_TYPES(MP__ARG_SHARED)                                  \
             MP_PORT_TYPES(MP__ARG_PORT)                                      \
             mp_arg_t: mp__arg_itself)(x)

#define MP__EACH1(a) MP_ARG(a)
#define MP__EACH2(a, ...) MP_ARG(a), MP__EACH1(__VA_ARGS__)
#define MP__EACH3(a, ...) MP_ARG(a), MP__EACH2(__VA_ARGS__)
#define MP__EACH4(a, ...) MP_ARG(a), MP__EACH3(__VA_ARGS__)
#define MP__EACH5(a, ...) MP_ARG(a), MP__EACH4(__VA_ARGS__)
#define MP__EACH6(a, ...) MP_ARG(a), MP__EACH5(__VA_ARGS__)
#define MP__EACH7(a, ...) MP_ARG(a), MP__EACH6(__VA_ARGS__)
#define MP__EACH8(a, ...) MP_ARG(a), MP__EACH7(__VA_ARGS__)
#define MP__EACH9(a, ...) MP_ARG(a), MP__EACH8(__VA_ARGS__)
#define MP__EACH10(a, ...) MP_ARG(a), MP__EACH9(__VA_ARGS__)
#define MP__EACH11(a, ...) MP_ARG(a), MP__EACH10(__VA_ARGS__)
#define MP__EACH12(a, ...) MP_ARG(a), MP__EACH11(__VA_ARGS__)
#define MP__EACH13(a, ...) MP_ARG(a), MP__EACH12(__VA_ARGS__)
#define MP__EACH14(a, ...) MP_ARG(a), MP__EACH13(__VA_ARGS__)
#define MP__EACH15(a, ...) MP_ARG(a), MP__EACH14(__VA_ARGS__)
#define MP__EACH16(a, ...) MP_ARG(a), MP__EACH15(__VA_ARGS__)
#define MP__PICK(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, \
                 a15, a16, each, ...) each
#define MP__EACH(...)                                                         \
    MP__PICK(__VA_ARGS__, MP__EACH16, MP__EACH15, MP__EACH14, MP__EACH13,     \
             MP__EACH12, MP__EACH11, MP__EACH10, MP__EACH9, MP__EACH8,        \
             MP__EACH7, MP__EACH6, MP__EACH5, MP__EACH4, MP__EACH3,           \
             MP__EACH2, MP__EACH1, 0)(__VA_ARGS__)
#define MP__COUNT(...)                                                        \
    MP__PICK(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, \
             1, 0)
/* clang-format on */

#define MP_ARGS(...)                                                           \
    (&(const mp_args_t){MP__COUNT(__VA_ARGS__),                                \
                        (const mp_arg_t[]){MP__EACH(__VA_ARGS__)}})

#endif

#endif
