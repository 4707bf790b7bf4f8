package io.broadcasty.client;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server that does what a test says: it answers requests in the order that {@link #answer} was
 * called, and each WebSocket is a {@link Peer} that the test drives.
 */
final class FakeServer implements AutoCloseable {

  private static final long WAIT_SECONDS = 45; // a broken connection is noticed within 25

  /** A request, or the handshake of a WebSocket. */
  record Request(String method, String target, Map<String, String> headers, String body) {}

  private record Answer(int status, Map<String, String> headers, String body, boolean breaks) {}

  private final ServerSocket listener;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> refusals = new LinkedBlockingQueue<>();
  private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
  private final List<Socket> sockets = new ArrayList<>();

  FakeServer() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  String address() {
    return "http://localhost:" + listener.getLocalPort();
  }

  /** Answers the next request that has no answer yet. */
  void answer(int status, String body, String... headers) {
    answers.add(new Answer(status, pairs(headers), body, false));
  }

  /** Closes the connection of the next request in place of an answer. */
  void breakOff() {
    answers.add(new Answer(0, Map.of(), "", true));
  }

  /** Refuses the next handshake. */
  void refuse(int status, String... headers) {
    refusals.add(new Answer(status, pairs(headers), "", false));
  }

  /** Returns the next request. */
  Request request() throws InterruptedException {
    return present(requests.poll(WAIT_SECONDS, TimeUnit.SECONDS), "a request");
  }

  /** Returns whether no request waits to be looked at. */
  boolean isIdle() {
    return requests.isEmpty() && answers.isEmpty();
  }

  /** Returns the next WebSocket. */
  Peer peer() throws InterruptedException {
    return present(peers.poll(WAIT_SECONDS, TimeUnit.SECONDS), "a WebSocket");
  }

  @Override
  public void close() throws IOException {
    listener.close();
    synchronized (sockets) {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static <T> T present(T found, String what) {
    if (found == null) {
      throw new AssertionError(what + " did not come within " + WAIT_SECONDS + " s");
    }
    return found;
  }

  private static Map<String, String> pairs(String... headers) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      map.put(headers[i], headers[i + 1]);
    }
    return map;
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "fake-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        synchronized (sockets) {
          sockets.add(socket);
        }
        daemon(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed by the test
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        Request request = read(in);
        if (request.headers().containsKey("sec-websocket-key")) {
          Answer refusal = refusals.poll();
          if (refusal == null) {
            upgrade(socket, in, request);
            return;
          }
          write(socket, refusal);
          return;
        }
        requests.add(request);
        Answer answer = present(answers.poll(WAIT_SECONDS, TimeUnit.SECONDS), "an answer");
        if (answer.breaks()) {
          return;
        }
        write(socket, answer);
      }
    } catch (IOException | InterruptedException e) {
      // closed by the client or the test
    }
  }

  private static Request read(DataInputStream in) throws IOException {
    String[] first = line(in).split(" ");
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new Request(first[0], first[1], headers, body);
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static void write(Socket socket, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " Status\r\n");
    answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (body.length > 0 && !answer.headers().containsKey("Content-Type")) {
      head.append("Content-Type: application/json\r\n");
    }
    head.append("Content-Length: " + body.length + "\r\n\r\n");
    OutputStream out = socket.getOutputStream();
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.write(body);
    out.flush();
  }

  private void upgrade(Socket socket, DataInputStream in, Request request) throws IOException {
    String accept =
        request.headers().get("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    String head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Protocol: broadcasty.v1\r\nSec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(sha1(accept))
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    Peer peer = new Peer(socket, request);
    peers.add(peer);
    peer.read(in);
  }

  private static byte[] sha1(String text) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The server's side of a WebSocket. */
  static final class Peer {

    private final Socket socket;
    private final Request handshake;
    private final BlockingQueue<Json> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> closes = new LinkedBlockingQueue<>();

    Peer(Socket socket, Request handshake) {
      this.socket = socket;
      this.handshake = handshake;
    }

    Request handshake() {
      return handshake;
    }

    /** Returns the commands of the next message. */
    List<Json> commands() throws InterruptedException {
      return present(messages.poll(WAIT_SECONDS, TimeUnit.SECONDS), "a message").items();
    }

    /** Returns the code of the close frame. */
    int closed() throws InterruptedException {
      return present(closes.poll(WAIT_SECONDS, TimeUnit.SECONDS), "a close frame");
    }

    /** Sends a message. */
    void send(String text) {
      write(1, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Answers a command of subscribe. */
    void subscribed(Json command, String positions) {
      send(
          "{\"reply\":%s,\"result\":{\"channel\":%s,\"recovered\":true,\"positions\":%s}}"
              .formatted(
                  command.get("id").orElseThrow(),
                  command.get("channel").orElseThrow(),
                  positions));
    }

    /** Sends a publication, whose payload is its sequence. */
    void publication(String channel, String epoch, long sequence) {
      publication(channel, epoch, sequence, "");
    }

    /** Sends a publication with a longer meta. */
    void publication(String channel, String epoch, long sequence, String meta) {
      send(
          ("{\"push\":\"publication\",\"channel\":\"%s\",\"partition\":0,\"sequence\":%d,"
                  + "\"epoch\":\"%s\",\"id\":\"i\",\"payload\":%d,\"meta\":\"%s\",\"time\":0}")
              .formatted(channel, sequence, epoch, sequence, meta));
    }

    /** Sends a close frame. */
    void close(int code, String reason) {
      byte[] text = reason.getBytes(StandardCharsets.UTF_8);
      write(8, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
    }

    /** Breaks the connection. */
    void breakOff() throws IOException {
      socket.close();
    }

    private synchronized void write(int opcode, byte[] payload) {
      ByteBuffer frame = ByteBuffer.allocate(payload.length + 10);
      frame.put((byte) (0x80 | opcode));
      if (payload.length < 126) {
        frame.put((byte) payload.length);
      } else if (payload.length < 65536) {
        frame.put((byte) 126).putShort((short) payload.length);
      } else {
        frame.put((byte) 127).putLong(payload.length);
      }
      frame.put(payload);
      try {
        socket.getOutputStream().write(frame.array(), 0, frame.position());
        socket.getOutputStream().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void read(DataInputStream in) throws IOException {
      while (true) {
        int opcode = in.readUnsignedByte() & 15;
        long length = in.readUnsignedByte() & 127;
        if (length == 126) {
          length = in.readUnsignedShort();
        } else if (length == 127) {
          length = in.readLong();
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes((int) length);
        for (int i = 0; i < payload.length; i++) {
          payload[i] ^= mask[i % 4];
        }
        if (opcode == 8) {
          closes.add(payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff);
          return;
        } else if (opcode == 1) {
          messages.add(Json.parse(new String(payload, StandardCharsets.UTF_8)));
        }
      }
    }
  }
}
