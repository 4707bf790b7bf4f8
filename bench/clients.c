// clients: simulates many Broadcasty clients in one process, controlled by commands. Unlike fanbench,
// it parses what it receives: it checks the sequence of every client's stream, counts publications
// that are missing, duplicated or unexpected, and breaks connections in the ways that clients do.
//
//   clients --port P --channel NAME --token TOKEN [--payload BYTES] [--timeout SECONDS]
//
// Reads commands from stdin and answers each with one line, `ok …` or `failed …`:
//
//   open ws|sse COUNT           opens clients and waits until each is subscribed; a client that is
//                               refused with 429 tries again
//   open-slow ws|sse            opens a client with a small receive buffer, which also subscribes
//                               to the channel NAME-heavy
//   publish COUNT RATE [HEAVY]  publishes RATE times a second and waits until all reading clients
//                               have everything; with RATE 0, each publication waits until all
//                               clients have the previous one; with HEAVY, each is followed by
//                               another one on NAME-heavy with a payload of HEAVY bytes
//   reset ws|sse COUNT          closes connections with RST
//   silence COUNT               makes WebSockets stop reading and answering; they stay connected
//   stall                       the client opened last stops reading
//   wake                        it reads again until the server has closed the connection
//   leave                       it closes its connection with RST
//   resume                      it reconnects from its last position and waits until it has
//                               everything
//   storm ws|sse COUNT          opens clients all at once, as after an outage, and waits until each
//                               is subscribed; one that is refused with 429, that the server does
//                               not accept or whose handshake it cuts tries again every half second
//   resume-all                  all closed clients do the same from their last positions, until they
//                               have everything
//   drain                       waits until the server has closed all connections
//   state                       prints the number of open connections
//
// A latency is the time in milliseconds from before the publish request is written until the client
// reads the publication.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum kind { WS, SSE };
enum phase {
  OPENING,  // waits for the handshake response
  JOINING,  // waits for the subscription
  LIVE,     // must receive everything that is published
  STALLED,  // temporarily does not read
  LOST,     // connected, but never reads or answers again
  ENDED     // closed by either side
};
enum chunk { SIZE, SIZE_EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, PLAIN };

enum { MAIN, HEAVY };

typedef struct {
  long last;       // sequence of the last publication, or of the head at the subscribe
  char epoch[32];  // of that sequence
} Stream;

typedef struct {
  enum kind kind;
  enum phase phase;
  int fd;
  char *rest;  // received, not parsed yet
  size_t rest_length;
  enum chunk chunk;
  long chunk_left;
  bool over;  // SSE: the last chunk has arrived; the connection may still be open
  char *text;  // text of a fragmented WebSocket message
  size_t text_length;
  Stream stream[2];
  int streams;     // number of channels to subscribe to
  int subscribed;  // number of confirmed subscriptions
  char *cursor;    // SSE: the last event's id
  char end[32];    // the code that the server's `end` named
  int close_code;  // WebSocket: the code of the close frame
  bool broken;     // the connection ended with an error
  bool refused;    // refused with 429, or in a storm cut or not accepted; tries again
  bool stray;      // WebSocket: bytes arrived after the close frame
} Client;

#define READ_BYTES (256 * 1024)
#define MAX_OPENING 64
#define PUBLISHER UINT32_MAX
#define STDIN (UINT32_MAX - 1)

static int port, payload_bytes = 100;
static double timeout_seconds = 60;
static const char *channel, *token;
static int poll_fd;
static Client *clients;
static int client_count, client_capacity, opening, joined, refused;
static bool storming;
static long cut, unaccepted;  // handshakes of a storm that the server cut; connections that it did not accept

// State of one `publish` command.
static long heads[2];  // the sequence in the response to the last publish
static long expected_head, delivered, missing, duplicated, unexpected, lost_positions;
static int reading, caught_up;  // clients that read, and those that have everything
static uint32_t *samples;
static size_t sample_count, sample_capacity;

// The publisher: one keep-alive connection with at most one request in flight.
static int publisher = -1;
static bool publishing;
static int published_to;  // MAIN or HEAVY
static int slow = -1;     // the client that subscribes to both
static int on_connection;
static char answer[8192];
static size_t answer_length;

static uint64_t now_nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("failed ");
  vprintf(format, arguments);
  printf("\n");
  fflush(stdout);
  va_end(arguments);
  exit(1);
}

static void *must(void *memory) {
  if (!memory) fail("out of memory");
  return memory;
}

