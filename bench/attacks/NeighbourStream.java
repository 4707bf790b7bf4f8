import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stream of the neighbour, over WebSocket or SSE. It notes the number of each publication, and
 * opens again when it was dropped.
 */
final class NeighbourStream {

  private static final long RETRY_MILLIS = 500;

  private final HttpClient http;
  private final URI node;
  private final String token;
  private final int channel;
  private final boolean webSocket;
  private final AtomicInteger published;

  private final BitSet received = new BitSet();
  private boolean open;
  private int from;
  private int drops;
  private int doubled;
  private String lastEnd;

  NeighbourStream(
      HttpClient http,
      URI node,
      String token,
      int channel,
      boolean webSocket,
      AtomicInteger published) {
    this.http = http;
    this.node = node;
    this.token = token;
    this.channel = channel;
    this.webSocket = webSocket;
    this.published = published;
  }

  static String channel(int n) {
    return "private-neighbour." + n;
  }

  int channelNumber() {
    return channel;
  }

  synchronized boolean isOpen() {
    return open;
  }

  synchronized int drops() {
    return drops;
  }

  synchronized int doubled() {
    return doubled;
  }

  synchronized String lastEnd() {
    return lastEnd;
  }

  /** Returns whether a publication of its channel should have arrived and has not. */
  synchronized boolean shouldHave(int n) {
    return open && n > from && !received.get(n);
  }

  void open() {
    if (webSocket) {
      openWebSocket();
    } else {
      openEvents();
    }
  }

  private synchronized void subscribed() {
    open = true;
    from = published.get() + 1; // one may be on its way
  }

  private void ended(String how) {
    synchronized (this) {
      lastEnd = (webSocket ? "ws " : "sse ") + how;
      if (open) {
        drops++;
      }
      open = false;
    }
    CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS).execute(this::open);
  }

  private synchronized void message(String text) {
    int at = text.indexOf("\"n\":");
    if (at < 0) {
      return;
    }
    int end = text.indexOf(',', at);
    int n = Integer.parseInt(text.substring(at + 4, end).trim());
    if (received.get(n)) {
      doubled++;
    }
    received.set(n);
  }

  private void openWebSocket() {
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          private final StringBuilder message = new StringBuilder();
          private final AtomicInteger ends = new AtomicInteger();

          @Override
          public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
              if (message.indexOf("\"reply\":1,\"result\"") >= 0) {
                subscribed();
              }
              message(message.toString());
              message.setLength(0);
            }
            socket.request(1);
            return null;
          }

          @Override
          public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            end("close " + code);
            return null;
          }

          @Override
          public void onError(WebSocket socket, Throwable error) {
            end(error.getClass().getSimpleName());
          }

          private void end(String how) {
            if (ends.getAndIncrement() == 0) {
              ended(how);
            }
          }
        };
    String command =
        "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel(channel) + "\"}";
    http.newWebSocketBuilder()
        .header("Authorization", "Bearer " + token)
        .buildAsync(
            URI.create(node.toString().replace("http:", "ws:") + "/broadcasty/ws"), listener)
        .whenComplete(
            (socket, error) -> {
              if (error != null) {
                ended("handshake " + cause(error));
              } else {
                socket.sendText(command, true);
              }
            });
  }

  private static String cause(Throwable error) {
    return (error.getCause() == null ? error : error.getCause()).getClass().getSimpleName();
  }

  private void openEvents() {
    HttpRequest request =
        HttpRequest.newBuilder(node.resolve("/broadcasty/sse?channel=" + channel(channel)))
            .header("Authorization", "Bearer " + token)
            .build();
    http.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(new Lines()))
        .whenComplete(
            (answer, error) -> ended(error == null ? "end, " + answer.statusCode() : cause(error)));
  }

  private final class Lines implements Flow.Subscriber<String> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      if (line.startsWith("event: subscribed") || line.startsWith("event:subscribed")) {
        subscribed();
      } else if (line.startsWith("data:")) {
        message(line);
      }
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onComplete() {}
  }
}
