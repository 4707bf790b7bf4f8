package io.broadcasty.transport.http;

import jakarta.servlet.http.HttpServletRequest;

/** The header {@code Location} of an answer to a request that has created something. */
final class Locations {

  private Locations() {}

  /** Returns the path of what a request to the path of its collection has created. */
  static String of(HttpServletRequest request, String id) {
    return request.getRequestURI().replaceFirst("/*$", "/" + id);
  }
}
