package io.broadcasty.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PusherReaderTest {

  private static final int MAX = 20;

  private static PusherReader.Event event(String body) throws ProblemException {
    return PusherReader.event(body.getBytes(UTF_8), MAX);
  }

  private static void assertRefused(Code code, String body) {
    ProblemException refused = assertThrows(ProblemException.class, () -> event(body), body);
    assertEquals(code, refused.problem().code(), body);
  }

  private static void assertBatchRefused(Code code, String body) {
    ProblemException refused =
        assertThrows(
            ProblemException.class, () -> PusherReader.batch(body.getBytes(UTF_8), MAX), body);
    assertEquals(code, refused.problem().code(), body);
  }

  @Test
  void readsAnEvent() throws ProblemException {
    PusherReader.Event event =
        event(
            "{\"name\":\"foo\",\"channels\":[\"a\",\"b\",\"a\"],\"data\":\"{\\\"x\\\":1}\","
                + "\"socket_id\":\"1.2\",\"info\":\"user_count, cache\",\"more\":[{}]}");
    assertEquals("foo", event.name());
    assertEquals(List.of("a", "b"), event.channels());
    assertEquals("{\"x\":1}", event.data());
    assertEquals("1.2", event.socketId());
    assertEquals(Set.of("cache", "user_count"), event.info());
    assertEquals(
        List.of("c"), event("{\"name\":\"e\",\"channel\":\"c\",\"data\":\"\"}").channels());
  }

  @Test
  void refusesWhatIsNoEvent() {
    for (String body :
        List.of(
            "[]",
            "{}",
            "\"x\"",
            "{\"name\":\"e\",\"channel\":\"c\"}",
            "{\"name\":\"e\",\"data\":\"\"}",
            "{\"name\":\"\",\"channel\":\"c\",\"data\":\"\"}",
            "{\"name\":7,\"channel\":\"c\",\"data\":\"\"}",
            "{\"name\":\"e\",\"channel\":\"c\",\"data\":{}}",
            "{\"name\":\"e\",\"channel\":\"c\",\"data\":null}",
            "{\"name\":\"e\",\"channels\":\"c\",\"data\":\"\"}",
            "{\"name\":\"e\",\"channels\":[],\"data\":\"\"}",
            "{\"name\":\"e\",\"channels\":[null],\"data\":\"\"}",
            "{\"name\":\"e\",\"channel\":\"c\",\"data\":\"\",\"socket_id\":\"x\"}",
            "{\"name\":\"e\",\"channel\":\"c\",\"data\":\"\",\"data\":\"\"}",
            "{\"name\":\"pusher:error\",\"channel\":\"c\",\"data\":\"\"}",
            "{\"name\":\"pusher_internal:x\",\"channel\":\"c\",\"data\":\"\"}",
            "{\"name\":\"" + "e".repeat(201) + "\",\"channel\":\"c\",\"data\":\"\"}")) {
      assertRefused(Code.INVALID_REQUEST, body);
    }
    assertRefused(Code.INVALID_REQUEST, "");
    assertRefused(Code.INVALID_JSON, "{");
    assertRefused(Code.INVALID_JSON, "{\"x\":" + "[".repeat(100_000));
    assertRefused(
        Code.PAYLOAD_TOO_LARGE,
        "{\"name\":\"e\",\"channel\":\"c\",\"data\":\"" + "ä".repeat(11) + "\"}");
    String channels = String.join(",", Collections.nCopies(100, "\"%s\"")).formatted(numbers(100));
    assertRefused(
        Code.INVALID_REQUEST,
        "{\"name\":\"e\",\"channels\":[" + channels + ",\"more\"],\"data\":\"\"}");
  }

  private static Object[] numbers(int count) {
    Object[] numbers = new Object[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = i;
    }
    return numbers;
  }

  @Test
  void readsABatch() throws ProblemException {
    String item = "{\"name\":\"e\",\"channel\":\"c\",\"data\":\"\"}";
    String ten = String.join(",", Collections.nCopies(10, item));
    assertEquals(10, PusherReader.batch(("{\"batch\":[" + ten + "]}").getBytes(UTF_8), MAX).size());
    for (String batch :
        List.of(
            "[]",
            "{}",
            "{\"batch\":{}}",
            "{\"batch\":null}",
            "{\"batch\":[]}",
            "{\"batch\":[1]}",
            "{\"batch\":[[]]}",
            "{\"batch\":[" + ten + "," + item + "]}",
            "{\"batch\":[{\"name\":\"e\",\"channels\":[\"a\",\"b\"],\"data\":\"\"}]}")) {
      assertBatchRefused(Code.INVALID_REQUEST, batch);
    }
  }

  @Test
  void dataComesBackToTheCharacter() {
    for (String data :
        List.of(
            "",
            " ",
            "x",
            "{",
            "}",
            "{}",
            "{\"a\": 1}",
            "{}{}",
            "{} ",
            " {}",
            "[1,\t2]",
            "[1,\n2]",
            "1",
            "1.0e3",
            "-0",
            "01",
            "true",
            "nul",
            "\"x\"",
            "\"",
            "a\"b\\c",
            "\u2028ä😀",
            "[".repeat(70) + "]".repeat(70))) {
      assertEquals(data, PusherData.data(PusherData.payload(data)), data);
    }
    assertEquals("{\"a\": 1}", PusherData.payload("{\"a\": 1}"));
    assertEquals("\"text\"", PusherData.payload("text"));
    assertEquals("\"\\\"text\\\"\"", PusherData.payload("\"text\""));
    assertEquals("text", PusherData.data("\"text\""));
    assertEquals("{\"a\":1}", PusherData.data("{\"a\":1}"));
  }

  /** Whatever is sent, it is read or refused, and never fails in another way. */
  @Test
  void anythingIsReadOrRefused() {
    Random random = new Random(20261130);
    List<String> valid =
        List.of(
            "{\"event\":\"pusher:subscribe\",\"data\":{\"auth\":\"k:s\",\"channel_data\":\"{}\","
                + "\"channel\":\"presence-x\"}}",
            "{\"event\":\"client-a\",\"channel\":\"private-a\",\"data\":[1,\"\\u00e4\"]}",
            "{\"event\":\"pusher:signin\",\"data\":\"{\\\"auth\\\":\\\"a\\\"}\"}",
            "{\"name\":\"e\",\"channels\":[\"a\"],\"data\":\"x\",\"socket_id\":\"1.2\"}",
            "{\"batch\":[{\"name\":\"e\",\"channel\":\"a\",\"data\":\"x\"}]}",
            "{\"user_id\":1,\"user_info\":{\"a\":1},\"roles\":[\"a\"]}",
            "{\"id\":\"1\",\"watchlist\":[\"a\"]}");
    String scraps = "{}[]\":,\\0-e.a\u0000\ud800\u00e4 \n";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(valid.get(random.nextInt(valid.size())));
      for (int i = random.nextInt(4); i >= 0; i--) {
        int at = random.nextInt(text.length());
        text.replace(
            at,
            at + random.nextInt(2),
            String.valueOf(scraps.charAt(random.nextInt(scraps.length()))));
      }
      String sent = text.toString();
      readOrRefuse(() -> PusherReader.command(sent));
      readOrRefuse(() -> event(sent));
      readOrRefuse(() -> PusherReader.batch(sent.getBytes(UTF_8), MAX));
      readOrRefuse(() -> PusherReader.participant(sent));
      readOrRefuse(() -> PusherReader.user(sent));
      if (sent.indexOf('\u0000') < 0 && sent.indexOf('\ud800') < 0) { // these are never accepted
        assertEquals(sent, PusherData.data(PusherData.payload(sent)));
      }
    }
  }

  private interface Reading {
    Object read() throws ProblemException;
  }

  private static void readOrRefuse(Reading reading) {
    try {
      assertNotNull(reading.read());
    } catch (ProblemException e) {
      assertNotEquals(500, e.problem().code().httpStatus());
    }
  }

  @Test
  void readsWhoJoins() throws ProblemException {
    assertEquals(
        new PusherReader.Participant("10", "{\"name\":\"Mr. Channels\"}", null),
        PusherReader.participant("{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}"));
    assertEquals(
        new PusherReader.Participant("a", "{}", null),
        PusherReader.participant("{\"user_id\":\"a\",\"user_info\":null}"));
    assertThrows(ProblemException.class, () -> PusherReader.participant("{\"user_id\":1.5}"));
    assertEquals("{\"id\":\"a\",\"n\":1}", PusherReader.memberInfo("{\"id\":\"a\",\"n\":1}"));
    assertEquals("{\"n\":1}", PusherReader.memberInfo("{\"id\":\"a\",\"user_info\":{\"n\":1}}"));
  }
}
