package io.broadcasty.transport.websocket;

import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.transport.body.BodySettings;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.MetricsAccess;
import jakarta.servlet.ReadListener;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A fake servlet container without sockets, as far as Broadcasty's own WebSocket engine needs one.
 * The node runs its tasks.
 */
public final class FakeContainer {

  /** The address of each client. */
  public static final String ADDRESS = "192.0.2.55";

  private final TestNode node;
  private @Nullable Servlet servlet;

  public FakeContainer(TestNode node, Protocols protocols) {
    this.node = node;
    WebSocketRegistration.register(
        WebSocketRegistration.Engine.OWN,
        proxy(
            ServletContext.class,
            (proxy, method, arguments) -> {
              servlet = (Servlet) arguments[1];
              return proxy(ServletRegistration.Dynamic.class, FakeContainer::nothing);
            }),
        node.context,
        protocols,
        new EdgeSettings(
            List.of(),
            List.of(),
            List.of(),
            64,
            65_536,
            70_000,
            false,
            Duration.ofMinutes(1),
            new MetricsAccess(true, false, null),
            new BodySettings(65_536, Duration.ofSeconds(30), 16, 128),
            false,
            false,
            null),
        new StreamOutputSelector(false, "none"),
        request -> {});
  }

  /**
   * Opens a connection.
   *
   * @param subprotocols as the client offers them
   * @param query the parameters
   */
  public Client open(String subprotocols, Map<String, String> query) throws Exception {
    Client client = new Client();
    Map<String, String> headers =
        Map.of(
            "Upgrade",
            "websocket",
            "Connection",
            "Upgrade",
            "Sec-WebSocket-Version",
            "13",
            "Sec-WebSocket-Key",
            "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol",
            subprotocols);
    HttpUpgradeHandler[] upgrade = new HttpUpgradeHandler[1];
    HttpServletRequest request =
        proxy(
            HttpServletRequest.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getMethod" -> "GET";
                  case "getProtocol" -> "HTTP/1.1";
                  case "getRemoteAddr" -> ADDRESS;
                  case "getHeaders" -> {
                    String value = headers.get((String) arguments[0]);
                    yield Collections.enumeration(value == null ? List.of() : List.of(value));
                  }
                  case "getParameterValues" -> {
                    String value = query.get((String) arguments[0]);
                    yield value == null ? null : new String[] {value};
                  }
                  case "upgrade" -> {
                    upgrade[0] =
                        (HttpUpgradeHandler)
                            ((Class<?>) arguments[0]).getDeclaredConstructor().newInstance();
                    yield upgrade[0];
                  }
                  default -> nothing(proxy, method, arguments);
                });
    HttpServletResponse response =
        proxy(
            HttpServletResponse.class,
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "setStatus" -> client.status = (int) arguments[0];
                case "setHeader" ->
                    client.headers.put((String) arguments[0], (String) arguments[1]);
                case "getOutputStream" -> {
                  return client.out;
                }
                case "getWriter" -> {
                  return new java.io.PrintWriter(client.out, true, StandardCharsets.UTF_8);
                }
                default -> {
                  return nothing(proxy, method, arguments);
                }
              }
              return null;
            });
    Objects.requireNonNull(servlet).service(request, response);
    if (upgrade[0] != null) {
      upgrade[0].init(
          proxy(
              WebConnection.class,
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "getInputStream" -> client.in;
                    case "getOutputStream" -> client.out;
                    case "close" -> {
                      client.closed = true;
                      yield null;
                    }
                    default -> nothing(proxy, method, arguments);
                  }));
    }
    node.run();
    return client;
  }

  /** The client's end of a connection. */
  public final class Client {
    private final Map<String, String> headers = new HashMap<>();
    private final Input in = new Input();
    private final Output out = new Output();
    private int status;
    private boolean closed;

    /** Returns whether the server has closed the connection. */
    public boolean isClosed() {
      return closed;
    }

    /** Reads nothing any more: what is written next is not sent. */
    public void stopReading() {
      out.full = true;
    }

    public int status() {
      return status;
    }

    public @Nullable String subprotocol() {
      return headers.get("Sec-WebSocket-Protocol");
    }

    /** Sends a text message of at most 125 bytes. */
    public void send(String text) throws Exception {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      frame.write(0x81);
      frame.write(0x80 | body.length);
      frame.writeBytes(new byte[4]); // a zero mask
      frame.writeBytes(body);
      send(frame.toByteArray());
    }

    /** Sends bytes as they are. */
    public void send(byte[] bytes) throws Exception {
      arrive(bytes);
      node.run();
    }

    /** Lets bytes arrive without running the node's tasks. */
    public void arrive(byte[] bytes) throws Exception {
      in.come(bytes);
    }

    /** Closes the client's side. */
    public void leave() throws Exception {
      Objects.requireNonNull(in.listener).onAllDataRead();
      node.run();
    }

    /** Returns the code and the reason of the close frame; empty if there is none. */
    public String closeFrame() {
      byte[] bytes = out.bytes.toByteArray();
      for (int at = 0; at < bytes.length; ) {
        int length = bytes[at + 1] & 0x7F;
        int start = at + 2;
        if (length == 126) {
          length = ((bytes[start] & 0xFF) << 8) | (bytes[start + 1] & 0xFF);
          start += 2;
        }
        if ((bytes[at] & 0x0F) == 8) {
          int code = ((bytes[start] & 0xFF) << 8) | (bytes[start + 1] & 0xFF);
          return code + " " + new String(bytes, start + 2, length - 2, StandardCharsets.UTF_8);
        }
        at = start + length;
      }
      return "";
    }

    /** Returns the received text messages, each in one frame of at most 65 535 bytes. */
    public List<String> messages() {
      List<String> messages = new ArrayList<>();
      byte[] bytes = out.bytes.toByteArray();
      out.bytes.reset();
      for (int at = 0; at < bytes.length; ) {
        int length = bytes[at + 1] & 0x7F;
        int start = at + 2;
        if (length == 126) {
          length = ((bytes[start] & 0xFF) << 8) | (bytes[start + 1] & 0xFF);
          start += 2;
        }
        if ((bytes[at] & 0x0F) == 1) {
          messages.add(new String(bytes, start, length, StandardCharsets.UTF_8));
        }
        at = start + length;
      }
      return messages;
    }
  }

  @SuppressWarnings("InputStreamSlowMultibyteRead") // only arrays are read
  private static final class Input extends ServletInputStream {
    private @Nullable ReadListener listener;
    private byte[] waiting = new byte[0];

    void come(byte[] bytes) throws Exception {
      waiting = bytes;
      Objects.requireNonNull(listener).onDataAvailable();
    }

    @Override
    public int read(byte[] into) {
      int length = Math.min(waiting.length, into.length);
      System.arraycopy(waiting, 0, into, 0, length);
      waiting = Arrays.copyOfRange(waiting, length, waiting.length);
      return length;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("byte by byte");
    }

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public boolean isReady() {
      return waiting.length > 0;
    }

    @Override
    public void setReadListener(ReadListener reads) {
      listener = reads;
    }
  }

  private static final class Output extends ServletOutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean full;

    @Override
    public void write(int b) {
      bytes.write(b);
    }

    @Override
    public boolean isReady() {
      return !full;
    }

    @Override
    public void setWriteListener(WriteListener writes) {
      try {
        writes.onWritePossible();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FakeContainer.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object nothing(
      Object proxy, java.lang.reflect.Method method, @Nullable Object @Nullable [] arguments) {
    Class<?> type = method.getReturnType();
    if (type == boolean.class) {
      return false;
    }
    return type == int.class ? (Object) 0 : null;
  }
}