static void watch(int fd, uint32_t id) {
  struct epoll_event event = {EPOLLIN | EPOLLRDHUP, {.u32 = id}};
  if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void unwatch(int fd) { epoll_ctl(poll_fd, EPOLL_CTL_DEL, fd, NULL); }

static int dial(bool as_slow) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  if (fd < 0) fail("socket: %s", strerror(errno));
  if (as_slow) {
    int receive_buffer = 4096, segment = 536;  // the smaller the segments, the less the kernel keeps on the other side
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
  }
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  if (connect(fd, (void *)&to, sizeof to)) {
    if (!storming || errno != ECONNREFUSED) fail("connect: %s", strerror(errno));
    close(fd);
    return -1;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

static void send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(fd, bytes, length);
    if (written > 0) {
      bytes += written;
      length -= written;
    } else if (errno != EAGAIN && errno != EINTR) {
      return;  // the reader will notice that the connection is closed
    }
  }
}

static void send_frame(int fd, int opcode, const char *payload, size_t length) {
  static const unsigned char mask[4] = {1, 2, 3, 4};
  static unsigned char frame[8192];
  size_t at = 0;
  if (length > sizeof frame - 16) fail("a frame of %zu bytes is too long for this client", length);
  frame[at++] = 0x80 | opcode;
  if (length < 126) {
    frame[at++] = 0x80 | length;
  } else {
    frame[at++] = 0x80 | 126;
    frame[at++] = length >> 8;
    frame[at++] = length & 255;
  }
  memcpy(frame + at, mask, 4);
  at += 4;
  for (size_t i = 0; i < length; i++) frame[at++] = payload[i] ^ mask[i & 3];
  send_all(fd, (char *)frame, at);
}

// ---- messages of the server

static const char *find(const char *text, size_t length, const char *word) {
  return memmem(text, length, word, strlen(word));
}

static long number_after(const char *text, size_t length, const char *word) {
  const char *at = find(text, length, word);
  return at ? strtol(at + strlen(word), NULL, 10) : -1;
}

static void text_after(const char *text, size_t length, const char *word, char *to, size_t size) {
  const char *at = find(text, length, word);
  size_t i = 0;
  to[0] = 0;
  if (!at) return;
  for (at += strlen(word); at < text + length && *at != '"' && i < size - 1; at++) to[i++] = *at;
  to[i] = 0;
}

static void sample(uint64_t nanos) {
  if (sample_count == sample_capacity) {
    sample_capacity = sample_capacity ? sample_capacity * 2 : 65536;
    samples = must(realloc(samples, sample_capacity * sizeof *samples));
  }
  samples[sample_count++] = nanos / 1000 > UINT32_MAX ? UINT32_MAX : nanos / 1000;
}

static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/** Returns a percentile in milliseconds of sorted values in microseconds. */
static double percentile(const uint32_t *sorted, size_t count, double share) {
  if (!count) return 0;
  size_t at = (size_t)(count * share);
  return sorted[at < count ? at : count - 1] / 1000.0;
}

static Stream *stream_of(Client *c, const char *json, size_t length) {
  static char heavy[300];
  if (c->streams == 1) return &c->stream[MAIN];
  snprintf(heavy, sizeof heavy, "\"channel\":\"%s-heavy\"", channel);
  return &c->stream[find(json, length < 400 ? length : 400, heavy) ? HEAVY : MAIN];
}

static void on_publication(Client *c, const char *json, size_t length, uint64_t at) {
  Stream *stream = stream_of(c, json, length);
  long sequence = number_after(json, length, "\"sequence\":");
  const char *mark = find(json, length, "\"MK:");
  char epoch[32];
  text_after(json, length, "\"epoch\":\"", epoch, sizeof epoch);
  if (sequence < 1 || !mark || (stream->epoch[0] && strcmp(stream->epoch, epoch))) {
    unexpected++;
    return;
  }
  strcpy(stream->epoch, epoch);
  if (sequence <= stream->last) {
    duplicated++;
    return;
  }
  missing += sequence - stream->last - 1;
  stream->last = sequence;
  if (stream != &c->stream[MAIN]) return;
  delivered++;
  if (c->phase == LIVE) {
    sample(at - strtoull(mark + 4, NULL, 16));
    if (sequence == expected_head) caught_up++;
  }
}

static void on_subscribed(Client *c, const char *json, size_t length) {
  Stream *stream = stream_of(c, json, length);
  if (c->phase != JOINING) return;
  if (!stream->epoch[0]) {  // not a resume: the stream starts after the head
    long sequence = number_after(json, length, "\"sequence\":");
    stream->last = sequence < 0 ? 0 : sequence;
    text_after(json, length, "\"epoch\":\"", stream->epoch, sizeof stream->epoch);
  }
  if (++c->subscribed < c->streams) return;
  if (c->stream[MAIN].last > heads[MAIN]) heads[MAIN] = expected_head = c->stream[MAIN].last;
  c->phase = LIVE;
  joined++;
  reading++;
  opening--;
  if (c->stream[MAIN].last == expected_head) caught_up++;
}

