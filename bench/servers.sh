# shellcheck shell=bash
# Starts servers for a benchmark on free ports, all with the same Broadcasty settings and JVM
# options. Source this file from bash after lib.sh.
#
# start_server sets SERVER_PID (the JVM), SERVER_PORT, HEALTH_PORT, SERVER_LOG and TOKEN. SERVER_ENV
# may contain further NAME=VALUE settings. WANTED_PORT may contain a port to use instead of a free
# one, and RESTARTED_HOME the folder of a server that is started again with its data. An empty
# SHIPPED_LIMITS lifts the limits, which would refuse the load of most benchmarks.

SERVERS="payara wildfly liberty"
SERVERS_DIR=$ROOT_DIR/target/server
START_SECONDS=${BENCH_START_SECONDS:-120}
DRAIN_SECONDS=1    # the time over which a stopping server ends its streams
SHUTDOWN_SECONDS=3 # the time it waits before it closes the sockets

declare -a SERVER_ENV=()
SERVER_PID=
SERVER_PORT=
HEALTH_PORT= # of /health; WildFly has it beside its management
SHIPPED_LIMITS=
WANTED_PORT=
RESTARTED_HOME=
SERVER_LOG=
TOKEN=
START_FAILURE=

# Prints the servers that the value of --server selects.
servers_of() { # payara|wildfly|liberty|all
  case $1 in
    all) echo "$SERVERS" ;;
    payara | wildfly | liberty) echo "$1" ;;
    *) die "unknown server \`$1\`; known servers: $SERVERS, all" ;;
  esac
}

server_name() {
  case $1 in payara) echo Payara Micro ;; wildfly) echo WildFly ;; liberty) echo Open Liberty ;; esac
}

# Downloads a server through Maven if it is missing.
ensure_server() { # SERVER
  local there
  case $1 in
    payara) there=$SERVERS_DIR/payara-micro.jar ;;
    wildfly) there=$SERVERS_DIR/wildfly/standalone/configuration/broadcasty.xml ;;
    liberty) there=$SERVERS_DIR/liberty/bin/server ;;
  esac
  if [ -e "$there" ]; then # WildFly's configuration may be outdated
    [ "$1" = wildfly ] && [ "$ROOT_DIR/server-config/wildfly/broadcasty.cli" -nt "$there" ] || return 0
  fi
  say "downloading $(server_name "$1")"
  local profile=()
  [ "$1" = payara ] || profile=("-P$1")
  (cd "$ROOT_DIR" && ./mvnw -q -B ${profile[@]+"${profile[@]}"} pre-integration-test -DskipTests >&2) ||
    die "Maven cannot download $(server_name "$1"); check the network connection"
  [ -e "$there" ] || die "Maven did not create $there"
}

jvm_options() { # the heap is the same on each server
  grep -v '^#' "$ROOT_DIR/server-config/payara/micro.jvm"
  printf '%s\n' -XX:+UseG1GC -XX:+UseTransparentHugePages "-Djava.io.tmpdir=$1/tmp"
  # shellcheck disable=SC2086 # several options in one variable
  [ -z "${BENCH_JVM_OPTIONS:-}" ] || printf '%s\n' $BENCH_JVM_OPTIONS
}

# Each run_ function runs in a subshell with the settings in its environment and replaces the
# subshell by the server.

run_payara() { # HOME WARS…
  local home=$1 deploy=()
  shift
  for war in "$@"; do deploy+=(--deploy "$war"); done
  cd "$ROOT_DIR" || exit
  jvm_options "$home" >"$home/jvm.options"
  exec java "@$home/jvm.options" -jar "$SERVERS_DIR/payara-micro.jar" --nocluster --disablephonehome --prebootcommandfile server-config/payara/micro-production.asadmin \
    --postdeploycommandfile server-config/payara/micro-deployed.asadmin --shutdowngrace "${SHUTDOWN_SECONDS}000" --port "$SERVER_PORT" --logproperties server-config/payara/logging.properties "${deploy[@]}"
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
    "-Djboss.http.port=$SERVER_PORT" "-Djboss.https.port=$(free_port)" "-Djboss.management.http.port=$HEALTH_PORT"
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

# Starts a server with the WAR. Returns 1 if it does not start, with the reason in START_FAILURE.
# shellcheck disable=SC2034
start_server() { # SERVER STORE [MORE WARS]
  local server=$1 store=$2 home launcher
  shift 2
  home=${RESTARTED_HOME:-$(mktemp -d "$WORK_DIR/server.XXXXXX")}
  mkdir -p "$home/tmp" "$home/data"
  SERVER_PORT=${WANTED_PORT:-$(free_port)}
  HEALTH_PORT=$SERVER_PORT
  [ "$server" != wildfly ] || HEALTH_PORT=$(free_port)
  SERVER_LOG=$home/server.log
  START_FAILURE=
  say "starting $(server_name "$server") on port $SERVER_PORT, store: $store"
  (
    unset JAVA_TOOL_OPTIONS JAVA_OPTS JVM_ARGS
    export BROADCASTY_DEV=true \
      BROADCASTY_DATA_DIR="$home/data" \
      BROADCASTY_REPLAY_STORE="$store" \
      BROADCASTY_DRAIN="${DRAIN_SECONDS}s" \
      BROADCASTY_APPS_1_KEY=bench BROADCASTY_APPS_1_SECRET=bench BROADCASTY_APPS_1_TENANT=demo
    [ -n "$SHIPPED_LIMITS" ] || export BROADCASTY_LIMITS_ENABLED=false \
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
  if [ -f "$home/pid" ]; then # the launcher is a script that forwards signals
    SERVER_PID=$(cat "$home/pid")
    STARTED+=("$SERVER_PID")
  fi
  if [ "$store" != memory ] && grep -q 'durability: memory' "$SERVER_LOG"; then
    START_FAILURE="the server stores streams in memory: $(grep -m1 -o 'durability: .*' "$SERVER_LOG")"
    return 1
  fi
}

stop_server() {
  stop "$SERVER_PID"
  SERVER_PID=
}

# Prints the line of the server's log that best explains a failure.
log_reason() {
  local line
  line=$(grep -m1 -E 'InvalidConfiguration|cannot be used|BrokerException' "$SERVER_LOG") ||
    line=$(grep -m1 -E 'SEVERE|ERROR' "$SERVER_LOG") ||
    line=$(grep -v '^[[:space:]]*$' "$SERVER_LOG" | tail -1) || true
  printf '%.240s' "${line:-its log is empty}"
}

# Prints the heap in use after a full collection, and the resident memory outside the heap, in KB.
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

# Prints the KB of heap and the KB elsewhere per connection, from two results of server_memory.
memory_each() { # BEFORE AFTER CONNECTIONS
  awk -v b="$1" -v a="$2" -v n="$3" 'BEGIN{split(b,x);split(a,y);printf "%.1f %.1f",(y[1]-x[1])/n,(y[2]-x[2])/n}'
}
