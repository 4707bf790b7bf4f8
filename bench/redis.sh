# shellcheck shell=bash
# Starts Redis servers for a benchmark on free ports, each with an append-only file. Source this
# file from bash after lib.sh.
#
# start_redis sets REDIS_URL and stores the process id of each server in REDIS_PIDS under its port.

REDIS_KINDS="standalone sentinel cluster"
REDIS_SECONDS=30

declare -A REDIS_PIDS=()
# shellcheck disable=SC2034
REDIS_URL=
REDIS_PORTS=

redis_kinds_of() { # standalone|sentinel|cluster|all
  case $1 in
    all) echo "$REDIS_KINDS" ;;
    standalone | sentinel | cluster) echo "$1" ;;
    *) die "unknown Redis topology \`$1\`; known topologies: $REDIS_KINDS, all" ;;
  esac
}

ensure_redis() {
  need redis-server "install it (Debian, Ubuntu: apt-get install redis-server redis-tools redis-sentinel)"
  need redis-cli "install it (Debian, Ubuntu: apt-get install redis-tools)"
}

redis() { # PORT COMMAND…
  local port=$1
  shift
  redis-cli -h 127.0.0.1 -p "$port" "$@" 2>/dev/null
}

await_redis() { # WHAT COMMAND…
  local what=$1 deadline=$((SECONDS + REDIS_SECONDS))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || die "Redis: timed out after $REDIS_SECONDS s while waiting for $what"
    sleep 0.2
  done
}

answers() { [ "$(redis "$1" ping)" = PONG ]; } # PORT

# Starts a server, or restarts it with its previous options and data.
run_redis() { # PORT MORE-OPTIONS…
  local port=$1 home=$WORK_DIR/redis.$1
  shift
  mkdir -p "$home"
  [ $# = 0 ] || printf '%s\n' "$@" >"$home/options"
  # shellcheck disable=SC2046 # one option per word
  redis-server --bind 127.0.0.1 --port "$port" --dir "$home" --save '' --appendonly yes --daemonize no \
    $(cat "$home/options" 2>/dev/null || true) >>"$home/log" 2>&1 &
  REDIS_PIDS[$port]=$!
  STARTED+=("$!")
  await_redis "the start on port $port" answers "$port"
}

stop_redis() { # PORT
  stop "${REDIS_PIDS[$1]}"
}

kill_redis() { # PORT
  kill -9 "${REDIS_PIDS[$1]}" 2>/dev/null || true
  wait "${REDIS_PIDS[$1]}" 2>/dev/null || true
}

# Deletes the data of a stopped server, to simulate the loss of its disk.
empty_redis() { # PORT
  rm -rf "$WORK_DIR/redis.$1/appendonlydir"
}

start_redis() { # KIND
  REDIS_PORTS=
  say "starting Redis, $1"
  "start_$1"
}

stop_all_redis() {
  for port in "${!REDIS_PIDS[@]}"; do stop_redis "$port"; done
  REDIS_PIDS=()
}

start_standalone() {
  local port
  port=$(free_port)
  run_redis "$port"
  REDIS_PORTS=$port
  REDIS_URL=redis://127.0.0.1:$port
}

start_sentinel() { # a primary, two replicas, three sentinels
  local primary port seeds=
  primary=$(free_port)
  run_redis "$primary"
  REDIS_PORTS=$primary
  for _ in 1 2; do
    port=$(free_port)
    run_redis "$port" --replicaof 127.0.0.1 "$primary"
    REDIS_PORTS="$REDIS_PORTS $port"
    await_redis "the replica on port $port" bash -c "redis-cli -p $port info replication | grep -q master_link_status:up"
  done
  for _ in 1 2 3; do
    port=$(free_port)
    mkdir -p "$WORK_DIR/redis.$port"
    printf '%s\n' "port $port" "bind 127.0.0.1" "dir $WORK_DIR/redis.$port" "sentinel monitor bench 127.0.0.1 $primary 2" \
      "sentinel down-after-milliseconds bench 2000" "sentinel failover-timeout bench 10000" >"$WORK_DIR/redis.$port/sentinel.conf"
    redis-server "$WORK_DIR/redis.$port/sentinel.conf" --sentinel >"$WORK_DIR/redis.$port/log" 2>&1 &
    REDIS_PIDS[$port]=$!
    STARTED+=("$!")
    await_redis "the sentinel on port $port" answers "$port"
    seeds="$seeds${seeds:+,}127.0.0.1:$port"
  done
  REDIS_URL=redis-sentinel://$seeds/bench
  port=${seeds##*:}
  await_redis "the sentinels to know each other" bash -c "redis-cli -p $port sentinel master bench | grep -A1 num-other-sentinels | grep -q 2"
  await_redis "the sentinels to know the replicas" bash -c "redis-cli -p $port sentinel master bench | grep -A1 num-slaves | grep -q 2"
}

start_cluster() { # three primaries with a replica each
  local port members=() seeds=
  for _ in 1 2 3 4 5 6; do
    port=$(free_port)
    run_redis "$port" --cluster-enabled yes --cluster-node-timeout 2000 --cluster-port "$(free_port)"
    REDIS_PORTS="$REDIS_PORTS${REDIS_PORTS:+ }$port"
    members+=("127.0.0.1:$port")
    seeds="$seeds${seeds:+,}127.0.0.1:$port"
  done
  redis-cli --cluster create "${members[@]}" --cluster-replicas 1 --cluster-yes >"$WORK_DIR/redis.cluster" 2>&1 ||
    die "cannot create the Redis cluster: $(tail -3 "$WORK_DIR/redis.cluster")"
  for port in $REDIS_PORTS; do
    await_redis "the cluster state on port $port" bash -c "redis-cli -p $port cluster info | grep -q cluster_state:ok"
  done
  # shellcheck disable=SC2034
  REDIS_URL=redis-cluster://$seeds
}

# Prints the port of a server that accepts writes.
redis_primary() {
  for port in $REDIS_PORTS; do
    if redis "$port" role | head -1 | grep -q master; then
      echo "$port"
      return
    fi
  done
  die "no Redis server is a primary"
}
