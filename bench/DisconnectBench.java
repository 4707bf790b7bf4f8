import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.RSAPrivateKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Repeatedly ends the streams of one user on several nodes, or revokes the user's tokens, and
 * prints the time from before the request to the last end at the client. Needs only the JDK.
 *
 * <p>Usage: {@code java DisconnectBench.java PORT[,PORT…] KEY TRIES STREAMS [TOKEN]}. KEY is a file
 * with the private key that signs the tokens, as a JWK; STREAMS is the number of streams of each
 * transport that the user has on each node. With TOKEN, the user's tokens are revoked, and the last
 * of them is written to the file of this name. Fails if a stream does not end, ends with another
 * code, if a stream of another user ends, or if a node accepts a revoked token afterwards.
 */
class DisconnectBench {

  private static final int WARM_UP = 10;
  private static final long TIMEOUT_SECONDS = 10;
  private static final int DISCONNECTED = 4410;
  private static final int UNAUTHORIZED = 4401;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final List<URI> nodes = new ArrayList<>();
  private final PrivateKey key;
  private final boolean revokes;
  private String lastToken = "";

  private DisconnectBench(String ports, Path file, boolean revokes) throws Exception {
    this.revokes = revokes;
    for (String port : ports.split(",")) {
      nodes.add(URI.create("http://127.0.0.1:" + port));
    }
    String jwk = Files.readString(file);
    key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new RSAPrivateKeySpec(number(jwk, "n"), number(jwk, "d")));
  }

  private static BigInteger number(String jwk, String field) {
    Matcher found = Pattern.compile("\"" + field + "\":\"([A-Za-z0-9_-]+)\"").matcher(jwk);
    if (!found.find()) {
      throw new IllegalArgumentException("the key has no `" + field + "`");
    }
    return new BigInteger(1, Base64.getUrlDecoder().decode(found.group(1)));
  }

  public static void main(String[] args) throws Exception {
    DisconnectBench bench = new DisconnectBench(args[0], Path.of(args[1]), args.length > 4);
    int streams = Integer.parseInt(args[3]);
    List<CompletableFuture<String>> others = bench.open("other-user", streams);
    bench.run(WARM_UP, streams, "warm-up");
    double[] millis = bench.run(Integer.parseInt(args[2]), streams, "user");
    for (CompletableFuture<String> other : others) {
      if (other.isDone()) {
        throw new IllegalStateException("a stream of another user was ended: " + other.get());
      }
    }
    if (args.length > 4) {
      Files.writeString(Path.of(args[4]), bench.lastToken);
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "| %8d | %8.1f | %8.1f | %8.1f |%n",
        streams * 2 * bench.nodes.size(),
        at(millis, 0.5),
        at(millis, 0.99),
        millis[millis.length - 1]);
    System.exit(0);
  }

  private static double at(double[] sorted, double part) {
    return sorted[(int) Math.ceil(part * sorted.length) - 1];
  }

  private double[] run(int tries, int streams, String name) throws Exception {
    double[] millis = new double[tries];
    for (int i = 0; i < tries; i++) {
      String user = name + "-" + i;
      List<CompletableFuture<String>> ends = open(user, streams);
      String body = "{\"user\":\"" + user + "\"}";
      HttpRequest request =
          HttpRequest.newBuilder(
                  nodes
                      .get(i % nodes.size())
                      .resolve("/broadcasty/admin/" + (revokes ? "revocations" : "disconnect")))
              .header("Authorization", "Bearer " + token("boss", "admin"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      long start = System.nanoTime();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != (revokes ? 201 : 202)) {
        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
      }
      long last = 0;
      for (CompletableFuture<String> end : ends) {
        String[] timeAndCode = end.get(TIMEOUT_SECONDS, TimeUnit.SECONDS).split(" ", 2);
        if (!timeAndCode[1].contains(revokes ? "unauthorized" : "disconnected")) {
          throw new IllegalStateException("a stream ended with another code: " + timeAndCode[1]);
        }
        last = Math.max(last, Long.parseLong(timeAndCode[0]) - start);
      }
      millis[i] = last / 1e6;
      if (revokes) {
        requireRefusal();
      }
    }
    return millis;
  }

  private void requireRefusal() throws Exception {
    for (URI node : nodes) {
      HttpRequest request =
          HttpRequest.newBuilder(node.resolve("/broadcasty/replay?channel=news"))
              .header("Authorization", "Bearer " + lastToken)
              .build();
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status != 401) {
        throw new IllegalStateException("a node answers " + status + " to a revoked token");
      }
    }
  }

  /**
   * Opens the streams of a user on every node. Each future completes with the time and the code of
   * the end.
   */
  private List<CompletableFuture<String>> open(String user, int streams) throws Exception {
    List<CompletableFuture<String>> ends = new ArrayList<>();
    List<CompletableFuture<?>> ready = new ArrayList<>();
    String token = token(user, "member");
    lastToken = token;
    for (URI node : nodes) {
      for (int i = 0; i < streams; i++) {
        ready.add(webSocket(node, token, ends));
        ready.add(events(node, token, ends));
      }
    }
    for (CompletableFuture<?> each : ready) {
      each.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
    return ends;
  }

  private CompletableFuture<?> webSocket(
      URI node, String token, List<CompletableFuture<String>> ends) {
    CompletableFuture<String> end = new CompletableFuture<>();
    CompletableFuture<Void> subscribed = new CompletableFuture<>();
    ends.add(end);
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          @Override
          public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            subscribed.complete(null);
            socket.request(1);
            return null;
          }

          @Override
          public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            end.complete(
                System.nanoTime()
                    + " "
                    + switch (code) {
                      case DISCONNECTED -> "disconnected";
                      case UNAUTHORIZED -> "unauthorized";
                      default -> code + " " + reason;
                    });
            return null;
          }

          @Override
          public void onError(WebSocket socket, Throwable error) {
            end.complete(System.nanoTime() + " " + error);
          }
        };
    return http.newWebSocketBuilder()
        .header("Authorization", "Bearer " + token)
        .buildAsync(
            URI.create(node.toString().replace("http:", "ws:") + "/broadcasty/ws"), listener)
        .thenCompose(
            socket ->
                socket.sendText("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"news\"}", true))
        .thenCompose(socket -> subscribed);
  }

  private CompletableFuture<?> events(
      URI node, String token, List<CompletableFuture<String>> ends) {
    CompletableFuture<String> end = new CompletableFuture<>();
    CompletableFuture<Void> subscribed = new CompletableFuture<>();
    ends.add(end);
    HttpRequest request =
        HttpRequest.newBuilder(node.resolve("/broadcasty/sse?channel=news"))
            .header("Authorization", "Bearer " + token)
            .build();
    http.sendAsync(request, HttpResponse.BodyHandlers.ofLines())
        .thenAcceptAsync(
            answer -> {
              StringBuilder tail = new StringBuilder();
              try {
                answer
                    .body()
                    .forEach(
                        line -> {
                          if (line.startsWith("event: subscribed")
                              || line.startsWith("event:subscribed")) {
                            subscribed.complete(null);
                          } else if (line.contains("\"code\"")) {
                            tail.append(line);
                          }
                        });
              } catch (RuntimeException e) {
                tail.append(e);
              }
              end.complete(System.nanoTime() + " " + tail);
            },
            task -> {
              Thread thread = new Thread(task, "events");
              thread.setDaemon(true);
              thread.start();
            });
    return subscribed;
  }

  private String token(String subject, String role) throws Exception {
    long now = System.currentTimeMillis() / 1000;
    String claims =
        "{\"sub\":\""
            + subject
            + "\",\"tid\":\"demo\",\"roles\":[\""
            + role
            + "\"],\"iat\":"
            + now
            + ",\"exp\":"
            + (now + 600)
            + "}";
    String signed = part("{\"alg\":\"RS256\"}") + "." + part(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
