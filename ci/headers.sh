#!/bin/sh
# Every public header compiles alone, as C11 and as C++11, strictly, whether
# the library is static or shared.
set -eu
cd "$(dirname "$0")/.."
strict="-pedantic -Wall -Wextra -Wundef -Wshadow -Werror -fsyntax-only -Iinclude"

for header in $(cd include && find . -name '*.h' | sed 's|^\./||' | sort); do
    for define in -DMP_SHARED -DMP_STATIC; do
        # shellcheck disable=SC2086  # the flags are words
        printf '#include <%s>\ntypedef int not_empty;\n' "$header" |
            "${CC:-cc}" -std=c11 $strict -Wstrict-prototypes $define -x c -
        # shellcheck disable=SC2086
        printf '#include <%s>\ntypedef int not_empty;\n' "$header" |
            "${CXX:-c++}" -std=c++11 $strict $define -x c++ -
    done
done
