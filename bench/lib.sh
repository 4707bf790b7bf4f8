# What the benches share: building what is missing, a server of their own, and stopping all of it.
# Sourced by bash. Progress goes to stderr, results to stdout.

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT_DIR=$(dirname "$BENCH_DIR")
BUILD_DIR=$ROOT_DIR/target/bench
WAR=$ROOT_DIR/target/broadcasty.war
PAYARA_MICRO=$ROOT_DIR/target/server/payara-micro.jar
START_SECONDS=${BENCH_START_SECONDS:-120}

WORK_DIR=$(mktemp -d "${TMPDIR:-/tmp}/broadcasty-bench.XXXXXX")
declare -a STARTED=()
SERVER_PID=
SERVER_PORT=
SERVER_LOG=
TOKEN=

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

need() { # COMMAND HINT
  command -v "$1" >/dev/null 2>&1 || die "\`$1\` is missing: $2"
}

# Ends a process that was started here, and waits for its end.
stop() { # PID
  local pid=$1
  kill "$pid" 2>/dev/null || { wait "$pid" 2>/dev/null || true; return 0; }
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

cleanup() {
  local status=$?
  trap - EXIT INT TERM
  for pid in ${STARTED[@]+"${STARTED[@]}"}; do stop "$pid"; done
  if [ -n "${BENCH_KEEP:-}" ]; then say "kept: $WORK_DIR"; else rm -rf "$WORK_DIR"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A port of this machine that nobody listens on now.
free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  die "no free port was found"
}

build_c() { # NAME
  mkdir -p "$BUILD_DIR"
  if [ ! -x "$BUILD_DIR/$1" ] || [ "$BENCH_DIR/$1.c" -nt "$BUILD_DIR/$1" ]; then
    need gcc "install a C compiler (Debian, Ubuntu: apt-get install gcc libc6-dev)"
    say "building $1"
    gcc -O2 -Wall -Wno-misleading-indentation -Wno-unused-result -Wno-sign-compare \
      -o "$BUILD_DIR/$1" "$BENCH_DIR/$1.c"
  fi
}

ensure_war() {
  need java "install a JDK of version 17 or newer"
  if [ ! -f "$WAR" ] || [ -n "$(find "$ROOT_DIR/src/main" "$ROOT_DIR/pom.xml" -newer "$WAR" -type f -print -quit)" ]; then
    say "building the WAR"
    (cd "$ROOT_DIR" && ./mvnw -q -B package -DskipTests >&2) || die "the WAR could not be built"
  fi
}

ensure_payara() {
  if [ ! -f "$PAYARA_MICRO" ]; then
    say "fetching Payara Micro"
    (cd "$ROOT_DIR" && ./mvnw -q -B -Prun -Dexec.skip package >&2) ||
      die "Payara Micro could not be fetched by Maven; is the network reachable?"
  fi
}

# Starts Payara Micro with the WAR. Sets SERVER_PID, SERVER_PORT, SERVER_LOG and TOKEN; answers 1 when it does not come
# up, with the reason in START_FAILURE.
start_payara() { # STORE [MORE ARGUMENTS OF PAYARA MICRO]
  local store=$1 home
  shift
  home=$(mktemp -d "$WORK_DIR/server.XXXXXX")
  mkdir "$home/tmp" "$home/data"
  SERVER_PORT=$(free_port)
  SERVER_LOG=$home/server.log
  START_FAILURE=
  say "starting Payara Micro on port $SERVER_PORT, store: $store"
  # shellcheck disable=SC2086 # several options in one variable
  (
    cd "$ROOT_DIR"
    exec env -u JAVA_TOOL_OPTIONS \
      BROADCASTY_DEV=true \
      BROADCASTY_DATA_DIR="$home/data" \
      BROADCASTY_REPLAY_STORE="$store" \
      BROADCASTY_LIMITS_ENABLED=false \
      BROADCASTY_LIMITS_CONNECTIONS_PER_USER=1000000 \
      BROADCASTY_LIMITS_CONNECTIONS_PER_TENANT=1000000 \
      java @server-config/payara/micro.jvm ${BENCH_JVM_OPTIONS:-} -Djava.io.tmpdir="$home/tmp" \
      -jar "$PAYARA_MICRO" --nocluster --disablephonehome --port "$SERVER_PORT" \
      --logproperties server-config/payara/logging.properties --deploy "$WAR" "$@"
  ) >"$SERVER_LOG" 2>&1 &
  SERVER_PID=$!
  STARTED+=("$SERVER_PID")
  local deadline=$((SECONDS + START_SECONDS)) answer
  while :; do
    if ! kill -0 "$SERVER_PID" 2>/dev/null; then
      START_FAILURE="the server ended: $(log_reason)"
      return 1
    fi
    answer=$(curl -fsS -m 5 "http://127.0.0.1:$SERVER_PORT/dev/tokens" 2>/dev/null || true)
    TOKEN=$(sed -n 's/.*"publisher":"\([^"]*\)".*/\1/p' <<<"$answer")
    [ -n "$TOKEN" ] && break
    if [ $SECONDS -ge $deadline ] || grep -q 'Exception while loading the app\|Failed to deploy' "$SERVER_LOG"; then
      START_FAILURE="no answer from /dev/tokens: $(log_reason)"
      return 1
    fi
    sleep 0.5
  done
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
    line=$(grep -m1 SEVERE "$SERVER_LOG") ||
    line=$(grep -v '^[[:space:]]*$' "$SERVER_LOG" | tail -1) || true
  printf '%.240s' "${line:-its log is empty}"
}

# What the figures were measured on.
conditions() {
  printf 'machine: %s cores, %s; Java %s; commit %s; load 1 min before: %s\n' \
    "$(nproc)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" \
    "$(java -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.runtime.version = //p')" \
    "$(git -C "$ROOT_DIR" rev-parse --short HEAD 2>/dev/null || echo '?')" \
    "$(cut -d' ' -f1 /proc/loadavg)"
}
