package io.broadcasty.admin.tenant;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;

/** Encodes and decodes a tenant's own settings as a JSON object of texts. */
public final class SettingsText {

  private static final JsonFactory JSON = new JsonFactory();

  private SettingsText() {}

  /** Encodes settings, in the order of their names. */
  public static String write(Map<String, String> settings) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      for (Map.Entry<String, String> each : new TreeMap<>(settings).entrySet()) {
        json.writeStringField(each.getKey(), each.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toString();
  }

  /**
   * Decodes settings. Values that are no texts, numbers or booleans are left out.
   *
   * @throws IllegalArgumentException when the text is no JSON object
   */
  public static Map<String, String> read(String text) {
    Map<String, String> settings = new TreeMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("the settings are no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
          settings.put(name, json.getText());
        } else {
          json.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("the settings are no JSON", e);
    }
    return settings;
  }
}
