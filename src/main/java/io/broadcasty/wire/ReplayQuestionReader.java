package io.broadcasty.wire;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.rbac.ChannelOperation;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the bodies of requests about what a caller would be replayed. Pure. */
@ThreadSafe
public final class ReplayQuestionReader {

  private static final int MAX_PARTITION = 1023;
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;

  private ReplayQuestionReader() {}

  /**
   * A question about a replay; null and empty for fields that are missing.
   *
   * @param operation what the caller does: it replays unless the request says that it subscribes
   * @param epoch the epoch that the caller knows; null for none
   * @param from the first sequence that the caller wants; 0 for the oldest that is kept
   * @param limit the most publications
   */
  public record Question(
      @Nullable String tenant,
      @Nullable String channel,
      @Nullable String subject,
      Set<String> roles,
      Map<String, Object> claims,
      ChannelOperation operation,
      int partition,
      @Nullable String epoch,
      long from,
      int limit) {}

  /**
   * Parses {@code {"tenant"?, "channel"?, "subject"?, "roles"?: [text], "claims"?: object,
   * "operation"?: "replay" or "subscribe", "partition"?, "epoch"?, "from"?, "limit"?}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Question read(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String tenant = null;
      String channel = null;
      String subject = null;
      Set<String> roles = Set.of();
      Map<String, Object> claims = Map.of();
      ChannelOperation operation = ChannelOperation.REPLAY;
      int partition = 0;
      String epoch = null;
      long from = 0;
      int limit = DEFAULT_LIMIT;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "tenant" -> tenant = json.text(field, PolicyRequestReader.MAX_TEXT);
          case "channel" -> channel = json.text(field, PolicyRequestReader.MAX_TEXT);
          case "subject" -> subject = json.text(field, PolicyRequestReader.MAX_TEXT);
          case "roles" -> roles = PolicyRequestReader.readTexts(json, field);
          case "claims" -> {
            JsonReader.requireObject(json.current(), "`claims`");
            claims = PolicyRequestReader.readObject(json, 1);
          }
          case "operation" -> operation = operation(json);
          case "partition" -> partition = (int) json.number(field, 0, MAX_PARTITION);
          case "epoch" -> epoch = json.text(field, PolicyRequestReader.MAX_TEXT);
          case "from" -> from = json.number(field, 0, Long.MAX_VALUE);
          case "limit" -> limit = (int) json.number(field, 1, MAX_LIMIT);
          default ->
              throw JsonReader.unknown(
                  field,
                  "`tenant`, `channel`, `subject`, `roles`, `claims`, `operation`, `partition`,"
                      + " `epoch`, `from` and `limit`");
        }
      }
      json.requireEnd();
      return new Question(
          tenant, channel, subject, roles, claims, operation, partition, epoch, from, limit);
    }
  }

  private static ChannelOperation operation(JsonReader json) throws ProblemException {
    ChannelOperation operation =
        PolicyRequestReader.operation(json.text("operation", PolicyRequestReader.MAX_TEXT));
    if (operation != ChannelOperation.REPLAY && operation != ChannelOperation.SUBSCRIBE) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`operation` must be `replay` or `subscribe`");
    }
    return operation;
  }
}
