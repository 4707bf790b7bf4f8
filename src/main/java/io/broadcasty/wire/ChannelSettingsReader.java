package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.RetentionLimits;
import java.time.Duration;

/** Parses the {@code settings} of a policy in a request. Pure. */
final class ChannelSettingsReader {

  private static final long MAX_SECONDS = Duration.ofDays(3650).toSeconds();
  private static final long MAX_COUNT = 1_000_000_000;
  private static final long MIN_BYTES = 1024;
  private static final long MAX_BYTES = 1L << 50;

  private ChannelSettingsReader() {}

  /**
   * Parses {@code {"retention"?: {"seconds"?, "count"?, "bytes"?}, "compaction"?, "partitions"?,
   * "presence"?, "lastValue"?, "mirror"?}}, the current value.
   */
  static ChannelSettings read(JsonReader json) throws ProblemException {
    JsonReader.requireObject(json.current(), "`settings`");
    RetentionLimits retention = RetentionLimits.NONE;
    boolean compaction = false;
    Integer partitions = null;
    boolean presence = true;
    boolean lastValue = false;
    boolean mirror = false;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "retention" -> retention = readRetention(json);
        case "compaction" -> compaction = flag(json, field);
        case "partitions" ->
            partitions = (int) json.number(field, 1, ChannelSettings.MAX_PARTITIONS);
        case "presence" -> presence = flag(json, field);
        case "lastValue" -> lastValue = flag(json, field);
        case "mirror" -> mirror = flag(json, field);
        default ->
            throw JsonReader.unknown(
                field,
                "`retention`, `compaction`, `partitions`, `presence`, `lastValue` and `mirror`");
      }
    }
    return new ChannelSettings(retention, compaction, partitions, presence, lastValue, mirror);
  }

  private static RetentionLimits readRetention(JsonReader json) throws ProblemException {
    JsonReader.requireObject(json.current(), "`retention`");
    Long seconds = null;
    Long count = null;
    Long bytes = null;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "seconds" -> seconds = json.number(field, 1, MAX_SECONDS);
        case "count" -> count = json.number(field, 1, MAX_COUNT);
        case "bytes" -> bytes = json.number(field, MIN_BYTES, MAX_BYTES);
        default -> throw JsonReader.unknown(field, "`seconds`, `count` and `bytes`");
      }
    }
    return new RetentionLimits(seconds, count, bytes);
  }

  private static boolean flag(JsonReader json, String field) throws ProblemException {
    JsonToken value = json.current();
    if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must be true or false");
    }
    return value == JsonToken.VALUE_TRUE;
  }
}
