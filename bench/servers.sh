# shellcheck shell=bash
# Servers of a bench's own, with the same Broadcasty settings and JVM options, on free ports. Sourced by bash after lib.sh.
#
# start_server sets SERVER_PID (the JVM), SERVER_PORT, SERVER_LOG and TOKEN. SERVER_ENV may hold more NAME=VALUE settings,
# WANTED_PORT a port instead of a free one.

SERVERS="payara wildfly liberty"
SERVERS_DIR=$ROOT_DIR/target/server
START_SECONDS=${BENCH_START_SECONDS:-120}
DRAIN_SECONDS=1    # over how long a stopping server ends its streams
SHUTDOWN_SECONDS=3 # and how long it waits before it pulls the sockets

declare -a SERVER_ENV=()
SERVER_PID=
SERVER_PORT=
WANTED_PORT=
SERVER_LOG=
TOKEN=
START_FAILURE=

# The servers that an option names.
servers_of() { # payara|wildfly|liberty|all
  case $1 in
    all) echo "$SERVERS" ;;
    payara | wildfly | liberty) echo "$1" ;;
    *) die "there is no server \`$1\`; known: $SERVERS, all" ;;
  esac
}

server_name() {
  case $1 in payara) echo Payara Micro ;; wildfly) echo WildFly ;; liberty) echo Open Liberty ;; esac
}

# Fetches a server through Maven when it is not there.
ensure_server() { # SERVER
  local there
  case $1 in
    payara) there=$SERVERS_DIR/payara-micro.jar ;;
    wildfly) there=$SERVERS_DIR/wildfly/standalone/configuration/broadcasty.xml ;;
    liberty) there=$SERVERS_DIR/liberty/bin/server ;;
  esac
  if [ -e "$there" ]; then # WildFly's configuration may have changed since
    [ "$1" = wildfly ] && [ "$ROOT_DIR/server-config/wildfly/broadcasty.cli" -nt "$there" ] || return 0
  fi
  say "fetching $(server_name "$1")"
  local profile=()
  [ "$1" = payara ] || profile=("-P$1")
  (cd "$ROOT_DIR" && ./mvnw -q -B ${profile[@]+"${profile[@]}"} pre-integration-test -DskipTests >&2) ||
    die "$(server_name "$1") could not be fetched by Maven; is the network reachable?"
  [ -e "$there" ] || die "Maven did not bring $there"
}

jvm_options() { # the heap is the same on each server
  grep -v '^#' "$ROOT_DIR/server-config/payara/micro.jvm"
  printf '%s\n' -XX:+UseG1GC -XX:+UseTransparentHugePages "-Djava.io.tmpdir=$1/tmp"
  # shellcheck disable=SC2086 # several options in one variable
  [ -z "${BENCH_JVM_OPTIONS:-}" ] || printf '%s\n' $BENCH_JVM_OPTIONS
}

# Each runs in a subshell with the settings in its environment, and becomes the server.

run_payara() { # HOME WARS…
  local home=$1 deploy=()
  shift
  for war in "$@"; do deploy+=(--deploy "$war"); done
  cd "$ROOT_DIR" || exit
  jvm_options "$home" >"$home/jvm.options"
  exec java "@$home/jvm.options" -jar "$SERVERS_DIR/payara-micro.jar" --nocluster --disablephonehome --prebootcommandfile server-config/payara/micro.asadmin \
    --shutdowngrace "${SHUTDOWN_SECONDS}000" --port "$SERVER_PORT" --logproperties server-config/payara/logging.properties "${deploy[@]}"
}

run_wildfly() { # HOME WARS…
  local home=$1 base=$1/standalone
  shift
  mkdir -p "$base/deployments"
  cp -r "$SERVERS_DIR/wildfly/standalone/configuration" "$base"
  cp "$@" "$base/deployments"
  export JAVA_OPTS LAUNCH_JBOSS_IN_BACKGROUND=1 JBOSS_PIDFILE=$home/pid WILDFLY_SHUTDOWN_SECONDS=$SHUTDOWN_SECONDS
  JAVA_OPTS="$(jvm_options "$home" | tr '\n' ' ') -Djboss.modules.system.pkgs=org.jboss.byteman -Djava.awt.headless=true"
  exec "$SERVERS_DIR/wildfly/bin/standalone.sh" -c broadcasty.xml -b 127.0.0.1 "-Djboss.server.base.dir=$base" \
    "-Djboss.http.port=$SERVER_PORT" "-Djboss.https.port=$(free_port)" "-Djboss.management.http.port=$(free_port)"
}

