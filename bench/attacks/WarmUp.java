import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Uses each resource and command again and again, so that an attack does not load classes and fill
 * caches of the server that stay.
 */
final class WarmUp {

  private static final String CHANNEL = "presence-warm-up";
  private static final String MEMBER =
      "{\"channel\":\"" + CHANNEL + "\",\"member\":{\"id\":\"w\"}}";

  private final URI node;
  private final String token;
  private final HttpClient http;
  private final List<HttpRequest> requests = new ArrayList<>();

  WarmUp(URI node, Tokens tokens, HttpClient http) {
    this.node = node;
    this.http = http;
    token = tokens.of("warm-up", "member", "publisher");
    for (String path :
        List.of(
            "replay?channel=warm-up&limit=1000",
            "presence?channel=" + CHANNEL,
            "push/subscriptions",
            "push/key",
            "admin/nodes",
            "ping",
            "none",
            "%7a/..;/x",
            "ws")) {
      requests.add(request(path).GET().build());
    }
    requests.add(request("publish").method("OPTIONS", none()).build());
    requests.add(request("publish").method("BREW", none()).build());
    requests.add(request("push/subscriptions/none").DELETE().build());
    requests.add(post("publish", "{\"channel\":\"warm-up\",\"payload\":1,\"id\":\"same\"}"));
    requests.add(post("publish", "[{\"channel\":\"warm-up\",\"payload\":1},{\"channel\":\"#\"}]"));
    requests.add(post("publish", "no JSON"));
    requests.add(post("presence/join", MEMBER));
    requests.add(post("presence/heartbeat", "{\"channel\":\"" + CHANNEL + "\",\"id\":\"w\"}"));
    requests.add(post("presence/leave", "{\"channel\":\"" + CHANNEL + "\",\"id\":\"w\"}"));
    requests.add(post("push/subscriptions", "{\"service\":\"fcm\",\"token\":\"t\"}"));
    requests.add(post("push/send", "{}"));
    requests.add(post("admin/disconnect", "{\"user\":\"nobody\"}"));
    requests.add(
        HttpRequest.newBuilder(node.resolve("/broadcasty/replay?channel=a"))
            .header("Authorization", "Bearer " + token + "x")
            .build());
  }

  private static HttpRequest.BodyPublisher none() {
    return HttpRequest.BodyPublishers.noBody();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(node.resolve("/broadcasty/" + path))
        .timeout(Duration.ofSeconds(10))
        .header("Authorization", "Bearer " + token);
  }

  private HttpRequest post(String path, String body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  void run(int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      for (HttpRequest request : requests) {
        try {
          http.send(request, HttpResponse.BodyHandlers.discarding());
        } catch (java.io.IOException e) {
          System.err.println("  warm-up: " + request.uri() + ": " + e);
        }
      }
      webSocket();
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private void webSocket() throws InterruptedException {
    String channel = ",\"channel\":\"" + CHANNEL + "\"";
    String commands =
        "[{\"id\":1,\"command\":\"connect\",\"token\":\""
            + token
            + "\"},"
            + "{\"id\":2,\"command\":\"subscribe\",\"fromSequence\":0"
            + channel
            + "},"
            + "{\"id\":3,\"command\":\"subscribe\",\"channel\":\"warm.*\"},"
            + "{\"id\":4,\"command\":\"join\""
            + channel
            + "},"
            + "{\"id\":5,\"command\":\"presence\""
            + channel
            + "},"
            + "{\"id\":6,\"command\":\"members\""
            + channel
            + "},"
            + "{\"id\":7,\"command\":\"publish\",\"payload\":1"
            + channel
            + "},"
            + "{\"id\":8,\"command\":\"refresh\",\"token\":\""
            + token
            + "\"},"
            + "{\"id\":9,\"command\":\"unsubscribe\""
            + channel
            + "},{\"id\":10}]";
    try {
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create(node.toString().replace("http:", "ws:") + "/broadcasty/ws"),
                  new WebSocket.Listener() {})
              .get(10, TimeUnit.SECONDS);
      socket.sendText(commands, true).get(10, TimeUnit.SECONDS);
      TimeUnit.MILLISECONDS.sleep(100);
      socket.abort();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      System.err.println("  warm-up: WebSocket: " + e);
    }
  }
}
