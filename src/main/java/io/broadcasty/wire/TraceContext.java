package io.broadcasty.wire;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.streams.broker.Headers;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a publication belongs to, in two of its headers: {@code traceparent} and {@code
 * tracestate} by W3C Trace Context, level 1. Pure.
 */
@ThreadSafe
public final class TraceContext {

  /** The header that identifies the trace and the span. */
  public static final String PARENT = "traceparent";

  /** The header with data of tracing systems. */
  public static final String STATE = "tracestate";

  private static final int VERSION_END = 2;
  private static final int TRACE_END = 35;
  private static final int SPAN_END = 52;
  private static final int LENGTH = 55;
  private static final int MAX_STATE_LENGTH = 512;
  private static final int MAX_STATE_MEMBERS = 32;
  private static final int MAX_KEY_LENGTH = 256;
  private static final int MAX_VALUE_LENGTH = 256;

  private TraceContext() {}

  /**
   * Returns a publication's headers with the trace context of the HTTP request added.
   *
   * <p>Returns them unchanged when they have a trace context already, or when the request's is not
   * valid. The state is left out when it is not valid, and both are when there is no room for them.
   *
   * @param parent the request's header; null when it has none
   * @param state the request's header; null when it has none
   */
  public static Headers addTo(Headers own, @Nullable String parent, @Nullable String state) {
    if (parent == null
        || own.get(PARENT) != null
        || own.get(STATE) != null
        || !isValidParent(parent)) {
      return own;
    }
    Headers.Builder headers = new Headers.Builder(own);
    if (headers.add(PARENT, parent) != null) {
      return own;
    }
    if (state != null && isValidState(state)) {
      var unused = headers.add(STATE, state.strip());
    }
    return headers.build();
  }

  /** Returns whether it identifies a trace and a span (section 3.2 of W3C Trace Context). */
  public static boolean isValidParent(String text) {
    if (text.length() < LENGTH
        || text.charAt(VERSION_END) != '-'
        || text.charAt(TRACE_END) != '-'
        || text.charAt(SPAN_END) != '-'
        || !isHex(text, 0, VERSION_END)
        || !isHex(text, VERSION_END + 1, TRACE_END)
        || !isHex(text, TRACE_END + 1, SPAN_END)
        || !isHex(text, SPAN_END + 1, LENGTH)
        || text.startsWith("ff")
        || isZero(text, VERSION_END + 1, TRACE_END)
        || isZero(text, TRACE_END + 1, SPAN_END)) {
      return false;
    }
    return text.length() == LENGTH || (!text.startsWith("00") && text.charAt(LENGTH) == '-');
  }

  /** Returns whether it is a list of keys and values (section 3.3). */
  static boolean isValidState(String text) {
    if (text.length() > MAX_STATE_LENGTH) {
      return false;
    }
    Set<String> keys = new HashSet<>();
    for (String each : text.split(",", -1)) {
      String member = each.strip();
      if (member.isEmpty()) {
        continue; // allowed between commas
      }
      int equals = member.indexOf('=');
      if (equals < 0
          || !isKey(member.substring(0, equals))
          || !isValue(member.substring(equals + 1))
          || !keys.add(member.substring(0, equals))) {
        return false;
      }
    }
    return !keys.isEmpty() && keys.size() <= MAX_STATE_MEMBERS;
  }

  private static boolean isKey(String key) {
    if (key.isEmpty() || key.length() > MAX_KEY_LENGTH || !isLetterOrDigit(key.charAt(0))) {
      return false;
    }
    for (int i = 1; i < key.length(); i++) {
      char c = key.charAt(i);
      if (!isLetterOrDigit(c) && "_-*/@".indexOf(c) < 0) {
        return false;
      }
    }
    return key.indexOf('@') == key.lastIndexOf('@');
  }

  private static boolean isValue(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~' || c == '=') {
        return false;
      }
    }
    return !value.isEmpty() && value.length() <= MAX_VALUE_LENGTH;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }
}
