#!/bin/bash
# The tree-sitter CLI out of Debian 13's packages, run through their own libc; nothing is installed, root is not needed.
# usage: tree-sitter-cli.sh DIR   -> DIR/tree-sitter
set -euo pipefail
DIR=${1:?directory}
mkdir -p "$DIR"
DIR=$(cd "$DIR" && pwd)
APT="$DIR/apt"
mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial" "$APT/packages" "$DIR/root"
SITE=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -1)
printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$SITE" > "$APT/list.sources"
OPTIONS=(-o Dir::Etc::sourcelist="$APT/list.sources" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$APT/lists" -o Dir::Cache="$APT/cache" -o APT::Sandbox::User=)
apt-get "${OPTIONS[@]}" update -q
cd "$APT/packages"
apt-get "${OPTIONS[@]}" download -q tree-sitter-cli libc6 libgcc-s1
for package in *.deb; do dpkg-deb -x "$package" "$DIR/root"; done
LIBC=$(dirname "$(find "$DIR/root" -name libc.so.6 | head -1)")
LIBGCC=$(dirname "$(find "$DIR/root" -name libgcc_s.so.1 | head -1)")
LOADER=$(find "$DIR/root" -name 'ld-linux*.so.*' | head -1)
printf '#!/bin/sh\nexec "%s" --library-path "%s:%s" "%s" "$@"\n' "$LOADER" "$LIBC" "$LIBGCC" "$DIR/root/usr/bin/tree-sitter" > "$DIR/tree-sitter"
chmod +x "$DIR/tree-sitter"
rm -rf "$APT"
