package io.broadcasty.core.auth;

import com.fasterxml.jackson.core.JsonPointer;
import com.google.errorprone.annotations.ThreadSafe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a value is among the claims of a token: the name of a claim, such as {@code roles} or
 * {@code https://example.com/roles}, or a JSON Pointer (RFC 6901), such as {@code
 * /realm_access/roles}.
 */
@ThreadSafe
public final class ClaimPath {

  private final String text;

  @SuppressWarnings("ThreadSafe") // immutable
  private final @Nullable JsonPointer pointer;

  /**
   * @throws IllegalArgumentException when it is empty, or begins like a JSON Pointer and is none
   */
  public ClaimPath(String text) {
    if (text.isBlank() || text.equals("/")) {
      throw new IllegalArgumentException("it is empty; give the name of a claim or a JSON Pointer");
    }
    this.text = text;
    this.pointer = text.startsWith("/") ? JsonPointer.compile(text) : null;
  }

  /** Returns the value; null when the token has none there. */
  public @Nullable Object find(Map<String, Object> claims) {
    if (pointer == null) {
      return claims.get(text);
    }
    Object value = claims;
    for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
      int index = rest.getMatchingIndex();
      if (value instanceof Map<?, ?> object) {
        value = object.get(rest.getMatchingProperty());
      } else if (value instanceof List<?> list && index >= 0 && index < list.size()) {
        value = list.get(index);
      } else {
        return null;
      }
    }
    return value;
  }

  /** Puts a value into claims, so that {@link #find} returns it; replaces what is in its way. */
  public void put(Map<String, Object> claims, Object value) {
    if (pointer == null) {
      claims.put(text, value);
      return;
    }
    Map<String, Object> at = claims;
    JsonPointer rest = pointer;
    for (; !rest.tail().matches(); rest = rest.tail()) {
      Map<String, Object> next = new HashMap<>();
      if (at.get(rest.getMatchingProperty()) instanceof Map<?, ?> present) {
        present.forEach((name, each) -> next.put(String.valueOf(name), each));
      }
      at.put(rest.getMatchingProperty(), next);
      at = next;
    }
    at.put(rest.getMatchingProperty(), value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ClaimPath path && path.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the path as it was given. */
  @Override
  public String toString() {
    return text;
  }
}
