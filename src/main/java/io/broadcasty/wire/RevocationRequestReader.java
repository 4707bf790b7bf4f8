package io.broadcasty.wire;

import com.google.errorprone.annotations.ThreadSafe;
import org.jspecify.annotations.Nullable;

/** Parses the bodies of requests that revoke tokens. Pure. */
@ThreadSafe
public final class RevocationRequestReader {

  private static final int MAX_NAME = 200;
  private static final int MAX_ID = 1000;

  private RevocationRequestReader() {}

  /**
   * A request to revoke tokens; null for fields that are missing. At most one of user, token and
   * key is named; without any of them, the tenant is.
   *
   * @param issuedBefore a time as ISO 8601 has it
   * @param expiresAt a time as ISO 8601 has it
   */
  public record Request(
      @Nullable String tenant,
      @Nullable String user,
      @Nullable String tokenId,
      @Nullable String key,
      @Nullable String issuedBefore,
      @Nullable String expiresAt) {}

  /**
   * Parses {@code {"tenant"?, "user"?, "tokenId"?, "key"?, "issuedBefore"?, "expiresAt"?}}.
   *
   * @throws ProblemException when it is not valid; unknown fields are rejected, since a mistyped
   *     one would revoke more than intended
   */
  public static Request read(byte[] utf8) throws ProblemException {
    String tenant = null;
    String user = null;
    String tokenId = null;
    String key = null;
    String issuedBefore = null;
    String expiresAt = null;
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "tenant" -> tenant = name(json, field, MAX_NAME);
          case "user" -> user = name(json, field, MAX_ID);
          case "tokenId" -> tokenId = name(json, field, MAX_ID);
          case "key" -> key = name(json, field, MAX_NAME);
          case "issuedBefore" -> issuedBefore = name(json, field, MAX_NAME);
          case "expiresAt" -> expiresAt = name(json, field, MAX_NAME);
          default ->
              throw JsonReader.unknown(
                  field, "`tenant`, `user`, `tokenId`, `key`, `issuedBefore` and `expiresAt`");
        }
      }
      json.requireEnd();
    }
    Request request = new Request(tenant, user, tokenId, key, issuedBefore, expiresAt);
    requireOneTarget(request);
    return request;
  }

  private static void requireOneTarget(Request request) throws ProblemException {
    int named =
        (request.user() == null ? 0 : 1)
            + (request.tokenId() == null ? 0 : 1)
            + (request.key() == null ? 0 : 1);
    if (named > 1 || (named == 0 && request.tenant() == null)) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "name one of `user`, `tokenId` and `key`, or `tenant` alone for all its tokens");
    }
    if (request.issuedBefore() != null && (request.tokenId() != null || request.key() != null)) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`issuedBefore` is for users and tenants only");
    }
    if (request.expiresAt() != null && request.key() != null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "a key is revoked for good, without `expiresAt`");
    }
  }

  private static @Nullable String name(JsonReader json, String field, int maxLength)
      throws ProblemException {
    String text = json.text(field, maxLength);
    if (text != null && text.isBlank()) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must not be empty");
    }
    return text;
  }
}
