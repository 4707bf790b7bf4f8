package io.broadcasty.integration;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.broadcasty.push.provider.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A fake of Chromium's push service, as far as a browser needs it: check-in, registration, and a
 * connection on which messages arrive (Google's MCS: protocol buffers over TLS).
 *
 * @see <a
 *     href="https://chromium.googlesource.com/chromium/src/+/main/google_apis/gcm/protocol/">messages</a>
 */
final class FakeGcm implements AutoCloseable {

  private static final int VERSION = 41;
  private static final int LOGIN_REQUEST = 2;
  private static final int LOGIN_RESPONSE = 3;
  private static final int DATA_MESSAGE = 8;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer http;
  private final ServerSocket listening;

  /** The fields that the browser registered with. */
  private final CompletableFuture<Map<String, String>> registration = new CompletableFuture<>();

  private final BlockingDeque<Socket> connections = new LinkedBlockingDeque<>();

  FakeGcm() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    http = HttpServer.create(new InetSocketAddress(here, 0), 0);
    http.setExecutor(threads);
    http.createContext("/checkin", this::checkIn);
    http.createContext("/register", this::register);
    http.start();
    listening =
        TestCertificate.shared().serving().getServerSocketFactory().createServerSocket(0, 5, here);
    threads.execute(this::serve);
  }

  /** Returns the arguments that direct Chromium to this service. */
  List<String> arguments() {
    String base = "http://127.0.0.1:" + http.getAddress().getPort();
    return List.of(
        "--gcm-checkin-url=" + base + "/checkin",
        "--gcm-registration-url=" + base + "/register",
        "--gcm-mcs-endpoint=https://localhost:" + listening.getLocalPort(),
        "--ignore-certificate-errors");
  }

  /** Delivers to the browser what a server has sent, as the real service does. */
  void deliver(byte[] encrypted) throws Exception {
    Map<String, String> registered = within(registration);
    Socket socket = connections.pollFirst(Api.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (socket == null) {
      throw new AssertionError("the browser keeps no connection to its push service");
    }
    connections.addFirst(socket);
    Message message =
        new Message()
            .text(3, registered.getOrDefault("sender", ""))
            .text(5, registered.getOrDefault("app", ""))
            .message(7, entry("content-encoding", "aes128gcm"))
            .message(7, entry("subtype", registered.getOrDefault("X-subtype", "")))
            .text(9, UUID.randomUUID().toString())
            .number(17, 60)
            .number(18, System.currentTimeMillis())
            .bytes(21, encrypted);
    write(socket.getOutputStream(), DATA_MESSAGE, message);
  }

  private static Message entry(String key, String value) {
    return new Message().text(1, key).text(2, value);
  }

  private static <T> T within(CompletableFuture<T> future) throws Exception {
    try {
      return future.get(Api.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("the browser did not come to its push service", e);
    }
  }

  private void checkIn(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    answer(exchange, new Message().number(1, 1).fixed(7, 4711).fixed(8, 815).toByteArray());
  }

  private void register(HttpExchange exchange) throws IOException {
    String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> fields = new HashMap<>();
    for (String field : form.split("&", -1)) {
      String[] parts = field.split("=", 2);
      fields.put(decoded(parts[0]), parts.length == 2 ? decoded(parts[1]) : "");
    }
    if (!fields.containsKey("delete")
        && fields.getOrDefault("X-subtype", "").startsWith("wp:")) { // not one of the browser's own
      registration.complete(fields);
    }
    answer(exchange, "token=of-this-browser:APA91b".getBytes(StandardCharsets.US_ASCII));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private void serve() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        threads.execute(() -> logIn(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void logIn(Socket socket) {
    try {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      if (in.readUnsignedByte() != VERSION || in.readUnsignedByte() != LOGIN_REQUEST) {
        socket.close();
        return;
      }
      in.readFully(new byte[length(in)]);
      socket.getOutputStream().write(VERSION);
      write(socket.getOutputStream(), LOGIN_RESPONSE, new Message().text(1, "here"));
      connections.addFirst(socket);
      while (in.read() >= 0) { // acknowledgements and heartbeats
        in.readFully(new byte[length(in)]);
      }
    } catch (IOException ended) {
      connections.remove(socket);
      threads.execute(() -> close(socket));
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int length(InputStream in) throws IOException {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      int read = in.read();
      value |= (read & 0x7F) << shift;
      if (read < 0x80) {
        return value;
      }
    }
  }

  private static void write(OutputStream out, int tag, Message message) throws IOException {
    byte[] bytes = message.toByteArray();
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(tag);
    Message.varint(frame, bytes.length);
    frame.writeBytes(bytes);
    out.write(frame.toByteArray());
    out.flush();
  }

  /** A protocol buffer under construction. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message text(int field, String text) {
      return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message message) {
      return bytes(field, message.toByteArray());
    }

    Message bytes(int field, byte[] bytes) {
      varint(out, (long) field << 3 | 2);
      varint(out, bytes.length);
      out.writeBytes(bytes);
      return this;
    }

    Message number(int field, long number) {
      varint(out, (long) field << 3);
      varint(out, number);
      return this;
    }

    Message fixed(int field, long number) {
      varint(out, (long) field << 3 | 1);
      for (int shift = 0; shift < 64; shift += 8) {
        out.write((int) (number >>> shift));
      }
      return this;
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }

    static void varint(ByteArrayOutputStream out, long number) {
      long left = number;
      while ((left & ~0x7FL) != 0) {
        out.write((int) ((left & 0x7F) | 0x80));
        left >>>= 7;
      }
      out.write((int) left);
    }
  }

  @Override
  public void close() throws IOException {
    http.stop(0);
    listening.close();
    for (Socket socket : connections) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
