package io.broadcasty.client;

import java.util.Map;

/**
 * What administrators and operators do, by the addresses under {@code /broadcasty/admin} that the
 * protocol and {@code /broadcasty/openapi.yaml} describe. Paths begin behind it:
 *
 * <pre>{@code
 * Json key = client.admin().post("/keys", Map.of("name", "orders", "scopes", List.of(…)));
 * client.admin().post("/revocations", Map.of("user", "ann"));
 * }</pre>
 *
 * <p>Requests that change something are sent once: whether they can be repeated without harm, the
 * protocol says of each. Escape what a path contains with {@link #segment}.
 */
public final class Admin {

  private static final String ROOT = "/broadcasty/admin";

  private final HttpRequests requests;

  Admin(HttpRequests requests) {
    this.requests = requests;
  }

  /** Escapes an id for use in a path. */
  public static String segment(String id) {
    return HttpRequests.escape(id);
  }

  /** Reads something. Parameters whose value is null are left out. */
  public Json get(String path, Map<String, ?> parameters) {
    return HttpRequests.await(
        requests.send(
            "GET", ROOT + path, HttpRequests.query(parameters), null, HttpRequests.Repeat.SAFE));
  }

  /** Reads something. */
  public Json get(String path) {
    return get(path, Map.of());
  }

  /** Creates something, or has something done. */
  public Json post(String path, Map<String, ?> body) {
    return change("POST", path, JsonWriter.write(body));
  }

  /** Changes what the body names. */
  public Json patch(String path, Map<String, ?> body) {
    return change("PATCH", path, JsonWriter.write(body));
  }

  /** Replaces something. */
  public Json put(String path, Map<String, ?> body) {
    return change("PUT", path, JsonWriter.write(body));
  }

  /** Removes something. */
  public void delete(String path) {
    change("DELETE", path, null);
  }

  private Json change(String method, String path, String body) {
    return HttpRequests.await(
        requests.send(method, ROOT + path, "", body, HttpRequests.Repeat.NEVER));
  }
}
