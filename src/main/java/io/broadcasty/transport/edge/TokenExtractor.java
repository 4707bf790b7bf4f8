package io.broadcasty.transport.edge;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Extracts the token of a request. */
final class TokenExtractor {

  private static final String BEARER_SUBPROTOCOL = "bearer.";

  private TokenExtractor() {}

  /**
   * Returns the token of a request.
   *
   * @param stream whether the request opens a stream, for which browsers cannot set the header
   * @return null when there is none
   */
  static @Nullable String extract(HttpServletRequest request, boolean stream) {
    String authorization = request.getHeader("Authorization");
    if (authorization != null) {
      return authorization.regionMatches(true, 0, "Bearer ", 0, 7)
          ? authorization.substring(7).strip()
          : authorization;
    }
    if (!stream) {
      return null;
    }
    for (String name : HeaderFields.elements(request, "Sec-WebSocket-Protocol")) {
      if (name.startsWith(BEARER_SUBPROTOCOL) && name.length() > BEARER_SUBPROTOCOL.length()) {
        return name.substring(BEARER_SUBPROTOCOL.length());
      }
    }
    return parameter(request.getQueryString(), "access_token");
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
