# shellcheck shell=bash
# Starts other servers for the same load: nginx with nchan, a plain Node server, and Centrifugo.
# Source this file from bash after lib.sh. Each start function sets PEER_PORT and PEER_PIDS.

PEER_PORT=
PEER_PIDS=
CENTRIFUGO_VERSION=v6.9.1
NCHAN_MODULE=/usr/lib/nginx/modules/ngx_nchan_module.so

# Checks and installs what the peers need, before anything is measured.
ensure_peers() {
  local debian="Debian, Ubuntu: apt-get install nginx libnginx-mod-nchan"
  need nginx "$debian"
  [ -f "$NCHAN_MODULE" ] || die "nginx has no nchan module ($NCHAN_MODULE): $debian"
  need node "install Node 20 or newer"
  need npm "install Node 20 or newer with npm"
  if [ ! -d "$BENCH_DIR/peers/node_modules/ws" ]; then
    say "downloading the Node library ws"
    (cd "$BENCH_DIR/peers" && npm ci --silent --no-fund --no-audit >&2) || die "npm ci failed in bench/peers"
  fi
}

# Builds Centrifugo with Go, once.
ensure_centrifugo() {
  need go "Centrifugo is built with Go; install Go 1.24 or newer, or leave out --peers"
  [ -x "$BUILD_DIR/bin/centrifugo" ] && return
  say "building Centrifugo $CENTRIFUGO_VERSION, which takes a few minutes, once"
  GOBIN=$BUILD_DIR/bin go install "github.com/centrifugal/centrifugo/v6@$CENTRIFUGO_VERSION" >&2 ||
    die "cannot build Centrifugo"
}

# Anybody may connect, subscribe and publish, so that no token has to be checked.
start_centrifugo() {
  PEER_PORT=$(free_port)
  cat >"$WORK_DIR/centrifugo.json" <<TEXT
{
  "http_server": {"address": "127.0.0.1", "port": "$PEER_PORT"},
  "client": {"insecure": true, "allowed_origins": ["*"]},
  "http_api": {"insecure": true},
  "channel": {"without_namespace": {"allow_subscribe_for_client": true}},
  "log": {"level": "error"}
}
TEXT
  say "starting Centrifugo on port $PEER_PORT"
  "$BUILD_DIR/bin/centrifugo" --config "$WORK_DIR/centrifugo.json" >"$WORK_DIR/centrifugo.log" 2>&1 &
  PEER_PIDS=$!
  STARTED+=("$PEER_PIDS")
  await_port "$PEER_PORT" Centrifugo "$WORK_DIR/centrifugo.log"
}

await_port() { # PORT NAME LOG
  for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.1
  done
  die "$2 did not start: $(tail -3 "$3")"
}

start_nchan() {
  local home=$WORK_DIR/nginx user=
  mkdir -p "$home"
  PEER_PORT=$(free_port)
  [ "$(id -u)" != 0 ] || user="user $(id -un);"
  cat >"$home/nginx.conf" <<TEXT
load_module $NCHAN_MODULE;
$user
daemon off;
worker_processes auto;
worker_rlimit_nofile $(ulimit -n);
pid $home/pid;
error_log $home/error.log warn;
events { worker_connections 20000; }
http {
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path $home/body;
  proxy_temp_path $home/proxy;
  fastcgi_temp_path $home/fastcgi;
  uwsgi_temp_path $home/uwsgi;
  scgi_temp_path $home/scgi;
  nchan_shared_memory_size 256M;
  server {
    listen 127.0.0.1:$PEER_PORT backlog=4096;
    location = /ws { nchan_subscriber websocket; nchan_channel_id bench; nchan_subscriber_first_message newest; }
    location = /sse { nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }
    location = /publish { nchan_publisher http; nchan_channel_id bench; nchan_message_buffer_length 10000; }
  }
}
TEXT
  say "starting nginx with nchan on port $PEER_PORT"
  nginx -c "$home/nginx.conf" -p "$home" >"$home/log" 2>&1 &
  local master=$!
  STARTED+=("$master")
  await_port "$PEER_PORT" nginx "$home/log"
  PEER_PIDS="$master $(pgrep -P "$master" | tr '\n' ' ')"
}

start_node() {
  PEER_PORT=$(free_port)
  say "starting the Node server on port $PEER_PORT"
  node "$BENCH_DIR/peers/node-server.js" "$PEER_PORT" >"$WORK_DIR/node.log" 2>&1 &
  PEER_PIDS=$!
  STARTED+=("$PEER_PIDS")
  await_port "$PEER_PORT" "the Node server" "$WORK_DIR/node.log"
}

stop_peer() { stop "${PEER_PIDS%% *}"; }

# Prints the resident memory of all processes of the peer, in KB.
peer_memory() {
  local pid
  for pid in $PEER_PIDS; do sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$pid/status"; done | awk '{all += $1} END {print 0, all}'
}

peer_name() {
  case $1 in nchan) echo 'nginx + nchan' ;; node) echo "Node + ws" ;; esac
}
