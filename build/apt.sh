# Debian or Ubuntu packages for the launchers, which say what they do with say.

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

# apt_install REASON PACKAGE...: installs Debian or Ubuntu packages, or says what to install.
apt_install() {
  local reason=$1; shift
  say "installing $* ($reason)"
  if ! command -v apt-get >/dev/null; then
    say "this system has no apt-get; install the equivalents of: $*"; exit 1
  fi
  local log; log=$(mktemp)
  # A third party's source that fails is no reason to stop, and another installation is waited for.
  if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || true
         as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 9>&-; then
    tail -3 "$log" >&2; rm "$log"
    say "could not install them; please run: sudo apt-get update; sudo apt-get install --no-install-recommends $*"; exit 1
  fi
  rm "$log"
}
