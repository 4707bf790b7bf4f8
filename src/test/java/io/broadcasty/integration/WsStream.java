package io.broadcasty.integration;

import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A client of the native protocol on the JDK's WebSocket. */
final class WsStream implements Stream, WebSocket.Listener {

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final StringBuilder partial = new StringBuilder();
  private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();
  private final AtomicInteger pings = new AtomicInteger();
  private @Nullable WebSocket socket;
  private volatile @Nullable Throwable error;

  /**
   * Opens a connection.
   *
   * @throws CompletionException when the handshake is refused
   */
  static WsStream open(Api api, String token) {
    return token.isEmpty()
        ? open(api, "", new String[0])
        : open(api, "", "broadcasty.v1", "bearer." + token);
  }

  /**
   * Opens a connection with query parameters.
   *
   * @param query what follows the path
   * @throws CompletionException when the handshake is refused
   */
  static WsStream open(Api api, String query, String... subprotocols) {
    return open(api, query, Map.of(), subprotocols);
  }

  /** Opens a connection as the other ones do, with headers. */
  static WsStream open(Api api, String query, Map<String, String> headers, String... subprotocols) {
    WsStream stream = new WsStream();
    URI address =
        URI.create(api.base.toString().replaceFirst("^http", "ws") + "/broadcasty/ws" + query);
    WebSocket.Builder builder = api.http.newWebSocketBuilder().connectTimeout(Api.PATIENCE);
    headers.forEach(builder::header);
    if (subprotocols.length > 0) {
      builder.subprotocols(
          subprotocols[0], Arrays.copyOfRange(subprotocols, 1, subprotocols.length));
    }
    stream.socket = builder.buildAsync(address, stream).join();
    return stream;
  }

  WsStream send(String json) {
    try {
      socket().sendText(json, true).orTimeout(Api.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      return this;
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "cannot send; closed: " + closeCode + ", error: " + error + ", received: " + events, e);
    }
  }

  WebSocket socket() {
    if (socket == null) {
      throw new IllegalStateException("not open");
    }
    return socket;
  }

  int pings() {
    return pings.get();
  }

  /** Waits for the close; returns its code. */
  int awaitClose() {
    return closeCode.orTimeout(Api.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public Event next() {
    try {
      Event event = events.poll(Api.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no event came in time; closed: " + closeCode);
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean isEnded() {
    return closeCode.isDone();
  }

  @Override
  public void breakConnection() {
    socket().abort();
  }

  @Override
  public void close() {
    socket().sendClose(WebSocket.NORMAL_CLOSURE, "").orTimeout(5, TimeUnit.SECONDS);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      String json = partial.toString();
      partial.setLength(0);
      events.add(new Event(kind(json), json, null));
    }
    webSocket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer message) {
    pings.incrementAndGet();
    webSocket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
    closeCode.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket webSocket, Throwable failure) {
    error = failure;
    closeCode.complete(-1);
  }

  private static String kind(String json) {
    if (json.startsWith("{\"push\":\"")) {
      return json.substring(9, json.indexOf('"', 9));
    }
    if (json.contains("\"recovered\":")) {
      return "subscribed";
    }
    return json.contains("\"error\":{") ? "error" : "reply";
  }
}
