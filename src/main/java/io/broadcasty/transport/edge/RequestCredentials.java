package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the token of a request: in a header, behind a ticket, in the query where that is allowed,
 * or in the cookie of a session.
 */
final class RequestCredentials {

  private static final System.Logger LOG = System.getLogger(RequestCredentials.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  /** The methods that change nothing. */
  private static final Set<String> READING = Set.of("GET", "HEAD");

  private final Tickets tickets;
  private final SessionCookies cookies;
  private final boolean tokensInQuery;

  RequestCredentials(Tickets tickets, EdgeSettings settings) {
    this.tickets = tickets;
    this.cookies = new SessionCookies(settings);
    this.tokensInQuery = settings.tokensInQuery();
  }

  /**
   * Returns the token of a request; null when there is none. May block.
   *
   * @param stream whether the request opens a stream, for which browsers cannot set headers
   * @param webSocket whether the stream is a WebSocket, which may send its token later
   * @throws ProblemException when what it has instead of a token is refused
   */
  @Nullable PresentedToken token(HttpServletRequest request, boolean stream, boolean webSocket)
      throws ProblemException {
    String bound = TokenExtractor.ofDpop(request);
    if (bound != null) {
      return new PresentedToken(bound, PresentedToken.Manner.DPOP);
    }
    String token = TokenExtractor.inHeaders(request, stream);
    if (token != null) {
      return PresentedToken.bearer(token);
    }
    if (stream) {
      String ticket = TokenExtractor.inQuery(request, "ticket");
      if (ticket != null) {
        return new PresentedToken(redeem(ticket), PresentedToken.Manner.TICKET);
      }
      String queried = TokenExtractor.inQuery(request, "access_token");
      if (queried != null && !tokensInQuery) {
        throw new ProblemException(
            Code.UNAUTHORIZED,
            "a token must not be in the URL, which proxies log; send it in a header, or use a"
                + " ticket (POST /broadcasty/ticket)");
      }
      if (queried != null) {
        return PresentedToken.bearer(queried);
      }
    }
    boolean cookie =
        !webSocket || "cookie".equals(TokenExtractor.inQuery(request, SessionCookies.CREDENTIALS));
    String kept = cookie ? inCookie(request, webSocket) : null;
    return kept == null ? null : PresentedToken.bearer(kept);
  }

  private String redeem(String ticket) throws ProblemException {
    String token;
    try {
      token = tickets.redeem(ticket);
    } catch (AuthenticationUnavailableException e) {
      LOG.log(Level.DEBUG, "Cannot redeem a ticket", e);
      throw new ProblemException(
          new Problem(Code.UNAVAILABLE, "tickets cannot be checked now", RETRY_AFTER));
    }
    if (token == null) {
      throw new ProblemException(
          Code.UNAUTHORIZED,
          "there is no such ticket, it was used, or it is older than "
              + Tickets.LIFE.toSeconds()
              + " s; get another one by POST /broadcasty/ticket");
    }
    return token;
  }

  private @Nullable String inCookie(HttpServletRequest request, boolean webSocket)
      throws ProblemException {
    String token = cookies.token(request);
    Problem refusal =
        token == null
            ? null
            : cookies.refusal(request, webSocket || !READING.contains(request.getMethod()));
    if (refusal != null) {
      throw new ProblemException(refusal);
    }
    return token;
  }
}
