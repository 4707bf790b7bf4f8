package io.broadcasty.transport.edge;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a request. A field that is a list may come in several lines, which mean the
 * same as one (RFC 9110, section 5.3).
 */
final class HeaderFields {

  private HeaderFields() {}

  /** Returns the lines of a field, in order. */
  static List<String> lines(HttpServletRequest request, String name) {
    List<String> lines = new ArrayList<>();
    Enumeration<String> values = request.getHeaders(name);
    while (values != null && values.hasMoreElements()) { // null where a server allows no access
      lines.add(values.nextElement());
    }
    return lines;
  }

  /** Returns a field that is a list as one line; null when the request does not have it. */
  static @Nullable String list(HttpServletRequest request, String name) {
    List<String> lines = lines(request, name);
    if (lines.isEmpty()) {
      return null;
    }
    StringJoiner joined = new StringJoiner(", ");
    lines.forEach(joined::add);
    return joined.toString();
  }

  /** Returns the elements of a field that is a list, without the empty ones. */
  static List<String> elements(HttpServletRequest request, String name) {
    List<String> elements = new ArrayList<>();
    for (String line : lines(request, name)) {
      for (String element : line.split(",", -1)) {
        if (!element.isBlank()) {
          elements.add(element.strip());
        }
      }
    }
    return elements;
  }
}
