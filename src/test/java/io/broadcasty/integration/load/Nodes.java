package io.broadcasty.integration.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** The nodes under load, as clients see them. They accept each other's tokens. */
final class Nodes {

  static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long TOKEN_NANOS = Duration.ofMinutes(2).toNanos();

  private final List<URI> bases;
  private final HttpClient http;
  private String token = "";
  private long tokenNanos;

  Nodes(List<URI> bases) {
    this.bases = List.copyOf(bases);
    Executor threads =
        Executors.newFixedThreadPool(
            4,
            task -> {
              Thread thread = new Thread(task, "load");
              thread.setDaemon(true);
              return thread;
            });
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .executor(threads)
            .build();
  }

  HttpClient http() {
    return http;
  }

  /** Returns one of the nodes; the same number returns the same node. */
  URI node(int number) {
    return bases.get(Math.floorMod(number, bases.size()));
  }

  /** Returns how many members a node knows on a channel; -1 when it does not answer. */
  long members(URI base, String channel) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/broadcasty/presence?limit=1&channel=" + channel))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token())
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? JsonText.number(answer.body(), "\"count\":") : -1;
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /** Returns the addresses of all nodes. */
  List<URI> bases() {
    return bases;
  }

  /** Returns a token that is valid for some minutes, from any node that answers. */
  synchronized String token() {
    if (token.isEmpty() || System.nanoTime() - tokenNanos > TOKEN_NANOS) {
      for (URI base : bases) {
        try {
          HttpRequest request =
              HttpRequest.newBuilder(base.resolve("/dev/tokens")).timeout(PATIENCE).build();
          HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
          if (answer.statusCode() == 200) {
            token = JsonText.between(answer.body(), "\"publisher\":\"", '"');
            tokenNanos = System.nanoTime();
            break;
          }
        } catch (IOException e) {
          // try the next node
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
    }
    return token;
  }
}
