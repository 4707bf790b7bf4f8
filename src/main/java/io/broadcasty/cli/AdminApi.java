package io.broadcasty.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The administration of a server over HTTP. A request that is refused ends the command. */
final class AdminApi {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PROBLEM = 400;
  private static final int SERVER_FAILURE = 500;
  private static final int UNAUTHORIZED = 401;
  private static final String PAGE = "500";

  private final URI base;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  /**
   * @param base the address of the server, without a slash at the end
   */
  AdminApi(URI base, String token) {
    this.base = base;
    this.token = token;
  }

  /** Returns a segment of a path, or a value of a query, as a URL has it. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Returns a query of the parameters that have a value. */
  static String query(Map<String, ? extends @Nullable Object> parameters) {
    List<String> pairs = new ArrayList<>();
    parameters.forEach(
        (name, value) -> {
          if (value != null) {
            pairs.add(name + "=" + encode(value.toString()));
          }
        });
    return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
  }

  Map<String, Object> get(String path) {
    return send("GET", path, null, null);
  }

  Map<String, Object> post(String path, Map<String, ?> body) {
    return send("POST", path, body, null);
  }

  Map<String, Object> patch(String path, Map<String, ?> body) {
    return send("PATCH", path, body, null);
  }

  /**
   * Changes something that must still have a revision.
   *
   * @param revision as it was read
   */
  Map<String, Object> patch(String path, Map<String, ?> body, Object revision) {
    return send("PATCH", path, body, "\"" + revision + "\"");
  }

  void delete(String path) {
    Map<String, Object> answer = send("DELETE", path, null, null);
    assert answer.isEmpty();
  }

  /** Returns all pages of a list. */
  List<Map<String, Object>> all(String path, String name, @Nullable String tenant) {
    List<Map<String, Object>> all = new ArrayList<>();
    Object after = null;
    do {
      Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
      parameters.put("tenant", tenant);
      parameters.put("after", after);
      parameters.put("limit", PAGE);
      Map<String, Object> page = get(path + query(parameters));
      all.addAll(Json.objects(page.get(name)));
      after = page.get("next");
    } while (after != null);
    return all;
  }

  /** Returns the body of an answer as it arrives; the caller closes it. */
  InputStream download(String path) {
    HttpRequest request = request(path).GET().build();
    HttpResponse<InputStream> answer = exchange(request, BodyHandlers.ofInputStream());
    if (answer.statusCode() >= PROBLEM) {
      try (InputStream body = answer.body()) {
        throw refusal(answer.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw unreachable(e);
      }
    }
    return answer.body();
  }

  private Map<String, Object> send(
      String method, String path, @Nullable Map<String, ?> body, @Nullable String ifMatch) {
    HttpRequest.Builder request = request(path);
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (ifMatch != null) {
      request.header("If-Match", ifMatch);
    }
    request.method(
        method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)));
    HttpResponse<String> answer =
        exchange(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    if (answer.statusCode() >= PROBLEM) {
      throw refusal(answer.statusCode(), answer.body());
    }
    return answer.body().isBlank() ? Map.of() : Json.parseObject(answer.body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + "/broadcasty/admin/" + path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token);
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> body) {
    try {
      return http.send(request, body);
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.FAILED, "interrupted", e);
    }
  }

  private CommandException unreachable(IOException e) {
    return new CommandException(
        ExitCode.UNREACHABLE,
        "the server at "
            + base
            + " does not answer ("
            + e.getClass().getSimpleName()
            + "); start it, or name another one: --url URL",
        e);
  }

  /** Returns what a problem document says (RFC 9457). */
  private static CommandException refusal(int status, String body) {
    Map<String, Object> problem;
    try {
      problem = Json.parseObject(body);
    } catch (IllegalArgumentException e) {
      problem = Map.of();
    }
    Object code = problem.getOrDefault("code", "http_" + status);
    String message =
        "refused ("
            + status
            + " "
            + code
            + "): "
            + problem.getOrDefault("detail", "the answer says no more");
    if (status == UNAUTHORIZED) {
      message += "; get another token: broadcasty admin:token > token, and add --token-file token";
    }
    return new CommandException(
        status >= SERVER_FAILURE ? ExitCode.FAILED : ExitCode.REFUSED,
        message,
        Map.of("status", status, "code", code),
        null);
  }
}
