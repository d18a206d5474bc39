# shellcheck shell=sh
# What the scripts of this folder share. They are sourced by sh on Linux, macOS
# and MSYS2, so there is nothing here that one of these three lacks. The
# including script sets `root`, the folder of the source tree.

: "${root:?}"
cache=${MP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/multiprocessing-ci}
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

say()
{
    printf '== %s\n' "$*"
}

die()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

have()
{
    command -v "$1" >/dev/null 2>&1
}

# quiet COMMAND...: its output is of interest only when it fails.
quiet()
{
    quiet_log=$(mktemp)
    quiet_rc=0
    "$@" >"$quiet_log" 2>&1 </dev/null || quiet_rc=$?
    [ $quiet_rc = 0 ] || cat "$quiet_log"
    rm -f "$quiet_log"
    return $quiet_rc
}

processors()
{
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo "${NUMBER_OF_PROCESSORS:-2}"
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "this needs root, and there is no sudo: $*"
    fi
}

# ---- Packages -----------------------------------------------------------

system=$(uname -s)
if [ "$system" = Linux ] && have apt-get; then
    manager=apt
elif [ "$system" = Darwin ] && have brew; then
    manager=brew
    # Homebrew keeps APR out of the usual folders, beside the system's.
    for brew_prefix in /opt/homebrew /usr/local; do
        PKG_CONFIG_PATH=$brew_prefix/opt/apr/lib/pkgconfig:${PKG_CONFIG_PATH-}
    done
    export PKG_CONFIG_PATH
elif have pacman; then
    manager=pacman
else
    manager=
fi

# The packages that a toolset means with this system's package manager.
packages_of()
{
    mingw=${MINGW_PACKAGE_PREFIX:+$MINGW_PACKAGE_PREFIX-}
    case $manager:$1 in
    apt:build) echo gcc libc6-dev cmake ninja-build pkg-config libapr1-dev libssl-dev libcmocka-dev ;;
    brew:build) echo cmake ninja pkgconf apr cmocka ;;
    pacman:build)
        # MSYS2 has a compiler for each environment under one virtual name.
        if [ -n "$mingw" ]; then
            echo "${mingw}cc ${mingw}cmake ${mingw}ninja ${mingw}pkgconf ${mingw}apr ${mingw}cmocka"
        else
            echo gcc cmake ninja pkgconf apr openssl cmocka
        fi ;;
    apt:cxx) echo g++ ;;
    apt:ccache | brew:ccache) echo ccache ;;
    pacman:ccache) echo "${mingw}ccache" ;;
    apt:clang) echo clang ;;
    pacman:clang) echo "${mingw}clang" ;;
    # The layout and the checks of clang-format and clang-tidy differ between
    # versions; these are Debian 12's.
    apt:format) echo clang-format-14 ;;
    apt:tidy) echo clang-14 clang-tidy-14 ;;
    apt:shellcheck) echo shellcheck ;;
    # Node often comes from elsewhere, and Debian's npm cannot stand beside it.
    apt:npm) have npm || echo nodejs npm ca-certificates ;;
    apt:sources) echo dpkg-dev xz-utils bzip2 patch make ca-certificates ;;
    apt:mingw) echo gcc-mingw-w64-x86-64-win32 ;;
    apt:macos) echo lld-14 ;;
    apt:wine) echo wine wine64 ;;
    apt:arm64) echo gcc-aarch64-linux-gnu qemu-user-static ;;
    esac
}

missing_of()
{
    case $manager in
    apt)
        for package; do
            dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null |
                grep -qx installed || echo "$package"
        done ;;
    brew)
        for package; do
            brew list --versions "$package" >/dev/null 2>&1 || echo "$package"
        done ;;
    pacman) pacman -T "$@" || true ;;
    esac
}

# install_packages PACKAGE...: those that are not there yet, and says which.
install_packages()
{
    # shellcheck disable=SC2046  # one word is one package
    set -- $(missing_of "$@")
    [ $# -gt 0 ] || return 0
    say "Installing with $manager: $*"
    case $manager in
    apt) mkdir -p "$cache" && (
        flock 8 # a stage may run beside this one
        quiet as_root apt-get -qq update || die "apt-get update failed"
        quiet as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq -y --no-install-recommends install "$@"
    ) 8>"$cache/apt.lock" ;;
    brew) quiet env HOMEBREW_NO_AUTO_UPDATE=1 NONINTERACTIVE=1 brew install "$@" ;;
    pacman)
        # MSYS2 has no root; elsewhere pacman wants one.
        if [ -n "${MSYSTEM-}" ]; then
            quiet pacman -S --noconfirm --needed "$@"
        else
            quiet as_root pacman -S --noconfirm --needed "$@"
        fi ;;
    esac || die "could not install: $*"
}

