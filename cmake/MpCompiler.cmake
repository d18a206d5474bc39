# SPDX-License-Identifier: Apache-2.0
# How this tree is compiled: its warnings, its sanitizers, its compiler cache.

# Objects are shared between presets and between runs when ccache is there.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_C_COMPILER_LAUNCHER)
    find_program(MP_CCACHE ccache DOC "Compiler cache, used when it is there")
    mark_as_advanced(MP_CCACHE)
    if(MP_CCACHE)
        set(CMAKE_C_COMPILER_LAUNCHER "${MP_CCACHE}")
    endif()
endif()

# A sanitizer concerns all that ends in one program, so it is set for the
# whole tree and not for one target.
if(MP_SANITIZE)
    set(mp_sanitize "-fsanitize=${MP_SANITIZE}" -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_compile_options(${mp_sanitize})
    add_link_options(${mp_sanitize})
endif()

set(mp_warnings
    -Wall -Wextra -Wpedantic
    -Wcast-qual
    -Wfloat-conversion
    -Wformat=2
    -Wimplicit-fallthrough
    -Wmissing-prototypes
    -Wnull-dereference
    -Wold-style-definition
    -Wpointer-arith
    -Wshadow
    -Wstrict-prototypes
    -Wundef
    -Wvla
    -Wwrite-strings)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND mp_warnings -Wduplicated-cond -Wlogical-op)
endif()
if(MP_WERROR)
    list(APPEND mp_warnings -Werror)
endif()

# Standard C11 and this project's warnings, for the library, the tests, the
# benchmarks and the examples alike.
function(mp_strict target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11
        C_STANDARD_REQUIRED ON
        C_EXTENSIONS OFF)
    target_compile_options(${target} PRIVATE ${mp_warnings})
endfunction()

# When APR is linked as an archive its functions must not leave the shared
# library, or a host that brings its own APR would meet ours.
function(mp_hide_archives target)
    if(UNIX AND NOT APPLE)
        target_link_options(${target} PRIVATE "-Wl,--exclude-libs,ALL")
    endif()
endfunction()
