#!/bin/sh
# Static APR and CMocka for x86_64 Windows, built by MinGW-w64 from Debian's
# source packages as they are: only flags, no patches.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
deps_begin mingw build sources mingw
fetch_sources
cd "$work"
unpack_source apr apr
unpack_source cmocka cmocka

cat >toolchain.cmake <<TC
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-win32)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
TC

# APR hides parts of the Windows headers in a way that MinGW's accctrl.h does
# not stand; when those headers come first it is harmless. Its poll/ then sets
# FD_SETSIZE too late, so it is set here for all. Without the HAVE_ATOMIC ones
# it wants a file that its Windows list of sources lacks.
flags="-DWIN32_LEAN_AND_MEAN -DFD_SETSIZE=1024 -DHAVE_ATOMIC_BUILTINS=1 -DHAVE_ATOMIC_BUILTINS64=1"
for header in winsock2 ws2tcpip mswsock wtypes iphlpapi; do
    flags="$flags -include $header.h"
done
quiet cmake -G Ninja -S apr -B b-apr -Wno-dev \
    -DCMAKE_TOOLCHAIN_FILE="$work/toolchain.cmake" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DINSTALL_PDB=OFF -DMIN_WINDOWS_VER=0x0602 \
    -DCMAKE_C_FLAGS="$flags -Wno-incompatible-pointer-types"
# The build runs a generator that it compiled for Windows: ninja makes it, and
# then a program of this system takes its place.
quiet ninja -C b-apr gen_test_char
gcc -O1 -o b-apr/gen_test_char.exe apr/tools/gen_test_char.c
quiet ninja -C b-apr apr-1
mkdir -p "$stage/include/apr-1.0" "$stage/lib"
cp apr/include/apr_*.h b-apr/apr.h "$stage/include/apr-1.0/"
cp b-apr/libapr-1.a "$stage/lib/"
apr_pc "$stage" "-lws2_32 -lmswsock -lrpcrt4 -liphlpapi -ladvapi32 -lshell32" -DAPR_DECLARE_STATIC

quiet cmake -G Ninja -S cmocka -B b-cmocka -Wno-dev \
    -DCMAKE_TOOLCHAIN_FILE="$work/toolchain.cmake" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF
quiet ninja -C b-cmocka cmocka-static
cp cmocka/include/cmocka*.h "$stage/include/"
cp b-cmocka/src/libcmocka-static.a "$stage/lib/libcmocka.a"
cmocka_pc "$stage"
deps_end
