package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.PublishCaps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads a publication from values by name instead of from the body of a request, by the same rules.
 * A name is that of a field of {@code POST /broadcasty/publish}; {@code pushIfUndelivered} is not
 * among them. A value is a string, a boolean, a map of strings, or an array of bytes, which is JSON
 * in UTF-8.
 */
@ThreadSafe
public final class PublicationFields {

  private final PublishReader reader;

  /** Creates a reader by the rules of another. */
  public PublicationFields(PublishReader reader) {
    this.reader = reader;
  }

  /** Returns what to publish, or what is wrong with it. */
  public PublishReader.Item read(Map<String, ?> publication, PublishCaps caps) {
    PublishReader.Fields fields = new PublishReader.Fields("id");
    for (Map.Entry<String, ?> field : publication.entrySet()) {
      try {
        read(field.getKey(), field.getValue(), fields);
      } catch (ProblemException e) {
        return new PublishReader.Item(null, e.problem(), null);
      }
    }
    if (PublishReader.THIS_SESSION.equals(fields.exceptSession)) {
      fields.fault("`toOthers` is the `session` of the connection to leave out");
    }
    return reader.item(fields, caps);
  }

  private static void read(String name, Object value, PublishReader.Fields fields)
      throws ProblemException {
    try (JsonReader json = new JsonReader(json(name, value))) {
      if (json.next() == null) {
        throw new ProblemException(Code.INVALID_JSON, "`" + name + "` is empty; send JSON");
      }
      if (!fields.read(name, json)) {
        json.skip();
        fields.fault("there is no field `" + PublishReader.abbreviate(name) + "` in a publication");
      }
      json.requireEnd(); // a second value would not be part of what was checked
    }
  }

  private static byte[] json(String name, Object value) throws ProblemException {
    if (value instanceof byte[] utf8) {
      return utf8;
    }
    if (value instanceof Boolean) {
      return value.toString().getBytes(StandardCharsets.UTF_8);
    }
    if (value instanceof String || value instanceof Map) {
      return JsonWriter.text(json -> write(json, value)).getBytes(StandardCharsets.UTF_8);
    }
    throw new ProblemException(
        Code.INVALID_REQUEST,
        "`"
            + PublishReader.abbreviate(name)
            + "` must be a string, a boolean, a map of strings, or JSON in an array of bytes");
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeStringField(String.valueOf(entry.getKey()), String.valueOf(entry.getValue()));
      }
      json.writeEndObject();
    } else {
      json.writeString(value.toString());
    }
  }
}
