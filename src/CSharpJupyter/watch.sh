#!/bin/sh
# Runs the C# kernel, and again when its process dies under a session: a stack overflow, a crash in native code, no memory. The new process finds in the
# journal which cells the old one owed an answer. watch.sh DOTNET CSharpJupyter.dll CONNECTION_FILE
journal=$(mktemp) || exit 1
# Without a name, so that it goes with the last process that has it open.
exec 3<>"$journal"; rm "$journal"
export CSHARP_JUPYTER_JOURNAL=/dev/fd/3 CSHARP_JUPYTER_WATCHER=$$
# .NET does not start without ICU unless told to.
/sbin/ldconfig -p 2>/dev/null | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
trap '' INT
ended= tries=0
trap 'ended=1; kill "$session" 2>/dev/null' TERM HUP
while :; do
  before=$(cksum /dev/fd/3)
  [ -z "$ended" ] || exit 143
  "$@" & session=$!
  # Told to end before the number was known.
  [ -z "$ended" ] || kill "$session" 2>/dev/null
  wait "$session"; status=$?
  # A signal ends the wait, not the session.
  while kill -0 "$session" 2>/dev/null; do wait "$session"; status=$?; done
  # A session that ends as it was asked to leaves nothing in it; one that this script was told to end stays ended.
  [ -s /dev/fd/3 ] && [ -z "$ended" ] || exit "$status"
  if [ "$(cksum /dev/fd/3)" != "$before" ]; then tries=0; export CSHARP_JUPYTER_ENDED="$status"
  else
    # It did not begin: another process may have taken its ports.
    tries=$((tries + 1)); [ "$tries" -lt 5 ] || exit "$status"
    sleep 1; [ -z "$ended" ] || exit "$status"
  fi
done
