#!/usr/bin/env bash
# Builds gsmooth and packs gsmooth-VERSION-TARGET.tar.gz: the binary, the standard plugins, the C header, manual pages, shell completions,
# and the shipped audits with their models. Works wherever it is unpacked.
#
#   ./release.sh [FOLDER]            writes the archive into FOLDER, or into the target folder
#   PROFILE=dev ./release.sh         packs a build of another profile
#   TARGETS="..." ./release.sh       builds what these options of cargo name, the binary and the plugins among it
set -euo pipefail
cd "$(dirname "$0")"

profile="${PROFILE:-release}"
target_folder="${CARGO_TARGET_DIR:-$PWD/target}"
destination="${1:-$target_folder}"
version=$(sed -n '/^\[workspace\.package\]/,/^$/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
target=$(rustc -vV | sed -n 's/^host: //p')
name="gsmooth-$version-$target"

# `dev` is the one profile whose folder is called otherwise.
built="$target_folder/$profile"
[ "$profile" != dev ] || built="$target_folder/debug"
case "$target" in
*apple*) suffix=dylib ;;
*) suffix=so ;;
esac

read -ra targets <<<"${TARGETS:-}"
cargo build --locked --profile "$profile" ${targets[@]+"${targets[@]}"}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root="$scratch/$name"
mkdir -p "$root/plugins" "$root/include" "$root/onnx"
cp "$built/gsmooth" "$root/"
for library in transformations noises estimators; do
    cp "$built/libgsmooth_$library.$suffix" "$root/plugins/"
done
cp plugins/abi/include/gsmooth_plugin.h "$root/include/"
"$built/gsmooth" man --output "$root/man/man1"
mkdir "$root/completions"
for shell in bash zsh fish powershell elvish; do
    "$built/gsmooth" completions "$shell" > "$root/completions/gsmooth.$shell"
done
cp -R configs "$root/"
cp -R onnx/mnist "$root/onnx/"
cp README.md CHANGELOG.md MATHEMATICS.md LICENSE-MIT LICENSE-APACHE "$root/"
# The messages of ONNX models, which are compiled in, are under a licence of their own.
cp src/onnx/proto/LICENSE "$root/LICENSE-ONNX"

mkdir -p "$destination"
archive="$destination/$name.tar.gz"
tar -czf "$archive" -C "$scratch" "$name"

# What was packed, unpacked elsewhere, must find its plugins with nothing set in the environment.
mkdir "$scratch/unpacked"
tar -xzf "$archive" -C "$scratch/unpacked"
found=$(cd / && env -i "$scratch/unpacked/$name/gsmooth" plugins list --json)
for library in transformations noises estimators; do
    grep -q "$name/plugins/libgsmooth_$library" <<<"$found" || { echo "$library: not found" >&2; exit 1; }
done
# The archive's folder `man` serves as it is: man --manpath.
test -s "$scratch/unpacked/$name/man/man1/gsmooth-certify.1"
echo "$archive"
