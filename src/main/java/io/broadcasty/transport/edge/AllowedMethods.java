package io.broadcasty.transport.edge;

import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The methods of each path of the data plane. The edge answers all others, since the servers do so
 * each in its own way, some with a page of HTML.
 */
final class AllowedMethods {

  private static final String READ = "GET, HEAD, OPTIONS";
  private static final String WRITE = "POST, OPTIONS";

  /** The methods of files and of what a server adds. */
  static final String OF_FILES = READ;

  record Route(Pattern path, String methods) {
    Route(String path, String methods) {
      this(Pattern.compile((path.startsWith("/") ? "" : "/broadcasty/") + path + "/?"), methods);
    }
  }

  static final List<Route> ROUTES =
      List.of(
          new Route("(sse|replay|ping|presence|metrics|openapi\\.yaml)", READ),
          new Route("problems(/[^/]+)?", READ),
          new Route("ws", "GET, OPTIONS"), // a handshake has no other method
          new Route("publish", WRITE),
          new Route("ticket", WRITE),
          new Route("session", "POST, DELETE, OPTIONS"),
          new Route("backchannel-logout", WRITE),
          new Route("presence/(join|leave|heartbeat)", WRITE),
          new Route("admin/(nodes|drivers|health|channels|connections|presence|events)", READ),
          new Route("admin/channels/[^/]+", READ),
          new Route("admin/push(/(devices|failed))?", READ),
          new Route("admin/replay", WRITE),
          new Route("admin/disconnect", WRITE),
          new Route("admin/tenants", "GET, HEAD, POST, OPTIONS"),
          new Route("admin/tenants/[^/]+", "GET, HEAD, PATCH, DELETE, OPTIONS"),
          new Route("admin/apps", "GET, HEAD, POST, OPTIONS"),
          new Route("admin/apps/[^/]+/rotate", WRITE),
          new Route("admin/apps/[^/]+", "GET, HEAD, PATCH, DELETE, OPTIONS"),
          new Route("admin/tenants/[^/]+/usage", READ),
          new Route("admin/webhooks", "GET, HEAD, POST, OPTIONS"),
          new Route("admin/webhooks/[^/]+/deliveries", READ),
          new Route("admin/webhooks/[^/]+/deliveries/[^/]+", READ),
          new Route("admin/webhooks/[^/]+/deliveries/[^/]+/resend", WRITE),
          new Route("admin/webhooks/[^/]+/(rotate|resend|test)", WRITE),
          new Route("admin/webhooks/[^/]+", "GET, HEAD, PATCH, DELETE, OPTIONS"),
          new Route("admin/outbox(/[^/]+/refused)?", READ),
          new Route("admin/outbox/[^/]+/refused/[^/]+", "DELETE, OPTIONS"),
          new Route("admin/outbox/[^/]+/refused/[^/]+/retry", WRITE),
          new Route("admin/keys", "GET, HEAD, POST, OPTIONS"),
          new Route("admin/keys/rotate-master", WRITE),
          new Route("admin/keys/[^/]+/rotate", WRITE),
          new Route("admin/keys/[^/]+", "GET, HEAD, PATCH, DELETE, OPTIONS"),
          new Route("admin/revocations", "GET, HEAD, POST, OPTIONS"),
          new Route("admin/revocations/[^/]+", "GET, HEAD, DELETE, OPTIONS"),
          new Route("admin/audit(/(export|heads|verify))?", READ),
          new Route("admin/policies", "GET, HEAD, POST, OPTIONS"),
          new Route("admin/policies/[^/]+", "GET, HEAD, PATCH, DELETE, OPTIONS"),
          new Route("admin/access/explain", WRITE),
          new Route("admin/users/[^/]+/(export|erase)", WRITE),
          new Route("admin/privacy", READ),
          new Route("admin/privacy/[^/]+", "GET, HEAD, DELETE, OPTIONS"),
          new Route("admin/privacy/[^/]+/export", READ),
          new Route("push/subscriptions", "GET, HEAD, POST, OPTIONS"),
          new Route("push/subscriptions/[^/]+", "DELETE, OPTIONS"),
          new Route("push/send", WRITE),
          new Route("push/[^/]+", READ),
          new Route("pusher/(auth|user-auth)", WRITE),
          new Route("/broadcasting/(auth|user-auth)", WRITE),
          new Route("/app/[^/]+", "GET, OPTIONS"),
          new Route("/apps/[^/]+/(events|batch_events)", WRITE),
          new Route("/apps/[^/]+/channels(/[^/]+(/users)?)?", READ),
          new Route("/apps/[^/]+/users/[^/]+/terminate_connections", WRITE));

  private AllowedMethods() {}

  /** Returns the methods of a path, as in {@code Allow}; null when there is no such path. */
  static @Nullable String of(String path) {
    for (Route route : ROUTES) {
      if (route.path().matcher(path).matches()) {
        return route.methods();
      }
    }
    return null;
  }

  /**
   * Returns why a method is refused, and sets {@code Allow} in the answer; null when it is allowed.
   *
   * @param allowed as {@link #of} returns it
   */
  static @Nullable Problem refusal(
      String method, @Nullable String allowed, HttpServletResponse response) {
    if (allowed == null || List.of(allowed.split(", ", -1)).contains(method)) {
      return null;
    }
    response.setHeader("Allow", allowed);
    return Problem.of(Code.METHOD_NOT_ALLOWED, "this path has the methods " + allowed);
  }
}