static void stop_expecting(Client *c) {
  if (c->phase != LIVE) return;
  reading--;
  if (c->stream[MAIN].last >= expected_head) caught_up--;
}

static void on_message(Client *c, const char *json, size_t length, uint64_t at) {
  if (find(json, length < 24 ? length : 24, "\"push\":\"publication\"")) {
    on_publication(c, json, length, at);
  } else if (find(json, length, "\"positions\":")) {
    on_subscribed(c, json, length);
  } else if (find(json, length < 24 ? length : 24, "\"push\":\"end\"")) {
    text_after(json, length, "\"code\":\"", c->end, sizeof c->end);
  } else if (find(json, length, "\"push\":\"lost\"")) {
    lost_positions++;
  } else if (find(json, length, "\"error\"")) {
    fail("the server answered %.*s", (int)(length > 300 ? 300 : length), json);
  }
}

static bool is(const char *text, size_t length, const char *word) {
  return length == strlen(word) && !memcmp(text, word, length);
}

static void on_event(Client *c, char *event, size_t length, uint64_t at) {
  char *data = NULL, *name = NULL, *id = NULL;
  size_t data_length = 0, name_length = 0, id_length = 0;
  for (char *line = event; line < event + length;) {
    char *end = must(memchr(line, '\n', event + length - line)), *next = end + 1;
    if (end > line && end[-1] == '\r') end--;
    char *colon = memchr(line, ':', end - line);
    if (colon && colon > line) {
      char *value = colon + 1 < end && colon[1] == ' ' ? colon + 2 : colon + 1;
      if (is(line, colon - line, "data")) data = value, data_length = end - value;
      if (is(line, colon - line, "event")) name = value, name_length = end - value;
      if (is(line, colon - line, "id")) id = value, id_length = end - value;
    }
    line = next;
  }
  if (id) {
    free(c->cursor);
    c->cursor = must(strndup(id, id_length));
  }
  if (!data) return;  // a comment, or only `retry`
  if (!name) {
    on_publication(c, data, data_length, at);
  } else if (is(name, name_length, "subscribed")) {
    on_subscribed(c, data, data_length);
  } else if (is(name, name_length, "end")) {
    text_after(data, data_length, "\"code\":\"", c->end, sizeof c->end);
  } else if (is(name, name_length, "lost")) {
    lost_positions++;
  }
}

// ---- parsing

static void garbled(const Client *c, const char *bytes, size_t at, size_t length) {
  char seen[120 * 3 + 16], *to = seen;
  size_t from = at > 60 ? at - 60 : 0;
  for (size_t i = from; i < length && i < at + 60; i++) {
    if (i == at) to += sprintf(to, " >>> ");
    to += sprintf(to, bytes[i] >= 32 && bytes[i] < 127 ? "%c" : "\\%02x", (unsigned char)bytes[i]);
  }
  fail("received an invalid frame: %s (phase %d, end %s, close %d)", seen, c->phase, c->end, c->close_code);
}

/** Returns the number of bytes in complete frames. */
static size_t read_frames(Client *c, char *bytes, size_t length, uint64_t at) {
  size_t used = 0;
  if (c->close_code && length) c->stray = true;
  if (c->close_code) return length;
  while (length - used >= 2) {
    unsigned char *f = (unsigned char *)bytes + used;
    size_t header = 2, size = f[1] & 0x7f;
    if (f[0] & 0x70 || f[1] & 0x80) garbled(c, bytes, used, length);
    if (size == 126) header = 4;
    if (size == 127) header = 10;
    if (length - used < header) break;
    if (header > 2) {
      size = 0;
      for (size_t i = 2; i < header; i++) size = size << 8 | f[i];
    }
    if (length - used < header + size) break;
    char *payload = (char *)f + header;
    int opcode = f[0] & 15;
    bool final = f[0] & 0x80;
    used += header + size;
    if (opcode == 9) {
      send_frame(c->fd, 10, payload, size);
    } else if (opcode == 8) {
      c->close_code = size >= 2 ? (unsigned char)payload[0] << 8 | (unsigned char)payload[1] : 1005;
      send_frame(c->fd, 8, payload, size >= 2 ? 2 : 0);
      c->stray = used < length;
      return length;
    } else if (opcode <= 1 && final && !c->text) {
      on_message(c, payload, size, at);
    } else if (opcode <= 1) {
      c->text = must(realloc(c->text, c->text_length + size));
      memcpy(c->text + c->text_length, payload, size);
      c->text_length += size;
      if (final) {
        on_message(c, c->text, c->text_length, at);
        free(c->text);
        c->text = NULL;
        c->text_length = 0;
      }
    }
  }
  return used;
}

