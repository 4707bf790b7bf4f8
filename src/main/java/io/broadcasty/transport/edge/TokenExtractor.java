package io.broadcasty.transport.edge;

import io.broadcasty.admin.key.KeySecret;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Extracts the token of a request. */
final class TokenExtractor {

  private static final String BEARER_SCHEME = "Bearer ";
  private static final String DPOP_SCHEME = "DPoP ";
  private static final String BEARER_SUBPROTOCOL = "bearer.";

  private TokenExtractor() {}

  /**
   * Returns the token in the headers of a request.
   *
   * @param stream whether the request opens a stream, for which browsers cannot set the header
   *     {@code Authorization}
   * @return null when there is none
   */
  static @Nullable String inHeaders(HttpServletRequest request, boolean stream) {
    String authorization = authorization(request);
    if (authorization != null) {
      return authorization;
    }
    if (!stream) {
      return null;
    }
    for (String name : HeaderFields.elements(request, "Sec-WebSocket-Protocol")) {
      if (name.startsWith(BEARER_SUBPROTOCOL) && name.length() > BEARER_SUBPROTOCOL.length()) {
        return name.substring(BEARER_SUBPROTOCOL.length());
      }
    }
    return null;
  }

  /** Returns the token of {@code Authorization: DPoP}; null when there is none. */
  static @Nullable String ofDpop(HttpServletRequest request) {
    for (String value : HeaderFields.elements(request, "Authorization")) {
      if (value.regionMatches(true, 0, DPOP_SCHEME, 0, DPOP_SCHEME.length())) {
        return value.substring(DPOP_SCHEME.length()).strip();
      }
    }
    return null;
  }

  /** Returns a parameter of the query; null when it has none of this name. */
  static @Nullable String inQuery(HttpServletRequest request, String name) {
    return parameter(request.getQueryString(), name);
  }

  /**
   * Returns whether the query has an API key as its token. The URL is what every proxy logs, and
   * such a key may be valid for years.
   */
  static boolean hasKeyInQuery(HttpServletRequest request) {
    String token = parameter(request.getQueryString(), "access_token");
    return token != null && token.startsWith(KeySecret.PREFIX);
  }

  /**
   * Returns the bearer token of {@code Authorization}, or a value without any scheme. Credentials
   * of another scheme, such as Basic, are for a proxy or the site in front of this server.
   */
  private static @Nullable String authorization(HttpServletRequest request) {
    String bare = null;
    for (String value : HeaderFields.elements(request, "Authorization")) {
      if (value.regionMatches(true, 0, BEARER_SCHEME, 0, BEARER_SCHEME.length())) {
        return value.substring(BEARER_SCHEME.length()).strip();
      }
      if (value.indexOf(' ') < 0 && value.indexOf('=') < 0) { // no parameter of another scheme
        bare = value;
      }
    }
    return bare;
  }

  /**
   * Returns a query parameter. It parses the query itself because the servlet API would read a form
   * body.
   */
  private static @Nullable String parameter(@Nullable String query, String name) {
    if (query == null) {
      return null;
    }
    for (String pair : query.split("&", -1)) {
      if (pair.startsWith(name + "=")) {
        try {
          String value =
              URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
          return value.isEmpty() ? null : value;
        } catch (IllegalArgumentException e) {
          return "not decodable";
        }
      }
    }
    return null;
  }
}
