package io.broadcasty.transport.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.transport.websocket.frame.Handshake.Accepted;
import io.broadcasty.transport.websocket.frame.Handshake.Outcome;
import io.broadcasty.transport.websocket.frame.Handshake.Refused;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {

  private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /** The request of section 1.3. */
  @BeforeEach
  void aGoodRequest() {
    headers.put("Host", List.of("server.example.com"));
    headers.put("Upgrade", List.of("websocket"));
    headers.put("Connection", List.of("Upgrade"));
    headers.put("Sec-WebSocket-Key", List.of("dGhlIHNhbXBsZSBub25jZQ=="));
    headers.put("Origin", List.of("http://example.com"));
    headers.put("Sec-WebSocket-Protocol", List.of("chat, superchat"));
    headers.put("Sec-WebSocket-Version", List.of("13"));
  }

  @Test
  void s1_3_theExample() {
    assertEquals(new Accepted("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "chat"), answer("chat"));
  }

  @Test
  void s4_2_1_theMethodIsGet() {
    for (String method : List.of("POST", "HEAD", "CONNECT", "get")) {
      Refused refused = refused(Handshake.evaluate(method, "HTTP/1.1", this::values, List.of()));
      assertEquals(405, refused.status());
      assertEquals(Map.of("Allow", "GET"), refused.headers());
    }
  }

  @Test
  void s4_2_1_theVersionOfHttpIs1_1() {
    for (String version : List.of("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/2", "")) {
      assertEquals(
          400, refused(Handshake.evaluate("GET", version, this::values, List.of())).status());
    }
  }

  @Test
  void s4_2_1_listsAreReadAsLists() {
    headers.put("Upgrade", List.of("h2c", "foo ,WebSocket"));
    headers.put("Connection", List.of("keep-alive,, upgrade", "close"));
    assertInstanceOf(Accepted.class, answer());
  }

  @Test
  void s4_2_1_withoutUpgradeTheAnswerTellsHowToAsk() {
    for (List<String> values : List.of(List.<String>of(), List.of("h2c"), List.of("websockets"))) {
      headers.put("Upgrade", values);
      Refused refused = refused(answer());
      assertEquals(426, refused.status());
      assertEquals("websocket", refused.headers().get("Upgrade")); // RFC 9110, section 15.5.22
      assertEquals("13", refused.headers().get("Sec-WebSocket-Version"));
    }
  }

  @Test
  void s4_2_1_withoutConnectionItIsABadRequest() {
    for (List<String> values : List.of(List.<String>of(), List.of("keep-alive"), List.of(""))) {
      headers.put("Connection", values);
      assertEquals(400, refused(answer()).status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dGhlIHNhbXBsZSBub25jZQ=", // the padding is missing
        "dGhlIHNhbXBsZSBub25j", // 15 bytes
        "dGhlIHNhbXBsZSBub25jZTE=", // 17 bytes
        "dGhlIHNhbXBsZSBub25jZTEy", // 18 bytes
        "dGhlIHNhbXBsZSBub2-jZQ==", // not of the alphabet
        "dGhlIHNhbXBs SBub25jZQ==",
        "dGhlIHNhbXBsZSBub25jZé==",
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="
      })
  void s4_2_1_theKeyIs16BytesAsBase64(String key) {
    headers.put("Sec-WebSocket-Key", List.of(key));
    Refused refused = refused(answer());
    assertEquals(400, refused.status());
    assertTrue(refused.reason().contains("Sec-WebSocket-Key"), refused.reason());
  }

  @Test
  void s4_2_1_thereIsOneKey() {
    headers.remove("Sec-WebSocket-Key");
    assertEquals(400, refused(answer()).status());
    String key = "dGhlIHNhbXBsZSBub25jZQ==";
    headers.put("Sec-WebSocket-Key", List.of(key, key));
    assertEquals(400, refused(answer()).status());
    headers.put("Sec-WebSocket-Key", List.of(" " + key + "\t"));
    assertInstanceOf(Accepted.class, answer());
  }

  @Test
  void s4_4_anotherVersionIsToldTheRightOne() {
    for (List<String> values :
        List.of(
            List.<String>of(),
            List.of("8"),
            List.of("013"),
            List.of("13, 8"),
            List.of("13", "8"),
            List.of("14"))) {
      headers.put("Sec-WebSocket-Version", values);
      Refused refused = refused(answer());
      assertEquals(426, refused.status(), values.toString());
      assertEquals("13", refused.headers().get("Sec-WebSocket-Version"));
    }
  }

  @Test
  void s4_2_2_theSubprotocolIsOneThatTheClientOffers() {
    headers.put("Sec-WebSocket-Protocol", List.of("bearer.abc", "x , broadcasty.v1,bearer.x"));
    assertEquals(
        "x", accepted(answer("broadcasty.v1", "x")).subprotocol(), "the client's first, s. 4.1");
    assertEquals("x", accepted(answer("y", "x")).subprotocol());
    assertNull(accepted(answer("y")).subprotocol());
    assertNull(accepted(answer("Broadcasty.v1")).subprotocol(), "names have a case");
    assertNull(accepted(answer()).subprotocol());
    headers.remove("Sec-WebSocket-Protocol");
    assertNull(accepted(answer("broadcasty.v1")).subprotocol());
  }

  @Test
  void everyRefusalHasAReasonForTheClient() {
    headers.clear();
    assertFalse(refused(answer()).reason().isBlank());
  }

  private List<String> values(String name) {
    return headers.getOrDefault(name, List.of());
  }

  private Outcome answer(String... subprotocols) {
    return Handshake.evaluate("GET", "HTTP/1.1", this::values, List.of(subprotocols));
  }

  private static Accepted accepted(Outcome outcome) {
    return assertInstanceOf(Accepted.class, outcome);
  }

  private static Refused refused(Outcome outcome) {
    return assertInstanceOf(Refused.class, outcome);
  }
}