static size_t read_events(Client *c, char *bytes, size_t length, uint64_t at) {
  size_t used = 0;
  for (;;) {
    // an event ends with an empty line
    char *from = bytes + used, *limit = bytes + length, *line = from, *end = NULL;
    while (line < limit) {
      char *lf = memchr(line, '\n', limit - line);
      if (!lf) break;
      if (lf == line || (lf == line + 1 && *line == '\r')) {
        end = lf + 1;
        break;
      }
      line = lf + 1;
    }
    if (!end) return used;
    on_event(c, from, end - from, at);
    used += end - from;
  }
}

/** Removes the chunk framing in place and returns the remaining length. */
static size_t unchunk(Client *c, char *bytes, size_t length) {
  size_t out = 0;
  if (c->chunk == PLAIN) return length;
  for (size_t i = 0; i < length; i++) {
    char b = bytes[i];
    switch (c->chunk) {
      case SIZE:
      case SIZE_EXTENSION:
        if (b == '\r') c->chunk = SIZE_LF;
        else if (b == ';') c->chunk = SIZE_EXTENSION;
        else if (c->chunk == SIZE) c->chunk_left = c->chunk_left << 4 | (b <= '9' ? b - '0' : (b | 32) - 'a' + 10);
        break;
      case SIZE_LF:
        c->over = !c->chunk_left;
        c->chunk = c->over ? DATA_CR : DATA;
        break;
      case DATA: {
        size_t take = length - i < (size_t)c->chunk_left ? length - i : (size_t)c->chunk_left;
        memmove(bytes + out, bytes + i, take);
        out += take;
        i += take - 1;
        c->chunk_left -= take;
        if (!c->chunk_left) c->chunk = DATA_CR;
        break;
      }
      case DATA_CR: c->chunk = DATA_LF; break;
      case DATA_LF: c->chunk = SIZE; break;
      case PLAIN: break;
    }
  }
  return out;
}

/** Reads the handshake response; returns its length, or 0 if it is incomplete. */
static size_t read_handshake(Client *c, char *bytes, size_t length) {
  char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (!end) return 0;
  end[2] = 0;
  if (strstr(bytes, " 429")) {
    c->refused = true;
    refused++;
    return 0;
  }
  if (!strstr(bytes, c->kind == WS ? " 101" : " 200")) fail("the handshake was refused: %.300s", bytes);
  if (c->kind == SSE && !strcasestr(bytes, "transfer-encoding: chunked")) c->chunk = PLAIN;
  c->phase = JOINING;
  for (int i = 0; c->kind == WS && i < c->streams; i++) {
    char command[1024], since[256] = "";
    Stream *stream = &c->stream[i];
    if (stream->epoch[0])
      snprintf(since, sizeof since, ",\"since\":[{\"epoch\":\"%s\",\"partition\":0,\"sequence\":%ld}]", stream->epoch, stream->last);
    int n = snprintf(command, sizeof command, "{\"id\":%d,\"command\":\"subscribe\",\"channel\":\"%s%s\"%s}", i + 1, channel,
                     i == HEAVY ? "-heavy" : "", since);
    send_frame(c->fd, 1, command, n);
  }
  return end + 4 - bytes;
}

static void close_client(Client *c) {
  stop_expecting(c);
  unwatch(c->fd);
  close(c->fd);
  c->phase = ENDED;
  free(c->rest);
  free(c->text);
  c->rest = c->text = NULL;
  c->rest_length = c->text_length = 0;
}

static void on_bytes(Client *c) {
  static char buffer[2 * READ_BYTES + 1];
  for (;;) {
    size_t length = c->rest_length;
    if (length > READ_BYTES) fail("received a message of more than %d bytes", READ_BYTES);
    memcpy(buffer, c->rest, length);
    ssize_t got = read(c->fd, buffer + length, READ_BYTES);
    uint64_t at = now_nanos();
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
      if (c->phase == OPENING || c->phase == JOINING) {
        if (!storming) fail("the server closed a connection before it was subscribed");
        cut++;
        opening--;
        c->refused = true;
        close_client(c);
        return;
      }
      c->broken = got < 0;
      close_client(c);
      return;
    }
    size_t used = 0;
    if (c->phase == OPENING) {
      used = read_handshake(c, buffer, length + got);
      length += got;
      if (c->refused) {
        opening--;
        close_client(c);
        return;
      }
      if (used) {
        memmove(buffer, buffer + used, length - used);
        length -= used;
        if (c->kind == SSE) length = unchunk(c, buffer, length);
        used = 0;
      }
    } else {
      length += c->kind == SSE ? unchunk(c, buffer + length, got) : (size_t)got;
    }
    if (c->phase != OPENING)
      used = c->kind == WS ? read_frames(c, buffer, length, at) : read_events(c, buffer, length, at);
    if (c->over) {
      close_client(c);
      return;
    }
    length -= used;
    free(c->rest);
    c->rest = NULL;
    c->rest_length = length;
    if (length) {
      c->rest = must(malloc(length));
      memcpy(c->rest, buffer + used, length);
    }
    if (got < READ_BYTES) return;
  }
}