# need TOOLSET...: installs the packages of these toolsets. On a system whose
# package manager is not known, what is there has to do.
need()
{
    need_all=
    for toolset; do
        need_all="$need_all $(packages_of "$toolset")"
    done
    # shellcheck disable=SC2086  # one word is one package
    [ -z "$manager" ] || install_packages $need_all
}

# ---- Dependencies of the cross builds -----------------------------------

# deps_prefix NAME: where ci/deps-NAME.sh puts what it builds. It must agree
# with cmake/toolchains/deps.cmake: the folder's name carries the script's hash,
# so a changed script is never served by what an older one built.
deps_prefix()
{
    hash=$(sha256sum <"$root/ci/deps-$1.sh" | cut -c1-12)
    echo "$cache/$1-$hash"
}

# deps_begin NAME TOOLSET...: ends the script when its work is done already.
# Sets `prefix`, the final folder, `stage`, where to build it, and `work`. A
# half-made folder is never taken for a whole one: deps_end moves `stage`.
deps_begin()
{
    deps_name=$1
    shift
    prefix=$(deps_prefix "$deps_name")
    [ ! -d "$prefix" ] || exit 0
    [ "$manager" = apt ] || die "the dependencies for $deps_name are made on Debian only"
    mkdir -p "$cache"
    exec 9>"$cache/$deps_name.lock"
    flock 9
    [ ! -d "$prefix" ] || exit 0
    need "$@"
    say "Building the dependencies for $deps_name into $prefix"
    work=$(mktemp -d)
    stage=$prefix.new
    rm -rf "$stage"
    mkdir -p "$stage"
    trap 'rm -rf "$work" "$stage"' EXIT
}

deps_end()
{
    mv "$stage" "$prefix"
}

# apt_private FOLDER KIND ARCHITECTURE ARG...: apt-get with lists, cache and
# state of its own in FOLDER, so that neither a source list nor an architecture
# has to be added to this machine. The mirror is the one this machine uses.
apt_private()
{
    apt_dir=$1
    apt_kind=$2
    apt_arch=$3
    shift 3
    if [ ! -f "$apt_dir/sources.list" ]; then
        mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial"
        : >"$apt_dir/status"
        suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
        # shellcheck disable=SC2016  # apt expands it
        mirror=$(apt-get indextargets --format '$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)' |
            awk -v suite="$suite" '$1 == "Packages" && $2 == suite && $3 == "main" { print $4; exit }')
        [ -n "$mirror" ] || die "apt knows no mirror for $suite"
        echo "$apt_kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
            >"$apt_dir/sources.list"
    fi
    apt-get -qq -o "APT::Architecture=$apt_arch" -o "APT::Architectures=$apt_arch" \
        -o "Dir::State::lists=$apt_dir/lists" -o "Dir::State::status=$apt_dir/status" \
        -o "Dir::Cache=$apt_dir" -o "Dir::Etc::sourcelist=$apt_dir/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root \
        -o APT::Install-Recommends=false "$@"
}

# fetch_sources: Debian's source packages of APR and CMocka, in $work/src,
# checked by apt against the signed index.
fetch_sources()
{
    mkdir -p "$work/src"
    cd "$work/src" || exit
    quiet apt_private "$work/apt" deb-src "$(dpkg --print-architecture)" update
    quiet apt_private "$work/apt" deb-src "$(dpkg --print-architecture)" source --download-only apr cmocka
}

# unpack_source PACKAGE FOLDER
unpack_source()
{
    quiet dpkg-source --no-check -x "$work/src/$1"_*.dsc "$2"
}

# apr_pc FOLDER LIBS CFLAGS, cmocka_pc FOLDER: pkg-config files that may move
# with their folder.
apr_pc()
{
    mkdir -p "$1/lib/pkgconfig"
    cat >"$1/lib/pkgconfig/apr-1.pc" <<PC
prefix=\${pcfiledir}/../..
Name: APR
Description: The Apache Portable Runtime, static
Version: $(sed -n 's/^#define APR_\(MAJOR\|MINOR\|PATCH\)_VERSION *\([0-9]*\)$/\2/p' \
        "$1/include/apr-1.0/apr_version.h" | paste -sd.)
Libs: -L\${prefix}/lib -lapr-1 $2
Cflags: -I\${prefix}/include/apr-1.0 $3
PC
}

cmocka_pc()
{
    mkdir -p "$1/lib/pkgconfig"
    cat >"$1/lib/pkgconfig/cmocka.pc" <<'PC'
prefix=${pcfiledir}/../..
Name: CMocka
Description: The CMocka unit test library, static
Version: 1.1.5
Libs: -L${prefix}/lib -lcmocka
Cflags: -I${prefix}/include
PC
}
