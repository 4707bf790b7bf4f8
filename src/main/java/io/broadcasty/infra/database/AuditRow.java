package io.broadcasty.infra.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log as its table holds it: every text fits its column and is read back as
 * it was written, on every database, or hashes of it would differ.
 *
 * @param tenant empty for the whole service
 * @param outcome {@code done}, {@code failed} or {@code refused}; null where there is none
 * @param actorTenant the tenant of the caller; null for the service itself
 * @param actor the caller's subject; null for the service itself
 * @param ip the caller's address; null where there is no caller
 * @param target what the action concerns, as {@code kind:id}; with the kind {@code user}, a user of
 *     the tenant
 * @param context more facts as JSON, without secrets, payloads and names of people; null for none
 * @param requestId the HTTP request that asked for it; null where there was none
 */
public record AuditRow(
    String tenant,
    String action,
    @Nullable String outcome,
    @Nullable String actorTenant,
    @Nullable String actor,
    @Nullable String ip,
    @Nullable String target,
    @Nullable String context,
    @Nullable String requestId,
    long timeMillis) {

  private static final int MAX_ACTION = 64;

  /** The length of the column of users. */
  static final int MAX_USER = 200;

  private static final int MAX_IP = 45;
  private static final int MAX_REQUEST_ID = 64;
  private static final int MAX_TARGET = 255;

  /** A third of what TEXT takes in bytes on MariaDB and MySQL. */
  private static final int MAX_CONTEXT = 20_000;

  private static final String TOO_LONG = "{\"leftOut\":\"too long\"}";

  /** The kind of a target that is a person. */
  private static final String USER = "user:";

  public AuditRow {
    action = fitting(action, MAX_ACTION);
    actor = actor == null ? null : fitting(actor, MAX_USER);
    ip = ip == null ? null : fitting(ip, MAX_IP);
    target = target == null ? null : fitting(target, isUser(target) ? 5 + MAX_USER : MAX_TARGET);
    requestId = requestId == null ? null : fitting(requestId, MAX_REQUEST_ID);
    context = context == null ? null : storable(context);
    if (context != null && context.length() > MAX_CONTEXT) {
      context = TOO_LONG;
    }
  }

  /** Returns the user that the action concerns; null for none. */
  @Nullable String targetUser() {
    return target != null && isUser(target) ? target.substring(USER.length()) : null;
  }

  private static boolean isUser(String target) {
    return target.startsWith(USER);
  }

  /** Returns a text that fits its column, so that an overlong one hides nothing. */
  private static String fitting(String text, int length) {
    String stored = storable(text);
    if (stored.length() <= length) {
      return stored;
    }
    int end = Character.isHighSurrogate(stored.charAt(length - 1)) ? length - 1 : length;
    return stored.substring(0, end);
  }

  /** Replaces halves of surrogate pairs, and NUL, which PostgreSQL refuses. */
  private static String storable(String text) {
    return new String(text.getBytes(UTF_8), UTF_8).replace('\0', '?');
  }
}