// ---- publishing

static void dial_publisher(void) {
  if (publisher >= 0) {
    unwatch(publisher);
    close(publisher);
  }
  publisher = dial(false);
  watch(publisher, PUBLISHER);
  on_connection = 0;
  answer_length = 0;
}

static void publish_one(int to, int payload) {
  static char request[8192 + 65536], body[65536 + 256];
  if (publisher < 0 || on_connection == 100) dial_publisher();  // servers limit the number of requests per connection
  int n = sprintf(body, "{\"channel\":\"%s%s\",\"payload\":\"MK:%016llx", channel, to == HEAVY ? "-heavy" : "",
                  (unsigned long long)now_nanos());
  for (int padding = payload - 21; padding > 0; padding--) body[n++] = 'x';  // besides the quotes, MK: and the time
  n += sprintf(body + n, "\"}");
  int size = snprintf(request, sizeof request,
                      "POST /broadcasty/publish HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                      "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                      token, n, body);
  publishing = true;
  published_to = to;
  on_connection++;
  send_all(publisher, request, size);
}

static void on_answer(void) {
  ssize_t got = read(publisher, answer + answer_length, sizeof answer - answer_length - 1);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    if (publishing) fail("the server closed the publisher's connection without a response");
    unwatch(publisher);
    close(publisher);
    publisher = -1;
    return;
  }
  answer_length += got;
  answer[answer_length] = 0;
  char *body = strstr(answer, "\r\n\r\n");
  bool chunked = strcasestr(answer, "transfer-encoding: chunked");
  if (!body || !strchr(body, '}') || (chunked && !strstr(body, "\r\n0\r\n\r\n"))) {
    if (answer_length == sizeof answer - 1) fail("the response to a publish is too long: %.200s", answer);
    return;
  }
  long sequence = number_after(body, strlen(body), "\"sequence\":");
  if (strncmp(answer, "HTTP/1.1 200", 12) || sequence < 0) fail("the response to a publish is %.300s", answer);
  heads[published_to] = sequence;
  publishing = false;
  answer_length = 0;
}

// ---- commands

static bool poll_once(int wait_millis) {
  static struct epoll_event events[1024];
  int n = epoll_wait(poll_fd, events, 1024, wait_millis);
  bool command = false;
  for (int i = 0; i < n; i++) {
    uint32_t id = events[i].data.u32;
    if (id == STDIN) command = true;
    else if (id == PUBLISHER) on_answer();
    else if (clients[id].phase != ENDED) on_bytes(&clients[id]);
  }
  return command;
}

static bool timed_out(uint64_t since) { return now_nanos() - since > timeout_seconds * 1e9; }

static void handshake(Client *c, bool as_slow) {
  char request[4096];
  int n;
  c->fd = dial(as_slow);
  if (c->fd < 0) {
    unaccepted++;
    c->refused = true;
    return;
  }
  c->phase = OPENING;
  c->chunk = SIZE;
  c->chunk_left = 0;
  c->over = false;
  c->subscribed = 0;
  if (c->kind == WS) {
    n = snprintf(request, sizeof request,
                 "GET /broadcasty/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
                 token);
  } else {
    n = snprintf(request, sizeof request,
                 "GET /broadcasty/sse?channel=%s%s%s%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                 "Accept: text/event-stream\r\n%s%s%s\r\n",
                 channel, c->streams > 1 ? "&channel=" : "", c->streams > 1 ? channel : "", c->streams > 1 ? "-heavy" : "", token,
                 c->cursor ? "Last-Event-ID: " : "", c->cursor ? c->cursor : "", c->cursor ? "\r\n" : "");
  }
  if (n >= (int)sizeof request) fail("the token is too long");
  send_all(c->fd, request, n);
  watch(c->fd, c - clients);
  opening++;
}

static void reserve(int count) {
  if (client_count + count > client_capacity) {
    client_capacity = client_count + count + 1024;
    clients = must(realloc(clients, client_capacity * sizeof *clients));
  }
}

