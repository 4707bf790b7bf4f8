package io.broadcasty.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.tenant.PublishCaps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Compares the values by name with the body of a request, which is read by the same rules. */
class PublicationFieldsTest {

  private static final PublishCaps CAPS = new PublishCaps(64, 10);

  private final PublishReader body = new PublishReader();
  private final PublicationFields fields = new PublicationFields(body);

  private static final Map<String, Object> VALID =
      Map.of("channel", "orders", "payload", json(" {\"a\":\n1} "));

  private static byte[] json(String text) {
    return text.getBytes(UTF_8);
  }

  private static Map<String, Object> with(String name, Object value) {
    Map<String, Object> publication = new HashMap<>(VALID);
    publication.put(name, value);
    return publication;
  }

  private static byte[] written(Map<String, Object> publication) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      for (Map.Entry<String, Object> field : publication.entrySet()) {
        json.writeFieldName(field.getKey());
        write(json, field.getValue());
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof byte[] raw) {
      json.writeRawValue(new String(raw, UTF_8));
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeStringField(entry.getKey().toString(), entry.getValue().toString());
      }
      json.writeEndObject();
    } else {
      json.writeString(value.toString());
    }
  }

  @Test
  void meansWhatTheBodyOfTheSameFieldsMeans() throws Exception {
    Map<String, Object> missing = new HashMap<>(VALID);
    missing.remove("payload");
    for (Map<String, Object> publication :
        List.of(
            VALID,
            missing,
            with("id", "1"),
            with("id", ""),
            with("id", "x".repeat(201)),
            with("id", "\0"),
            with("event", "paid \"é\""),
            with("partitionKey", "a"),
            with("compactionKey", "b"),
            with("correlationId", "c"),
            with("replyTo", "answers"),
            with("meta", json("{\"b\":2}")),
            with("headers", Map.of("source", "desk")),
            with("headers", Map.of("UPPER", "desk")),
            with("headers", "none"),
            with("store", false),
            with("store", "no"),
            with("toOthers", "session-1"),
            with("chanel", "x"),
            with("channel", "orders.*"),
            with("channel", "or ders"),
            with("channel", json("7")),
            with("payload", json("\"" + "x".repeat(80) + "\"")),
            with("payload", json("[".repeat(70) + "]".repeat(70))))) {
      PublishReader.Item expected = body.read(written(publication), CAPS).items().get(0);
      PublishReader.Item read = fields.read(publication, CAPS);
      assertEquals(expected, read, publication.keySet().toString());
    }
  }

  @Test
  void aPayloadIsOneValueAndNothingElse() {
    for (String payload :
        List.of("", " ", "{", "1 2", "1},{\"channel\":\"b\",\"payload\":2", "nul")) {
      PublishReader.Item read = fields.read(with("payload", json(payload)), CAPS);
      assertNull(read.request(), payload);
    }
    byte[] notUtf8 = {'"', (byte) 0xc0, (byte) 0xaf, '"'};
    assertEquals(Code.INVALID_JSON, problem(with("payload", notUtf8)).code());
    assertTrue(problem(with("payload", 7)).detail().contains("array of bytes"));
    assertTrue(problem(with("toOthers", true)).detail().contains("`session`"));
  }

  private Problem problem(Map<String, Object> publication) {
    return Objects.requireNonNull(fields.read(publication, CAPS).problem());
  }
}
