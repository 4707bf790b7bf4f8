package io.broadcasty.admin.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.RetentionLimits;
import java.io.IOException;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Encodes and decodes the settings of a policy, as JSON that answers have too. */
public final class ChannelSettingsText {

  private static final JsonFactory JSON = new JsonFactory();

  private ChannelSettingsText() {}

  /** Encodes settings; returns null for {@link ChannelSettings#NONE}. */
  public static @Nullable String write(ChannelSettings settings) {
    if (settings.isNone()) {
      return null;
    }
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      write(json, settings);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toString();
  }

  /** Writes settings as an object that has what differs from {@link ChannelSettings#NONE}. */
  public static void write(JsonGenerator json, ChannelSettings settings) throws IOException {
    json.writeStartObject();
    RetentionLimits retention = settings.retention();
    if (!retention.isEmpty()) {
      json.writeObjectFieldStart("retention");
      write(json, "seconds", retention.seconds());
      write(json, "count", retention.count());
      write(json, "bytes", retention.bytes());
      json.writeEndObject();
    }
    if (settings.compaction()) {
      json.writeBooleanField("compaction", true);
    }
    if (settings.partitions() != null) {
      json.writeNumberField("partitions", settings.partitions());
    }
    if (!settings.presence()) {
      json.writeBooleanField("presence", false);
    }
    if (settings.lastValue()) {
      json.writeBooleanField("lastValue", true);
    }
    if (settings.mirror()) {
      json.writeBooleanField("mirror", true);
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String field, @Nullable Long value)
      throws IOException {
    if (value != null) {
      json.writeNumberField(field, value);
    }
  }

  /**
   * Decodes settings. Fields that this release does not know, as one of a later release, are left
   * out.
   *
   * @param text null for {@link ChannelSettings#NONE}
   * @throws IllegalArgumentException when the text is no settings
   */
  public static ChannelSettings read(@Nullable String text) {
    if (text == null) {
      return ChannelSettings.NONE;
    }
    RetentionLimits retention = RetentionLimits.NONE;
    boolean compaction = false;
    Integer partitions = null;
    boolean presence = true;
    boolean lastValue = false;
    boolean mirror = false;
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("the settings are no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "retention" -> retention = readRetention(json);
          case "compaction" -> compaction = json.getBooleanValue();
          case "partitions" -> partitions = json.getIntValue();
          case "presence" -> presence = json.getBooleanValue();
          case "lastValue" -> lastValue = json.getBooleanValue();
          case "mirror" -> mirror = json.getBooleanValue();
          default -> json.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("the settings are no JSON", e);
    }
    return new ChannelSettings(retention, compaction, partitions, presence, lastValue, mirror);
  }

  private static RetentionLimits readRetention(JsonParser json) throws IOException {
    Long seconds = null;
    Long count = null;
    Long bytes = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "seconds" -> seconds = json.getLongValue();
        case "count" -> count = json.getLongValue();
        case "bytes" -> bytes = json.getLongValue();
        default -> json.skipChildren();
      }
    }
    return new RetentionLimits(seconds, count, bytes);
  }
}