run_liberty() { # HOME WARS…
  local home=$1 server=$1/usr/servers/broadcasty
  shift
  mkdir -p "$server/dropins"
  cp "$ROOT_DIR"/server-config/liberty/*.xml "$server"
  jvm_options "$home" >"$server/jvm.options"
  local war=$1
  shift
  [ $# = 0 ] || cp "$@" "$server/dropins"
  export WLP_USER_DIR=$home/usr WLP_OUTPUT_DIR=$home/out
  exec "$SERVERS_DIR/liberty/bin/server" run broadcasty -- --http.host=127.0.0.1 "--http.port=$SERVER_PORT" "--war=$war"
}

# Starts a server with the WAR; answers 1 when it does not come up, with the reason in START_FAILURE.
# shellcheck disable=SC2034
start_server() { # SERVER STORE [MORE WARS]
  local server=$1 store=$2 home launcher
  shift 2
  home=$(mktemp -d "$WORK_DIR/server.XXXXXX")
  mkdir "$home/tmp" "$home/data"
  SERVER_PORT=${WANTED_PORT:-$(free_port)}
  SERVER_LOG=$home/server.log
  START_FAILURE=
  say "starting $(server_name "$server") on port $SERVER_PORT, store: $store"
  (
    unset JAVA_TOOL_OPTIONS JAVA_OPTS JVM_ARGS
    export BROADCASTY_DEV=true \
      BROADCASTY_DATA_DIR="$home/data" \
      BROADCASTY_REPLAY_STORE="$store" \
      BROADCASTY_DRAIN="${DRAIN_SECONDS}s" \
      BROADCASTY_LIMITS_ENABLED=false \
      BROADCASTY_LIMITS_CONNECTIONS_PER_USER=1000000 \
      BROADCASTY_LIMITS_CONNECTIONS_PER_TENANT=1000000
    for setting in ${SERVER_ENV[@]+"${SERVER_ENV[@]}"}; do export "${setting?}"; done
    "run_$server" "$home" "$WAR" "$@"
  ) >"$SERVER_LOG" 2>&1 &
  launcher=$!
  SERVER_PID=$launcher
  STARTED+=("$launcher")
  local deadline=$((SECONDS + START_SECONDS)) answer
  while :; do
    if ! kill -0 "$launcher" 2>/dev/null; then
      START_FAILURE="the server ended: $(log_reason)"
      return 1
    fi
    answer=$(curl -fsS -m 5 "http://127.0.0.1:$SERVER_PORT/dev/tokens" 2>/dev/null || true)
    TOKEN=$(sed -n 's/.*"publisher":"\([^"]*\)".*/\1/p' <<<"$answer")
    [ -n "$TOKEN" ] && break
    if [ $SECONDS -ge $deadline ] ||
      grep -q 'Exception while loading the app\|Failed to deploy\|WFLYSRV0026\|CWWKZ0002E\|CWWKZ0004E' "$SERVER_LOG"; then
      START_FAILURE="no answer from /dev/tokens: $(log_reason)"
      return 1
    fi
    sleep 0.5
  done
  if [ -f "$home/pid" ]; then # the launcher is a script that passes signals on
    SERVER_PID=$(cat "$home/pid")
    STARTED+=("$SERVER_PID")
  fi
  if [ "$store" != memory ] && grep -q 'durability: memory' "$SERVER_LOG"; then
    START_FAILURE="the server keeps its streams in memory: $(grep -m1 -o 'durability: .*' "$SERVER_LOG")"
    return 1
  fi
}

stop_server() {
  stop "$SERVER_PID"
  SERVER_PID=
}

# The line of the server's log that says best what went wrong.
log_reason() {
  local line
  line=$(grep -m1 -E 'InvalidConfiguration|cannot be used|BrokerException' "$SERVER_LOG") ||
    line=$(grep -m1 -E 'SEVERE|ERROR' "$SERVER_LOG") ||
    line=$(grep -v '^[[:space:]]*$' "$SERVER_LOG" | tail -1) || true
  printf '%.240s' "${line:-its log is empty}"
}

# Heap in use after a full collection, and what else is resident; both in KB.
server_memory() {
  local heap total used rss
  jcmd "$SERVER_PID" GC.run >/dev/null
  jcmd "$SERVER_PID" GC.run >/dev/null
  heap=$(jcmd "$SERVER_PID" GC.heap_info | sed -n '2p')
  total=$(sed -n 's/.*total \([0-9]*\)K.*/\1/p' <<<"$heap")
  used=$(sed -n 's/.*used \([0-9]*\)K.*/\1/p' <<<"$heap")
  rss=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$SERVER_PID/status")
  echo "$used $((rss - total))"
}

# What a connection takes, of two answers of server_memory: KB of heap and KB elsewhere.
memory_each() { # BEFORE AFTER CONNECTIONS
  awk -v b="$1" -v a="$2" -v n="$3" 'BEGIN{split(b,x);split(a,y);printf "%.1f %.1f",(y[1]-x[1])/n,(y[2]-x[2])/n}'
}
