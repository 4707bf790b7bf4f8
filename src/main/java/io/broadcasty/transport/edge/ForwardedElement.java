package io.broadcasty.transport.edge;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one proxy says about a request in the header {@code Forwarded} (RFC 7239).
 *
 * @param client {@code for}: the address that the request came from, perhaps with a port
 * @param host {@code host}: the host that it was sent to
 * @param scheme {@code proto}: how it came, {@code https} or {@code http}
 */
record ForwardedElement(@Nullable String client, @Nullable String host, @Nullable String scheme) {

  /**
   * Parses the value of the header; the first element is of the proxy that is nearest to the
   * client. What does not follow the syntax is an element that says nothing.
   */
  static List<ForwardedElement> parse(String value) {
    List<ForwardedElement> elements = new ArrayList<>();
    for (String element : split(value, ',')) {
      Map<String, String> pairs = new HashMap<>();
      for (String pair : split(element, ';')) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          pairs.put(
              pair.substring(0, equals).strip().toLowerCase(Locale.ROOT),
              unquoted(pair.substring(equals + 1).strip()));
        }
      }
      elements.add(new ForwardedElement(pairs.get("for"), pairs.get("host"), pairs.get("proto")));
    }
    return elements;
  }

  /** Splits a text at a separator that is not within quotes. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static String unquoted(String text) {
    int last = text.length() - 1;
    return last > 0 && text.charAt(0) == '"' && text.charAt(last) == '"'
        ? text.substring(1, last).replaceAll("\\\\(.)", "$1")
        : text;
  }
}