static void open_clients(enum kind kind, int count, bool as_slow) {
  uint64_t start = now_nanos();
  reserve(count);
  int before = joined, dialled = 0, again = 0;
  uint64_t asked = start;
  refused = 0;
  while (joined - before < count) {
    for (; dialled < count && opening < MAX_OPENING; dialled++) {
      Client *c = &clients[client_count++];
      memset(c, 0, sizeof *c);
      c->kind = kind;
      c->streams = as_slow ? 2 : 1;
      if (as_slow) slow = c - clients;
      handshake(c, as_slow);
    }
    poll_once(100);
    if (refused && now_nanos() - asked > 500000000) {
      asked = now_nanos();
      again += refused;
      refused = 0;
      for (Client *c = clients + client_count - dialled; c < clients + client_count; c++)
        if (c->refused) {
          c->refused = false;
          handshake(c, as_slow);
        }
    }
    if (timed_out(start)) fail("only %d of %d connections were subscribed within %.0f s", joined - before, count, timeout_seconds);
  }
  printf("ok opened=%d refused=%d seconds=%.2f\n", count, again, (now_nanos() - start) / 1e9);
}

/** Returns how many publications the reading clients have not received yet. */
static long behind(void) {
  long all = 0;
  for (int i = 0; i < client_count; i++)
    for (int j = 0; clients[i].phase == LIVE && j < clients[i].streams; j++) all += heads[j] - clients[i].stream[j].last;
  return all;
}

static bool slow_is_behind(void) {
  return slow >= 0 && clients[slow].phase == LIVE && clients[slow].stream[HEAVY].last < heads[HEAVY];
}

static void await_duplicates(void);

static void handshake_again(Client *c) {
  c->refused = c->broken = c->stray = false;
  c->end[0] = 0;
  c->close_code = 0;
  handshake(c, false);
}

/** Connects the clients from this one on that are not connected, until all are subscribed and have everything. */
static void storm(int from) {
  uint64_t start = now_nanos(), asked = start;
  int wanted = 0, before = joined, again = 0, dialled = 0;
  long was[4] = {missing, duplicated, unexpected, lost_positions};
  storming = true;
  refused = 0;
  cut = unaccepted = 0;
  for (Client *c = clients + from; c < clients + client_count; c++) {
    if (c->phase != ENDED) continue;
    wanted++;
    handshake_again(c);
    if (++dialled % 64 == 0) poll_once(0);
  }
  while (joined - before < wanted || behind()) {
    poll_once(20);
    if (now_nanos() - asked > 500000000) {
      asked = now_nanos();
      again += refused;
      refused = 0;
      dialled = 0;
      for (Client *c = clients + from; c < clients + client_count; c++)
        if (c->phase == ENDED && c->refused) {
          handshake_again(c);
          if (c->fd < 0) break;  // the server is not there yet
          if (++dialled % 64 == 0) poll_once(0);
        }
    }
    if (timed_out(start)) fail("only %d of %d connections were subscribed within %.0f s, %ld were cut", joined - before, wanted, timeout_seconds, cut);
  }
  uint64_t end = now_nanos();
  await_duplicates();
  storming = false;
  bool good = missing == was[0] && duplicated == was[1] && unexpected == was[2] && lost_positions == was[3];
  printf("%s connected=%d refused=%d cut=%ld unaccepted=%ld missing=%ld duplicated=%ld lost=%ld seconds=%.2f\n", good ? "ok" : "failed", wanted,
         again, cut, unaccepted, missing - was[0], duplicated - was[1], lost_positions - was[3], (end - start) / 1e9);
}

static void storm_of_new(enum kind kind, int count) {
  while (client_count > 0 && clients[client_count - 1].phase == ENDED) client_count--;  // those that were reset do not resume
  int from = client_count;
  reserve(count);
  for (int i = 0; i < count; i++) {
    Client *c = &clients[client_count++];
    memset(c, 0, sizeof *c);
    c->kind = kind;
    c->streams = 1;
    c->phase = ENDED;
  }
  storm(from);
}

static void await_duplicates(void) {  // duplicates arrive timed_out
  for (uint64_t since = now_nanos(); now_nanos() - since < 200000000;) poll_once(20);
}

