package io.broadcasty.client;

import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * One WebSocket of a stream. Reads a message when the one before has been taken and there is room
 * for more, so that the server waits for a slow reader.
 */
final class StreamConnection implements WebSocket.Listener {

  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(15);
  private static final int MAX_MESSAGE_CHARACTERS = 64 * 1024 * 1024;

  /** What becomes of what a connection receives. Called by one thread at a time. */
  interface Handler {

    /** The handshake has succeeded. */
    void onOpen(StreamConnection connection);

    /** A message has come: an object, or an array of objects. */
    void onMessage(StreamConnection connection, Json message);

    /** The connection is over. Called once. */
    void onEnd(StreamConnection connection, StreamEnd end);
  }

  private final Handler handler;
  private final StringBuilder partial = new StringBuilder();
  private WebSocket socket;
  private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);
  private boolean held;
  private boolean receiving;
  private boolean over;
  private StreamEnd announced;
  private volatile long lastReceived = System.nanoTime();

  private StreamConnection(Handler handler) {
    this.handler = handler;
  }

  /** Opens a connection. */
  static StreamConnection open(StreamContext context, Handler handler) {
    StreamConnection connection = new StreamConnection(handler);
    try {
      WebSocket.Builder builder =
          context.http().newWebSocketBuilder().connectTimeout(HANDSHAKE_TIMEOUT);
      Map<String, String> headers =
          context.credentials().headers("GET", context.address().getRawPath(), "", new byte[0]);
      headers.forEach(builder::header);
      builder
          .subprotocols("broadcasty.v1")
          .buildAsync(context.address(), connection)
          .whenComplete((opened, failure) -> connection.onHandshake(failure));
    } catch (RuntimeException e) {
      connection.end(
          new StreamEnd(
              StreamEnd.Retry.LATER,
              Duration.ZERO,
              new BroadcastyException(
                  BroadcastyException.UNREACHABLE, 0, null, "cannot get credentials: " + e, e)));
    }
    return connection;
  }

  private void onHandshake(Throwable failure) {
    if (failure == null) {
      return;
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof WebSocketHandshakeException refused) {
      end(StreamEnd.handshakeRefused(refused.getResponse()));
    } else {
      StreamEnd broken = StreamEnd.broken(cause);
      end(new StreamEnd(StreamEnd.Retry.LATER, Duration.ZERO, broken.cause()));
    }
  }

  /** Sends commands as one message. */
  synchronized void send(List<? extends Map<String, ?>> commands) {
    String text = JsonWriter.write(commands);
    sending =
        sending
            .thenCompose(before -> socket.sendText(text, true))
            .whenComplete(
                (sent, failure) -> {
                  if (failure != null) {
                    abort(failure);
                  }
                });
  }

  /** Reads on, if reading was held because there was no room. */
  void readOn() {
    synchronized (this) {
      if (!held || over) {
        return;
      }
      held = false;
      lastReceived = System.nanoTime();
      if (receiving) {
        return; // which then reads on
      }
    }
    socket.request(1);
  }

  /** Stops reading until {@link #readOn}. */
  synchronized void hold() {
    held = true;
  }

  /** Returns for how long nothing has come, though something was read for. */
  synchronized Duration silence() {
    return held ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - lastReceived);
  }

  /** Closes the connection well; nothing more is handled. */
  void close() {
    synchronized (this) {
      over = true;
      if (socket == null) {
        return;
      }
    }
    socket
        .sendClose(WebSocket.NORMAL_CLOSURE, "")
        .orTimeout(1, TimeUnit.SECONDS)
        .whenComplete((sent, failure) -> socket.abort());
  }

  /** Ends the connection because of a failure. */
  void abort(Throwable failure) {
    end(StreamEnd.broken(failure));
  }

  /** Ends the connection. */
  void end(StreamEnd end) {
    WebSocket open;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      open = socket;
    }
    if (open != null) {
      open.abort();
    }
    handler.onEnd(this, end);
  }

  @Override
  public void onOpen(WebSocket opened) {
    synchronized (this) {
      socket = opened;
      if (over) {
        opened.abort();
        return;
      }
    }
    handler.onOpen(this);
    opened.request(1);
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    lastReceived = System.nanoTime();
    if (partial.length() + data.length() > MAX_MESSAGE_CHARACTERS) {
      abort(new IllegalStateException("the server sent a message that is too long"));
      return null;
    }
    synchronized (this) {
      receiving = true;
    }
    partial.append(data);
    if (last) {
      String text = partial.toString();
      partial.setLength(0);
      receive(text);
    }
    boolean more;
    synchronized (this) {
      receiving = false;
      more = !held && !over;
    }
    if (more) {
      from.request(1);
    }
    return null;
  }

  private void receive(String text) {
    try {
      Json message = Json.parse(text);
      for (Json one : message.isArray() ? message.items() : List.of(message)) {
        if (one.get("push").map(Json::asString).orElse("").equals("end")) {
          announced = StreamEnd.announced(one);
        }
      }
      handler.onMessage(this, message);
    } catch (RuntimeException e) {
      abort(e);
    }
  }

  @Override
  public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    lastReceived = System.nanoTime();
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    end(announced != null ? announced : StreamEnd.closed(code, reason));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    end(announced != null ? announced : StreamEnd.broken(failure));
  }
}
