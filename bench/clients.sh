# shellcheck shell=bash
# Controls `clients`, the program that simulates many Broadcasty clients. Source this file from bash
# after lib.sh and servers.sh.

CLIENTS_PID=
ANSWER=

start_clients() { # CHANNEL PAYLOAD-BYTES TIMEOUT-SECONDS
  CLIENTS_TIMEOUT=$3
  coproc CLIENTS { exec "$BUILD_DIR/clients" --port "$SERVER_PORT" --channel "$1" --token "$TOKEN" --payload "$2" --timeout "$3"; }
  # shellcheck disable=SC2153 # bash sets it
  exec 7>&"${CLIENTS[1]}" 8<&"${CLIENTS[0]}"
  STARTED+=("$CLIENTS_PID")
}

stop_clients() {
  exec 7>&- 8<&-
  stop "$CLIENTS_PID"
}

# Sends a command and stores the reply in ANSWER.
clients() { # COMMAND…
  echo "$*" >&7
  read_reply
}

read_reply() {
  local before=$ANSWER
  read -r -t $((CLIENTS_TIMEOUT * 2 + 60)) ANSWER <&8 || die "the clients did not answer${before:+, after: $before}"
}

# Sends a command like `clients` and fails unless the reply is ok.
must() { # COMMAND…
  clients "$@"
  [[ $ANSWER == ok* ]] || broken "$*: $ANSWER"
}

broken() { # WHAT
  die "$1
the server's log ends with: $(tail -3 "$SERVER_LOG" 2>/dev/null)"
}

answer() { # NAME
  local found=" $ANSWER "
  found=${found#* "$1"=}
  echo "${found%% *}"
}

# Prints the number of sockets that the server's process has open, including those whose peer has
# closed its side.
server_sockets() {
  find "/proc/$SERVER_PID/fd" -lname 'socket:*' 2>/dev/null | wc -l
}

# Prints how many of the server's connections are in these states (hexadecimal, as in
# /proc/net/tcp), without those that the process has closed and only the kernel still knows.
server_connections() { # REMOTE-PORT|'' STATE…
  local port remote
  port=$(printf '%04X' "$SERVER_PORT")
  remote=$([ -z "$1" ] || printf '%04X' "$1")
  shift
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$port$" -v remote=":$remote$" -v states=" $* " \
    '$2 ~ port && (remote == ":$" || $3 ~ remote) && index(states, " " $4 " ") && $10 != 0 { n++ } END { print n + 0 }'
}

# Prints the state and the bytes in the send queue of the server's connection to a port, both
# hexadecimal.
server_connection() { # REMOTE-PORT
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$(printf '%04X' "$SERVER_PORT")$" -v remote=":$(printf '%04X' "$1")$" \
    '$2 ~ port && $3 ~ remote { split($5, queue, ":"); printf "state %s, send queue %s", $4, queue[1] }'
}
