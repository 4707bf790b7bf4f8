package io.broadcasty.transport.http;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.SessionCookies;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/session}: exchanges the caller's token for a cookie that no script can
 * read, and ends it. The edge has checked that a page which may do so sends the request.
 */
@Path("session")
@Produces("application/json")
public class SessionResource {

  @Inject private EdgeSettings settings;
  @Inject private WallClock clock;
  private @Nullable SessionCookies cookies;

  @PostConstruct
  void open() {
    cookies = new SessionCookies(settings);
  }

  /** Sets the cookie, which ends with the token; the protocol describes the answer. */
  @POST
  @RateLimited
  public Response begin(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          Caller caller = CallerToken.caller(request);
          String token = CallerToken.of(caller, request);
          if (caller.keyId() != null) {
            throw new ProblemException(
                Code.FORBIDDEN, "an API key is for machines; a session needs the token of a user");
          }
          if (caller.boundKey() != null) {
            throw new ProblemException(
                Code.FORBIDDEN,
                "a cookie proves no key, to which this token is bound; use tickets for streams");
          }
          long expires = caller.expiresAt().toEpochMilli();
          long seconds = (expires - clock.nowMillis()) / 1000;
          return Response.ok(JsonWriter.object(json -> json.writeNumberField("expires", expires)))
              .header("Set-Cookie", cookies().begin(request, token, seconds))
              .build();
        });
  }

  /** Removes the cookie. */
  @DELETE
  public Response end(@Context HttpServletRequest request) {
    return Response.noContent().header("Set-Cookie", cookies().end(request)).build();
  }

  private SessionCookies cookies() {
    return Objects.requireNonNull(cookies);
  }
}
