# shellcheck shell=bash
# Functions that all benchmarks share: they build what is missing and stop all processes that were
# started. Source this file from bash. Progress goes to stderr, results go to stdout.

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT_DIR=$(dirname "$BENCH_DIR")
BUILD_DIR=$ROOT_DIR/target/bench
WAR=$ROOT_DIR/target/broadcasty.war

WORK_DIR=$(mktemp -d "${TMPDIR:-/tmp}/broadcasty-bench.XXXXXX")
declare -a STARTED=()

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

need() { # COMMAND HINT
  command -v "$1" >/dev/null 2>&1 || die "\`$1\` is missing: $2"
}

positive() { # OPTION VALUE
  [[ $2 =~ ^[1-9][0-9]*$ ]] || die "$1 must be a positive number, not \`$2\`"
}

# Stops a process that this script started, and waits until it has ended.
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
  if [ -n "${BENCH_KEEP:-}" ]; then say "kept the files in $WORK_DIR"; else rm -rf "$WORK_DIR"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Prints a port of this machine on which no process listens.
free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  die "found no free port"
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

build_load() {
  need go "install Go 1.21 or newer (Debian, Ubuntu: apt-get install golang)"
  mkdir -p "$BUILD_DIR"
  (cd "$BENCH_DIR/load" && go build -o "$BUILD_DIR/load" .) || die "cannot build bench/load"
}

ensure_war() {
  need java "install a JDK of version 17 or newer"
  if [ ! -f "$WAR" ] || [ -n "$(find "$ROOT_DIR/src/main" "$ROOT_DIR/pom.xml" -newer "$WAR" -type f -print -quit)" ]; then
    say "building the WAR"
    (cd "$ROOT_DIR" && ./mvnw -q -B package -DskipTests >&2) || die "cannot build the WAR"
  fi
}

# Raises the limit of open files to the hard limit; the load needs one file per connection.
open_files() { # CONNECTIONS
  ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
  [ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -gt $(($1 + 200)) ] ||
    die "only $(ulimit -n) open files are allowed; raise it (ulimit -n) or give fewer --conns"
}

# Appends a figure for `bench/charts.mjs` to the file of --csv, if there is one.
figure() { # BENCH SUBJECT TRANSPORT LOAD FIGURE VALUE
  local IFS=,
  [ -z "${csv:-}" ] || printf '%s\n' "$*" >>"$csv"
}

begin_csv() {
  [ -z "${csv:-}" ] || [ -s "$csv" ] || echo bench,subject,transport,load,figure,value >"$csv"
}

dashes() { printf "%$1s" '' | tr ' ' -; } # COUNT

# Prints the machine, the JVM, the commit and the load of the measurement.
conditions() {
  printf 'machine: %s cores, %s; Java %s\ncommit %s; load 1 min before: %s\n' \
    "$(nproc)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" \
    "$(java -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.runtime.version = //p')" \
    "$(git -C "$ROOT_DIR" rev-parse --short HEAD 2>/dev/null || echo '?')" \
    "$(cut -d' ' -f1 /proc/loadavg)"
}
