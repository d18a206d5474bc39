#!/bin/sh
# bundle.sh PROGRAM FOLDER: a folder that runs on Linux systems with another C
# library than this one's. It holds the program, the libraries it needs, and
# the loader that goes with them.
set -eu
program=$1
folder=$2

mkdir -p "$folder/lib"
cp "$program" "$folder/lib/app"
ldd "$program" | sed -n 's/^.* => //; s/^[[:space:]]*\(\/.*\) (0x[0-9a-f]*)$/\1/p' |
    while read -r file; do
        cp "$file" "$folder/lib/"
        case $file in
        */ld-*) mv "$folder/lib/$(basename "$file")" "$folder/lib/loader" ;;
        esac
    done

cat >"$folder/run" <<'RUN'
#!/bin/sh
home=$(cd "$(dirname "$0")" && pwd)
exec "$home/lib/loader" --library-path "$home/lib" "$home/lib/app" "$@"
RUN
chmod +x "$folder/run"
