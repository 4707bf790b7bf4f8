package io.broadcasty.transport.edge;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
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
    Enumeration<String> values = request.getHeaders(name);
    if (values == null) { // a server may return null where it allows no access
      String only = request.getHeader(name);
      return only == null ? List.of() : List.of(only);
    }
    return Collections.list(values);
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
