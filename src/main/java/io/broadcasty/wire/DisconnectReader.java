package io.broadcasty.wire;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parses the body of a request to end connections. */
public final class DisconnectReader {

  private static final int MAX_NAME = 200;
  private static final int MAX_TOKEN_ID = 1000;

  /** The codes that make sense to a client whose connection an administrator ends. */
  private static final Set<Code> CODES =
      EnumSet.of(Code.DISCONNECTED, Code.UNAUTHORIZED, Code.TOKEN_EXPIRED, Code.DRAINING);

  private DisconnectReader() {}

  /** A request to end connections; null for fields that are missing. */
  public record Request(
      @Nullable String tenant, @Nullable String user, @Nullable String tokenId, Code code) {}

  /**
   * Parses a request.
   *
   * @throws ProblemException when it is not valid; unknown fields are rejected, since a mistyped
   *     field would end more connections than intended
   */
  public static Request read(byte[] utf8) throws ProblemException {
    String tenant = null;
    String user = null;
    String tokenId = null;
    Code code = Code.DISCONNECTED;
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "tenant" -> tenant = name(json, field, MAX_NAME);
          case "user" -> user = name(json, field, MAX_NAME);
          case "tokenId" -> tokenId = name(json, field, MAX_TOKEN_ID);
          case "code" -> code = code(name(json, field, MAX_NAME));
          default ->
              throw new ProblemException(
                  Code.INVALID_REQUEST,
                  "there is no field `"
                      + (field.length() > MAX_NAME ? field.substring(0, MAX_NAME) : field)
                      + "`; there are `tenant`, `user`, `tokenId` and `code`");
        }
      }
      json.requireEnd();
    }
    return new Request(tenant, user, tokenId, code);
  }

  private static @Nullable String name(JsonReader json, String field, int maxLength)
      throws ProblemException {
    String text = json.text(field, maxLength);
    if (text != null && text.isBlank()) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must not be empty");
    }
    return text;
  }

  private static Code code(@Nullable String text) throws ProblemException {
    Code code = text == null ? Code.DISCONNECTED : Code.fromWireName(text);
    if (code == null || !CODES.contains(code)) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "`code` must be one of "
              + CODES.stream()
                  .map(c -> "`" + c.wireName() + "`")
                  .collect(Collectors.joining(", ")));
    }
    return code;
  }
}