static void publish(long count, double rate, int heavy) {
  static uint32_t *complete;
  complete = must(realloc(complete, (count + 1) * sizeof *complete));
  delivered = missing = duplicated = unexpected = 0;
  sample_count = 0;
  long expected = count * reading, sent = 0, heavy_sent = 0, seen = 0;
  int readers = reading;
  uint64_t start = now_nanos(), progress = start, one = start;
  expected_head = heads[MAIN] + (rate ? count : 0);
  caught_up = rate ? 0 : reading;
  while (sent < count || publishing || caught_up < reading || (heavy && heavy_sent < sent) || slow_is_behind()) {
    if (!publishing && heavy && heavy_sent < sent) {
      publish_one(HEAVY, heavy);
      heavy_sent++;
    } else if (!publishing && sent < count) {
      bool due = rate ? (now_nanos() - start) / 1e9 * rate >= sent : caught_up >= reading;
      if (due) {
        if (!rate) {
          if (sent) complete[sent - 1] = (now_nanos() - one) / 1000;
          one = now_nanos();
          expected_head = heads[MAIN] + 1;
          caught_up = 0;
        }
        publish_one(MAIN, payload_bytes);
        sent++;
      }
    }
    poll_once(1);
    if (delivered != seen) seen = delivered, progress = now_nanos();
    if (timed_out(progress)) break;
  }
  if (!rate && count) complete[count - 1] = (now_nanos() - one) / 1000;
  double seconds = (now_nanos() - start) / 1e9;
  await_duplicates();
  missing += behind();
  qsort(samples, sample_count, sizeof *samples, by_value);
  qsort(complete, count, sizeof *complete, by_value);
  bool good = sent == count && delivered == expected && !missing && !duplicated && !unexpected && !lost_positions && readers == reading;
  printf("%s published=%ld clients=%d delivered=%ld expected=%ld missing=%ld duplicated=%ld unexpected=%ld lost=%ld ended=%d "
         "seconds=%.2f rate=%.0f p50=%.2f p95=%.2f p99=%.2f max=%.2f",
         good ? "ok" : "failed", sent, readers, delivered, expected, missing, duplicated, unexpected, lost_positions,
         readers - reading, seconds, delivered / seconds, percentile(samples, sample_count, .5),
         percentile(samples, sample_count, .95), percentile(samples, sample_count, .99), percentile(samples, sample_count, 1));
  if (!rate) printf(" all_p50=%.2f all_p99=%.2f", percentile(complete, count, .5), percentile(complete, count, .99));
  printf("\n");
}

static void reset_clients(enum kind kind, int count) {
  struct linger at_once = {1, 0};
  int done = 0;
  for (int i = 0; i < client_count && done < count; i++) {
    Client *c = &clients[i];
    if (c->kind != kind || c->phase != LIVE) continue;
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close_client(c);
    done++;
  }
  printf("%s reset=%d\n", done == count ? "ok" : "failed", done);
}

static void silence(int count) {
  int done = 0;
  for (int i = 0; i < client_count && done < count; i++) {
    Client *c = &clients[i];
    if (c->kind != WS || c->phase != LIVE) continue;
    stop_expecting(c);
    unwatch(c->fd);
    c->phase = LOST;
    done++;
  }
  printf("%s silenced=%d\n", done == count ? "ok" : "failed", done);
}

static Client *latest(enum phase phase, const char *what) {
  if (!client_count || clients[client_count - 1].phase != phase) fail("the client opened last is not %s", what);
  return &clients[client_count - 1];
}

static void stall(void) {
  Client *c = latest(LIVE, "reading");
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  getsockname(c->fd, (void *)&from, &size);
  stop_expecting(c);
  unwatch(c->fd);
  c->phase = STALLED;
  printf("ok port=%d sequence=%ld\n", ntohs(from.sin_port), c->stream[MAIN].last);
}

static void wake(void) {
  Client *c = latest(STALLED, "stalled");
  long before = c->stream[MAIN].last;
  uint64_t start = now_nanos();
  missing = duplicated = unexpected = 0;
  watch(c->fd, c - clients);
  while (c->phase != ENDED && !timed_out(start)) poll_once(10);
  bool good = c->phase == ENDED && !missing && !duplicated && !unexpected;
  printf("%s read=%ld sequence=%ld missing=%ld duplicated=%ld end=%s close=%d ended=%s\n", good ? "ok" : "failed",
         c->stream[MAIN].last - before, c->stream[MAIN].last, missing, duplicated, c->end[0] ? c->end : "-", c->close_code,
         c->phase != ENDED ? "no" : c->broken ? "broken" : "closed");
}

static void leave(void) {
  struct linger at_once = {1, 0};
  Client *c = latest(client_count && clients[client_count - 1].phase == STALLED ? STALLED : LIVE, "open");
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close_client(c);
  printf("ok\n");
}

static void resume(void) {
  Client *c = latest(ENDED, "ended");
  long before[2] = {c->stream[MAIN].last, c->stream[HEAVY].last};
  uint64_t start = now_nanos();
  missing = duplicated = unexpected = lost_positions = 0;
  c->end[0] = 0;
  c->close_code = 0;
  c->broken = c->stray = false;
  handshake(c, false);
  while ((c->phase != LIVE || behind()) && c->phase != ENDED && !timed_out(start)) poll_once(10);
  await_duplicates();
  bool good = c->phase == LIVE && !behind() && !missing && !duplicated && !unexpected && !lost_positions;
  printf("%s replayed=%ld replayed_heavy=%ld missing=%ld duplicated=%ld unexpected=%ld lost=%ld\n", good ? "ok" : "failed",
         c->stream[MAIN].last - before[MAIN], c->stream[HEAVY].last - before[HEAVY], missing + behind(), duplicated, unexpected,
         lost_positions);
}

