package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;

/**
 * Reads the test vectors of {@code protocol/vectors} as plain maps, lists, strings, longs, decimals
 * and booleans.
 */
@NullUnmarked // a vector without a field is a broken vector
public final class Vectors {

  private static final JsonFactory FACTORY = new JsonFactory();

  private Vectors() {}

  /** Returns a test for each vector in the list of that name. */
  public static Stream<DynamicTest> each(
      String file, String list, Consumer<Map<String, Object>> test) {
    return objects(file(file), list).stream()
        .map(v -> DynamicTest.dynamicTest((String) v.get("name"), () -> test.accept(v)));
  }

  /** Reads a whole file below {@code protocol/}. */
  public static Map<String, Object> file(String name) {
    try (InputStream in = Vectors.class.getResourceAsStream("/protocol/" + name);
        JsonParser json = FACTORY.createParser(Objects.requireNonNull(in, name))) {
      json.nextToken();
      return asObject(value(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parses any JSON text. */
  public static Object parse(String text) {
    try (JsonParser json = FACTORY.createParser(text)) {
      json.nextToken();
      Object value = value(json);
      if (json.nextToken() != null) {
        throw new IllegalArgumentException("more than one JSON value: " + text);
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the objects in a field; none when the field is missing. */
  public static List<Map<String, Object>> objects(Map<String, Object> in, String field) {
    return in.get(field) instanceof List<?> list
        ? list.stream().map(Vectors::asObject).toList()
        : List.of();
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> asObject(Object value) {
    return (Map<String, Object>) value;
  }

  public static Map<String, Object> object(Map<String, Object> in, String field) {
    return asObject(Objects.requireNonNull(in.get(field), field));
  }

  public static int integer(Map<String, Object> in, String field) {
    return Math.toIntExact((Long) in.get(field));
  }

  /** Returns a text: a string, or parts of it with repetitions (see protocol/vectors/README.md). */
  public static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    StringBuilder text = new StringBuilder();
    for (Object part : (List<?>) value) {
      if (part instanceof String plain) {
        text.append(plain);
      } else {
        Map<String, Object> repeated = asObject(part);
        text.append(((String) repeated.get("repeat")).repeat(integer(repeated, "times")));
      }
    }
    return text.toString();
  }

  private static Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String name = json.currentName();
          json.nextToken();
          if (object.put(name, value(json)) != null) {
            throw new IllegalArgumentException("the field " + name + " is there twice");
          }
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(json));
        }
        yield array;
      }
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT ->
          json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? json.getBigIntegerValue()
              : (Object) json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalArgumentException("no value: " + json.currentToken());
    };
  }

  /** Returns an array of texts. */
  static List<String> texts(Map<String, Object> in, String field) {
    return ((List<?>) in.get(field)).stream().map(String.class::cast).toList();
  }
}
