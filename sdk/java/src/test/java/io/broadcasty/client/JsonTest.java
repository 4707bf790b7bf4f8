package io.broadcasty.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

  enum Colour {
    RED
  }

  record Line(String article, int count) {}

  record Order(
      long number,
      BigDecimal total,
      Optional<String> note,
      List<Line> lines,
      Map<String, Boolean> flags,
      Colour colour,
      UUID id,
      Instant time) {}

  private static final Order ORDER =
      new Order(
          17,
          new BigDecimal("1.50"),
          Optional.empty(),
          List.of(new Line("tea \"Earl\"\n", 2)),
          Map.of("paid", true),
          Colour.RED,
          UUID.fromString("00000000-0000-0000-0000-000000000001"),
          Instant.parse("2027-01-31T12:00:00Z"));

  @Test
  void aRecordIsReadAsItWasWritten() {
    Codec<Order> codec = Codec.ofRecord(Order.class);

    assertEquals(ORDER, codec.decode(codec.encode(ORDER)));
  }

  @Test
  void aRecordReadsWhatALaterPublisherWrites() {
    Line line = Codec.ofRecord(Line.class).decode("{\"colour\": [1], \"count\": 3}");

    assertEquals(new Line(null, 3), line);
  }

  @Test
  void anUnreadableComponentIsNamed() {
    Codec<Order> codec = Codec.ofRecord(Order.class);

    JsonException failure =
        assertThrows(
            JsonException.class,
            () -> codec.decode("{\"number\": 1, \"lines\": [{\"count\": \"two\"}]}"));

    assertEquals("lines: count: expected a number instead of \"two\"", failure.getMessage());
    assertThrows(JsonException.class, () -> codec.decode("{\"number\": null}"));
    assertThrows(
        JsonException.class, () -> Codec.ofRecord(Line.class).decode("{\"count\": 2147483648}"));
  }

  @Test
  void textsKeepWhatTheyWere() {
    Json json = Json.parse(" {\"payload\": { \"a\" :\t[1.50, 12345678901234567890 ] } , \"b\":0} ");

    assertEquals(
        "{ \"a\" :\t[1.50, 12345678901234567890 ] }", json.get("payload").orElseThrow().text());
    assertEquals(
        "{\"x\":{ \"a\" :\t[1.50, 12345678901234567890 ] }}",
        JsonWriter.write(Map.of("x", json.get("payload").orElseThrow())));
  }

  @Test
  void stringsOfAllCharactersAreReadAsTheyWereWritten() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < Character.MIN_SURROGATE; c++) {
      all.append((char) c);
    }
    String text = all + "🎉\uD83D x \uDC00";

    assertEquals(text, Json.parse(JsonWriter.write(text)).asString());
    assertTrue(JsonWriter.write(text).contains("\\ud83d"), "half a character is escaped");
  }

  @Test
  void valuesAreReadAsJavaKnowsThem() {
    assertEquals(
        Arrays.asList("é/\b", new BigDecimal("-1.5e3"), true, null, Map.of(), List.of()),
        Json.parse("[\"\\u00e9\\/\\b\", -1.5e3, true, null, {}, []]").toJava());
    assertNull(Json.parse("null").toJava());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "01",
        "1.",
        ".5",
        "-",
        "+1",
        "1e",
        "NaN",
        "tru",
        "nulll",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a",
        "\"\n\"",
        "1 2",
        "{\"a\" 1}",
        "]",
        "1e99999999999"
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThrows(JsonException.class, () -> Json.parse(text));
  }

  @Test
  void depthAndNumbersAreBounded() {
    assertThrows(JsonException.class, () -> Json.parse("[".repeat(100_000)));
    assertThrows(JsonException.class, () -> Json.parse("1".repeat(2000)));
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    assertThrows(JsonException.class, () -> JsonWriter.write(itself));
    assertThrows(JsonException.class, () -> Json.parse("1e999999999").asLong());
  }

  @Test
  void whatJsonCannotSayIsRefused() {
    assertThrows(JsonException.class, () -> JsonWriter.write(Double.NaN));
    JsonException failure = assertThrows(JsonException.class, () -> JsonWriter.write(new Object()));
    assertTrue(failure.getMessage().contains("give a Codec"), failure.getMessage());
  }

  @Test
  void anArrayAndAnOptionalAreWritten() {
    assertEquals(
        "[[1,2],\"x\",null,\"RED\"]",
        JsonWriter.write(
            new Object[] {new int[] {1, 2}, Optional.of("x"), Optional.empty(), Colour.RED}));
  }
}
