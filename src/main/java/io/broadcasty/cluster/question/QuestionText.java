package io.broadcasty.cluster.question;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The text of questions to nodes and of their answers: one JSON object. A reader ignores unknown
 * fields, so that nodes of two versions understand each other.
 */
public final class QuestionText {

  private static final System.Logger LOG = System.getLogger(QuestionText.class.getName());
  private static final JsonFactory JSON = new JsonFactory();

  private QuestionText() {}

  /** Writes into an object that is open. */
  public interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** Reads the rest of an object that is open. */
  public interface Reader<T> {
    T read(JsonParser json) throws IOException;
  }

  public static String write(Body body) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toString();
  }

  /**
   * Reads the fields with a single value.
   *
   * @throws IllegalArgumentException when the text is no object
   */
  public static Map<String, String> fields(String text) {
    return question(text, QuestionText::fields);
  }

  /** Reads the fields of an object that is open. */
  public static Map<String, String> fields(JsonParser json) throws IOException {
    Map<String, String> fields = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken().isScalarValue()) {
        if (json.currentToken() != JsonToken.VALUE_NULL) {
          fields.put(name, json.getText());
        }
      } else {
        json.skipChildren();
      }
    }
    return fields;
  }

  public static String required(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no field " + name);
    }
    return value;
  }

  /**
   * Reads a question.
   *
   * @throws IllegalArgumentException when it is malformed
   */
  public static <T> T question(String text, Reader<T> reader) {
    try (JsonParser json = JSON.createParser(text)) {
      requireObject(json);
      return reader.read(json);
    } catch (IOException e) {
      throw new IllegalArgumentException("the question is no JSON", e);
    }
  }

  /** Reads an answer; returns null for one that cannot be read, as of another version. */
  public static <T> @Nullable T answer(String text, Reader<T> reader) {
    try (JsonParser json = JSON.createParser(text)) {
      requireObject(json);
      return reader.read(json);
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "Cannot read the answer of another node", e);
      return null;
    }
  }

  private static void requireObject(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("the text is no object");
    }
  }
}
