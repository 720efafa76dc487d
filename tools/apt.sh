#!/usr/bin/env bash
# apt.sh LOG PACKAGE...   install system packages as root, with apt-get's own lines in LOG; for others say the line that does.
set -euo pipefail
log=$1
shift
if [ "$(id -u)" != 0 ]; then
	echo "System packages are missing. Run this once, then make again:"
	echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
	exit 1
fi
echo "Installing $# system packages (about a minute, up to 250 MB)"
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } > "$log" 2>&1 < /dev/null; then
	echo "apt-get could not install them. Its last lines, of $log:"
	tail -n 12 "$log" | sed 's/^/  /'
	exit 1
fi
