package io.broadcasty.transport.body;

import static io.broadcasty.transport.FakeServlets.fake;

import io.broadcasty.transport.FakeServlets;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A POST whose body a test sends piece by piece, in a fake servlet container. */
public final class FakeBodyRequest {

  /** What happened to the request: {@code dispatch}, {@code complete}, {@code refuse …}. */
  public final List<String> events = new ArrayList<>();

  private final Map<String, Object> attributes = new HashMap<>();
  private final Map<String, String> headers = new HashMap<>();
  private final long announced;
  private final Input input = new Input();
  private ServletOutputStream output = new FakeServlets.DiscardedOutput();
  private boolean async;
  private boolean committed;

  /**
   * Creates a request of which no byte of the body has arrived.
   *
   * @param announced the body's length; -1 when the client does not tell it
   */
  public FakeBodyRequest(long announced) {
    this.announced = announced;
    headers.put("Content-Type", "application/json");
    if (announced < 0) {
      headers.put("Transfer-Encoding", "chunked");
    }
  }

  /** Returns the request as the container gives it. */
  public HttpServletRequest request() {
    return fake(
        HttpServletRequest.class,
        (name, arguments) ->
            switch (name) {
              case "getMethod" -> "POST";
              case "getQueryString" -> "a=1&b=%20&a=2";
              case "getContentLengthLong" -> announced;
              case "getContentType" -> headers.get("Content-Type");
              case "getHeader" -> headers.get((String) arguments[0]);
              case "getInputStream" -> input;
              case "getAttribute" -> attributes.get((String) arguments[0]);
              case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
              case "isAsyncStarted" -> async;
              case "startAsync" -> {
                async = true;
                yield fake(
                    AsyncContext.class,
                    (call, given) -> {
                      if (call.equals("dispatch") || call.equals("complete")) {
                        events.add(call);
                      }
                      return null;
                    });
              }
              default -> null;
            });
  }

  /** Returns the response, which records its headers. */
  public HttpServletResponse response() {
    return fake(
        HttpServletResponse.class,
        (name, arguments) -> {
          if (name.equals("setHeader")) {
            events.add(arguments[0] + ": " + arguments[1]);
          }
          if (name.equals("isCommitted")) {
            return committed;
          }
          return name.equals("getOutputStream") ? output : null;
        });
  }

  /** Sets the media type of the body. */
  public void setContentType(String type) {
    headers.put("Content-Type", type);
  }

  /** Lets bytes arrive. */
  public void send(String text) throws IOException {
    input.add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Lets bytes arrive before the request is handled. */
  public void sendBefore(String text) {
    input.waiting = text.getBytes(StandardCharsets.UTF_8);
  }

  /** Ends the body. */
  public void end() throws IOException {
    Objects.requireNonNull(input.listener).onAllDataRead();
  }

  /** Lets the whole body arrive before the request is handled. */
  public void sendAllBefore(String text) {
    sendBefore(text);
    input.ended = true;
  }

  /** Returns the stream of the body. */
  ServletInputStream stream() {
    return input;
  }

  /** Breaks the connection. */
  public void leave() {
    Objects.requireNonNull(input.listener).onError(new IOException("reset"));
  }

  /** Sends the head of the answer. */
  public void commit() {
    committed = true;
  }

  /** Breaks the connection before the answer is written. */
  public void leaveBeforeAnswer() {
    output =
        new FakeServlets.DiscardedOutput() {
          @Override
          public void flush() throws IOException {
            throw new IOException("Connection is closed");
          }
        };
  }

  private static final class Input extends ServletInputStream {
    private byte[] waiting = new byte[0];
    private @Nullable ReadListener listener;
    private boolean ended;

    void add(byte[] bytes) throws IOException {
      waiting = bytes;
      Objects.requireNonNull(listener).onDataAvailable();
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("byte by byte");
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (waiting.length == 0 && ended) {
        return -1;
      }
      if (waiting.length == 0) {
        throw new IllegalStateException("this read would block");
      }
      int read = Math.min(length, waiting.length);
      System.arraycopy(waiting, 0, into, offset, read);
      waiting = Arrays.copyOfRange(waiting, read, waiting.length);
      return read;
    }

    @Override
    public int available() {
      return waiting.length;
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
}
