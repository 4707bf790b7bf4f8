package io.broadcasty.transport.websocket.frame;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of the opening handshake (RFC 6455, section 4.2). Offered extensions are not
 * accepted.
 */
public final class Handshake {

  /** The text appended to the client's key to compute the accept value. */
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private static final int KEY_BYTES = 16;

  private static final Map<String, String> UPGRADE =
      Map.of("Upgrade", "websocket", "Connection", "Upgrade, close", "Sec-WebSocket-Version", "13");

  private Handshake() {}

  /** The headers of a request. */
  @FunctionalInterface
  public interface Headers {

    /**
     * Returns the values of all lines with this name, in order; empty when there is none.
     *
     * @param name in any case
     */
    List<String> values(String name);
  }

  /** The outcome of a handshake. */
  public sealed interface Outcome {}

  /**
   * The request is answered with 101, {@code Upgrade: websocket}, {@code Connection: Upgrade} and
   * these values.
   *
   * @param accept for {@code Sec-WebSocket-Accept}
   * @param subprotocol for {@code Sec-WebSocket-Protocol}; null to omit the header
   */
  public record Accepted(String accept, @Nullable String subprotocol) implements Outcome {}

  /**
   * The request does not open a WebSocket.
   *
   * @param status 400, 405 or 426
   * @param reason what is wrong, in English, for the client
   * @param headers that the answer needs
   */
  public record Refused(int status, String reason, Map<String, String> headers)
      implements Outcome {}

  /**
   * Evaluates a request.
   *
   * @param version the request's, such as {@code HTTP/1.1}
   * @param subprotocols the supported ones, see {@link #subprotocol}
   */
  public static Outcome evaluate(
      String method, String version, Headers headers, List<String> subprotocols) {
    if (!method.equals("GET")) {
      return new Refused(
          405, "a WebSocket is opened by GET, not by " + method, Map.of("Allow", "GET"));
    }
    if (!version.equals("HTTP/1.1")) {
      return badRequest("a WebSocket is opened over HTTP/1.1, not over " + version);
    }
    if (!names(headers, "Upgrade", "websocket")) {
      return new Refused(
          426, "this address is a WebSocket: the header Upgrade: websocket is missing", UPGRADE);
    }
    if (!names(headers, "Connection", "upgrade")) {
      return badRequest("the header Connection: Upgrade is missing; does a proxy take it away?");
    }
    String webSocketVersion = singleValue(headers, "Sec-WebSocket-Version");
    if (webSocketVersion == null || !webSocketVersion.equals("13")) {
      return new Refused(426, "the header Sec-WebSocket-Version must say 13", UPGRADE);
    }
    String key = singleValue(headers, "Sec-WebSocket-Key");
    if (key == null || !isKey(key)) {
      return badRequest("the header Sec-WebSocket-Key must be there once, 16 bytes as base64");
    }
    return new Accepted(accept(key), subprotocol(headers, subprotocols));
  }

  /**
   * Returns the first supported subprotocol of the client's list, which is in order of its
   * preference (RFC 6455, section 4.1); null when none is supported.
   */
  public static @Nullable String subprotocol(Headers headers, List<String> spoken) {
    return tokens(headers.values("Sec-WebSocket-Protocol")).stream()
        .filter(spoken::contains)
        .findFirst()
        .orElse(null);
  }

  static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-1", e);
    }
  }

  private static Refused badRequest(String reason) {
    return new Refused(400, reason, Map.of());
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the value of a header that must occur once; null otherwise. */
  private static @Nullable String singleValue(Headers headers, String name) {
    List<String> values = headers.values(name);
    return values.size() == 1 ? values.get(0).strip() : null;
  }

  private static boolean names(Headers headers, String name, String token) {
    return tokens(headers.values(name)).stream()
        .anyMatch(each -> each.toLowerCase(Locale.ROOT).equals(token));
  }

  /**
   * Returns the elements of a list that may be spread over several lines (RFC 9110, section 5.6.1).
   */
  private static List<String> tokens(List<String> values) {
    List<String> tokens = new ArrayList<>();
    for (String value : values) {
      for (String token : value.split(",", -1)) {
        if (!token.isBlank()) {
          tokens.add(token.strip());
        }
      }
    }
    return tokens;
  }
}
