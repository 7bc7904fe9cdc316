#!/bin/sh
# Runs .NET Interactive as the process that the client started, and ends it when that client is gone: killed clients say no goodbye. interactive.sh DOTNET PROGRAM...
alive() { [ -e "/proc/$1" ] && ! grep -q '^State:[[:space:]]*[ZX]' "/proc/$1/status" 2>/dev/null; }
client=${JPY_PARENT_PID:-$PPID}
[ "$client" -gt 1 ] || client=$PPID
# .NET does not start without ICU unless told to.
/sbin/ldconfig -p 2>/dev/null | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
(
  while alive "$client" && alive $$; do sleep 2; done
  kill -9 $$
) </dev/null >/dev/null 2>&1 &
exec "$@"