static void drain(void) {
  uint64_t start = now_nanos();
  int awaited[2] = {0, 0}, end_messages[2] = {0, 0}, closed = 0, stray = 0, broken = 0, open = 0, first = -1;
  bool *mine = must(calloc(client_count + 1, 1));
  for (int i = 0; i < client_count; i++)
    if (clients[i].phase == LIVE) mine[i] = true, awaited[clients[i].kind]++;
  while (reading > 0 && !timed_out(start)) poll_once(50);
  for (int i = 0; i < client_count; i++) {
    Client *c = &clients[i];
    if (!mine[i]) continue;
    if (!strcmp(c->end, "draining")) end_messages[c->kind]++;
    else if (first < 0) first = i;
    if (c->kind == WS && c->close_code == 4503) closed++;
    if (c->broken) broken++;
    if (c->stray) stray++;
    if (c->phase == LIVE) open++;
  }
  bool good = end_messages[WS] == awaited[WS] && end_messages[SSE] == awaited[SSE] && closed == awaited[WS] && !open;
  printf("%s ws=%d ws_end=%d ws_4503=%d sse=%d sse_end=%d broken=%d stray=%d open=%d seconds=%.2f", good ? "ok" : "failed",
         awaited[WS], end_messages[WS], closed, awaited[SSE], end_messages[SSE], broken, stray, open, (now_nanos() - start) / 1e9);
  if (first >= 0)
    printf(" first_without=%d(%s,end=%s,close=%d)", first, clients[first].kind == WS ? "ws" : "sse",
           clients[first].end[0] ? clients[first].end : "-", clients[first].close_code);
  printf("\n");
  free(mine);
}

static void state(void) {
  int by[2][6] = {{0}};
  for (int i = 0; i < client_count; i++) by[clients[i].kind][clients[i].phase]++;
  printf("ok ws=%d sse=%d silent=%d ended=%d head=%ld\n", by[WS][LIVE], by[SSE][LIVE], by[WS][LOST],
         by[WS][ENDED] + by[SSE][ENDED], heads[MAIN]);
}

static void run_command(char *line) {
  char word[16] = "", how[16] = "";
  long a = 0, c = 0;
  double b = 0;
  if (sscanf(line, "%15s", word) != 1) return;
  if (!strcmp(word, "open") && sscanf(line, "%*s %15s %ld", how, &a) == 2)
    open_clients(strcmp(how, "sse") ? WS : SSE, a, false);
  else if (!strcmp(word, "open-slow") && sscanf(line, "%*s %15s", how) == 1)
    open_clients(strcmp(how, "sse") ? WS : SSE, 1, true);
  else if (!strcmp(word, "publish") && sscanf(line, "%*s %ld %lf %ld", &a, &b, &c) >= 2 && c <= 65000) publish(a, b, c);
  else if (!strcmp(word, "reset") && sscanf(line, "%*s %15s %ld", how, &a) == 2)
    reset_clients(strcmp(how, "sse") ? WS : SSE, a);
  else if (!strcmp(word, "silence") && sscanf(line, "%*s %ld", &a) == 1) silence(a);
  else if (!strcmp(word, "storm") && sscanf(line, "%*s %15s %ld", how, &a) == 2)
    storm_of_new(strcmp(how, "sse") ? WS : SSE, a);
  else if (!strcmp(word, "resume-all")) storm(0);
  else if (!strcmp(word, "stall")) stall();
  else if (!strcmp(word, "wake")) wake();
  else if (!strcmp(word, "resume")) resume();
  else if (!strcmp(word, "leave")) leave();
  else if (!strcmp(word, "drain")) drain();
  else if (!strcmp(word, "state")) state();
  else fail("unknown command: %s", line);
  fflush(stdout);
}

int main(int count, char **arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    char *name = arguments[i], *value = arguments[i + 1];
    if (!strcmp(name, "--port")) port = atoi(value);
    else if (!strcmp(name, "--channel")) channel = value;
    else if (!strcmp(name, "--token")) token = value;
    else if (!strcmp(name, "--payload")) payload_bytes = atoi(value);
    else if (!strcmp(name, "--timeout")) timeout_seconds = atof(value);
    else fail("unknown option %s", name);
  }
  if (!port || !channel || !token || payload_bytes > 65000) fail("usage: clients --port P --channel NAME --token TOKEN");
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  watch(0, STDIN);
  static char line[256];
  size_t length = 0;
  for (;;) {
    if (!poll_once(1000)) continue;
    ssize_t got = read(0, line + length, sizeof line - length - 1);
    if (got <= 0) return 0;
    length += got;
    line[length] = 0;
    for (char *end; (end = strchr(line, '\n'));) {
      *end = 0;
      run_command(line);
      memmove(line, end + 1, strlen(end + 1) + 1);
    }
    length = strlen(line);
  }
}
