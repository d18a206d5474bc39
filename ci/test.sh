#!/bin/sh
# test.sh [--keep-going] [all | STAGE...]: builds and tests, after installing
# what is missing for it. Without a stage it takes this machine's own build;
# "all" takes every stage that can run here. The last line counts the tests of
# all stages; a stage that fails otherwise than by a test counts as one.
# Inside, for what runs beside: --table FILE leaves the summary to the caller.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
cd "$root" || exit 1

# ---- What stages are made of --------------------------------------------

configure()
{
    quiet cmake --preset "$1" -DMP_WERROR=$werror
}

build()
{
    quiet cmake --build --preset "$1"
}

# run_tests PRESET [WRAPPER...]: the numbers of ctest's summary go to $counts.
# All the tests' own lines are worth reading only when one of them failed.
# Tests wait more than they work, so two for each processor run at once. Under
# Wine all of them wait for its one server, and are not to do so for longer.
run_tests()
{
    preset=$1
    shift
    rc=0
    jobs=$(processors)
    [ $# -gt 0 ] || jobs=$((2 * jobs))
    # Windows looks for DLLs along PATH, and Wine along WINEPATH.
    PATH=$root/build/$preset:$PATH WINEPATH=$root/build/$preset \
        sh ci/contain.sh "$@" ctest --preset "$preset" -j "$jobs" --repeat "until-pass:${tries:-1}" \
        >"$work/ctest" 2>&1 </dev/null || rc=$?
    if [ $rc = 0 ]; then
        grep -E 'left behind|tests passed' "$work/ctest"
    else
        cat "$work/ctest"
    fi
    awk '/tests passed, .* tests failed out of/ { print $NF - $4, $4 }' "$work/ctest" >>"$counts"
    return $rc
}

native()
{
    need build ccache && configure "$1" && build "$1" && run_tests "$1"
}

macos()
{
    need build ccache macos && sh ci/deps-macos.sh && configure "macos-$1" && build "macos-$1"
}

# When many are started at once, Wine 8 fails to start one in some hundreds by
# itself (CreateProcessW gives ERROR_INTERNAL_ERROR): a test may be tried again.
windows()
{
    tries=3
    need build ccache mingw wine && sh ci/deps-mingw.sh && configure "$1" && build "$1" &&
        run_tests "$1" sh ci/wine-run.sh --session
}

# The runtime of clang's sanitizers is a package of its own, for each version.
need_clang_runtime()
{
    need clang || return
    [ "$manager" != apt ] || install_packages "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
}

# ---- The stages ---------------------------------------------------------

stage_rooms() { sh ci/rooms.sh; }
stage_shellcheck() { need shellcheck && shellcheck -x ci/*.sh .ci/run; }
stage_workflow() { need npm && sh ci/workflow.sh; }
stage_format() { need format && sh ci/format.sh; }
stage_headers() { need build cxx && sh ci/headers.sh; }
stage_dev() { native dev; }
stage_release() { native release; }
stage_portable() { native portable; }
stage_no_remote() { native no-remote; }
stage_no_sharedctypes() { native no-sharedctypes; }
# The address sanitizer takes no care of its locks at a fork: where another
# thread of the parent is about to end, a thread of the child hangs in them now
# and then. So a test may be tried again. Deaths at every step are left to other
# builds: the sanitizer's own steps are most of them there.
stage_asan()
{
    tries=2
    native asan
}
stage_clang() { need clang && native clang; }
stage_tsan() { need_clang_runtime && native tsan; }
# The targets' sanitizers come with clang's runtime.
stage_fuzz() { need_clang_runtime && need build ccache && sh ci/fuzz.sh 10; }
stage_shared() { native shared && sh ci/exports.sh build/shared; }
stage_install() { need build cxx && sh ci/install.sh; }
stage_mingw() { windows mingw && sh ci/exports.sh build/mingw; }
stage_mingw_shared() { windows mingw-shared && sh ci/exports.sh build/mingw-shared; }
stage_macos_arm64() { macos arm64; }
stage_macos_x86_64() { macos x86_64; }
stage_arm64() { need build ccache arm64 && sh ci/deps-arm64.sh && native arm64; }

# tidy PRESET [ARGUMENT...]: in a folder of its own, for the stage that builds
# and tests the preset may run at the same time.
tidy()
{
    tidied=build/tidy/$1
    quiet cmake --preset "$1" -B "$tidied" -DMP_WERROR=$werror || return
    shift
    sh ci/tidy.sh "$tidied" "$@"
}

# Each file of the tree is analysed in one of these builds.
stage_tidy()
{
    need build tidy ccache && tidy dev || return
    [ "$system" != Linux ] || { tidy portable && tidy shared _loaded; } || return
    [ "$(uname -m)" = x86_64 ] || return 0
    need mingw && sh ci/deps-mingw.sh &&
        tidy mingw win32 --extra-arg=--target=x86_64-w64-mingw32
}

# What can run here, the quickest to fail first.
stages_of_this_machine()
{
    echo rooms headers dev release shared install no-remote no-sharedctypes
    [ "$system" != Linux ] || echo portable
    case $system in
    Linux | Darwin) echo asan ;;
    esac
    if [ "$manager" = apt ]; then
        echo shellcheck workflow format clang tsan fuzz tidy
        [ "$(uname -m)" != x86_64 ] || echo mingw mingw-shared arm64 macos-arm64 macos-x86_64
    fi
}

# ---- Running them -------------------------------------------------------

# What only compiles or reads takes the processors, while tests mostly wait. So
# these stages run beside the others, and give way to them.
runs_beside()
{
    case $1 in
    shellcheck | workflow | format | headers | fuzz | tidy | macos-*) ;;
    *) return 1 ;;
    esac
}

keep_going=
table=
while :; do
    case ${1-} in
    --keep-going) keep_going=--keep-going ;;
    --table)
        table=$2
        shift ;;
    *) break ;;
    esac
    shift
done
# A compiler that is newer than ours may warn of more, which is no reason to
# turn away somebody who only wants to see the tests pass.
werror=ON
# shellcheck disable=SC2046  # one word is one stage
case ${1-} in
'')
    set -- dev
    werror=OFF ;;
all) set -- $(stages_of_this_machine) ;;
esac
stages=
beside=
for name; do
    grep -q "^stage_$(echo "$name" | tr - _)()" "$0" || die "there is no stage \"$name\""
    if [ -z "$table" ] && runs_beside "$name"; then
        beside="$beside $name"
    else
        stages="$stages $name"
    fi
done
[ -n "$stages" ] || { stages=$beside beside=; }

work=$(mktemp -d)
helper=
end_helper()
{
    [ -z "$helper" ] || kill "$helper" 2>/dev/null
}
trap 'end_helper; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
summary=${table:-$work/table}
: >"$summary"
: >"$work/beside"
total_passed=0
total_failed=0
begin=$(date +%s)

if [ -n "$beside" ]; then
    say "beside the others:$beside"
    # shellcheck disable=SC2086  # one word is one stage
    nice -n 19 sh "$0" $keep_going --table "$work/beside" $beside \
        >"$work/output" 2>&1 </dev/null &
    helper=$!
fi
for name in $stages; do
    say "$name"
    counts=$work/counts
    : >"$counts"
    start=$(date +%s)
    result=passed
    ("stage_$(echo "$name" | tr - _)") || result=FAILED
    seconds=$(($(date +%s) - start))
    read -r passed failed <<COUNTS
$(awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }' "$counts")
COUNTS
    [ $result = passed ] || [ "$failed" -gt 0 ] || failed=1
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    tests=
    [ "$passed" = 0 ] || tests="$passed tests"
    printf '%-14s %5d s   %s   %s\n' "$name" $seconds $result "$tests" >>"$summary"
    say "$name: $result, $seconds s"
    [ -z "$keep_going" ] || continue
    [ $result = passed ] || break
    ! grep -q FAILED "$work/beside" || break
done

if [ -n "$helper" ]; then
    # It comes to the end of the stage where it is.
    [ -n "$keep_going" ] || [ $total_failed = 0 ] || end_helper
    failed=0
    wait "$helper" || failed=1
    helper=
    cat "$work/output"
    sed 's/ *$/   beside/' "$work/beside" >>"$summary"
    also=$(grep -c FAILED "$work/beside")
    [ "$also" = 0 ] || failed=$also
    total_failed=$((total_failed + failed))
fi
[ -z "$table" ] || exit $((total_failed > 0))
echo
cat "$summary"
printf '%-14s %5d s\n' together $(($(date +%s) - begin))
echo "$total_passed passed, $total_failed failed"
[ $total_failed = 0 ]
