package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The cookie that holds a user's token, so that pages need not keep it: no script can read it, and
 * it is sent by pages of the same site only. Since browsers send it by themselves, every request
 * with it has to come from a page of this server, or of an origin that is listed.
 */
@ThreadSafe
public final class SessionCookies {

  /** The name where browsers reach this server over TLS; they accept it from this host only. */
  static final String SECURE_NAME = "__Host-broadcasty";

  /** The name without TLS. */
  static final String PLAIN_NAME = "broadcasty";

  /** The parameter of a WebSocket handshake that authenticates by the cookie. */
  static final String CREDENTIALS = "credentials";

  /** Browsers need not keep more than 4096 bytes of a cookie, with its name and attributes. */
  private static final int MAX_TOKEN = 3800;

  /** The characters of a token (RFC 6750, section 2.1), all of which a cookie may have. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private final ProxyHeaders proxies;
  private final OriginPolicy origins;

  public SessionCookies(EdgeSettings settings) {
    this.proxies = new ProxyHeaders(new ClientAddressResolver(settings.trustedProxies()));
    this.origins = new OriginPolicy(settings.allowedOrigins());
  }

  /**
   * Returns the value of {@code Set-Cookie} that begins a session.
   *
   * @param seconds until the token ends
   * @throws ProblemException when a cookie cannot hold the token
   */
  public String begin(HttpServletRequest request, String token, long seconds)
      throws ProblemException {
    if (token.length() > MAX_TOKEN) {
      throw new ProblemException(
          Code.PAYLOAD_TOO_LARGE,
          "the token has "
              + token.length()
              + " characters, and a cookie may have "
              + MAX_TOKEN
              + "; use a ticket, or have your issuer make smaller tokens");
    }
    if (!TOKEN.matcher(token).matches()) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "the token has characters that a token must not have");
    }
    return cookie(request, token, Math.max(0, seconds));
  }

  /** Returns the value of {@code Set-Cookie} that ends a session. */
  public String end(HttpServletRequest request) {
    return cookie(request, "", 0);
  }

  private String cookie(HttpServletRequest request, String value, long seconds) {
    boolean secure = isSecure(request);
    return (secure ? SECURE_NAME : PLAIN_NAME)
        + "="
        + value
        + "; Path=/; Max-Age="
        + seconds
        + "; HttpOnly; SameSite=Strict"
        + (secure ? "; Secure" : "");
  }

  /** Returns the token in the cookie; null when there is none. */
  @Nullable String token(HttpServletRequest request) {
    String plain = null;
    for (String line : HeaderFields.lines(request, "Cookie")) {
      for (String pair : line.split(";", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals).strip();
        String value = pair.substring(equals + 1).strip();
        if (name.equals(SECURE_NAME) && !value.isEmpty()) {
          return value;
        }
        if (name.equals(PLAIN_NAME) && !value.isEmpty() && plain == null) {
          plain = value;
        }
      }
    }
    return plain == null || isSecure(request) ? null : plain; // anybody nearby may have set it
  }

  /**
   * Returns why a request with the cookie is refused, or one that begins or ends a session; null
   * when it comes from a page that may send it.
   *
   * @param changing whether it changes something or opens a WebSocket; only requests that read come
   *     without {@code Origin} from pages of this server
   */
  @Nullable Problem refusal(HttpServletRequest request, boolean changing) {
    String origin = HeaderFields.list(request, "Origin");
    if (origin == null) {
      String site = request.getHeader("Sec-Fetch-Site");
      return changing || "cross-site".equalsIgnoreCase(site)
          ? Problem.of(
              Code.ORIGIN_NOT_ALLOWED,
              "a request with the cookie of a session needs the header `Origin` of a page that may"
                  + " send it")
          : null;
    }
    return origins.isListed(origin)
            || proxies.hosts(request).stream().anyMatch(host -> origins.isOf(origin, host))
        ? null
        : Problem.of(
            Code.ORIGIN_NOT_ALLOWED,
            "pages of this origin may not use the cookie of a session; add it to"
                + " BROADCASTY_ALLOWED_ORIGINS, where * does not suffice");
  }

  /** Returns whether the browser has sent the request over TLS, as far as anything says so. */
  private boolean isSecure(HttpServletRequest request) {
    String origin = HeaderFields.list(request, "Origin");
    return request.isSecure()
        || proxies.isForwardedFromHttps(request)
        || (origin != null
            && origin.toLowerCase(Locale.ROOT).startsWith("https://")
            && proxies.hosts(request).stream().anyMatch(host -> origins.isOf(origin, host)));
  }
}
