package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.transport.websocket.frame.ClientFrame;
import io.broadcasty.transport.websocket.frame.WebSocketPeer.ServerFrame;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The contract of a WebSocket, whatever engine and output it uses. */
abstract class WebSocketContract extends TransportContract {

  /** The default of {@code broadcasty.limits.message-bytes}. */
  private static final int MAX_MESSAGE_BYTES = 1024 * 1024;

  // RFC 6455, section 7.4.1
  private static final int PROTOCOL_ERROR = 1002;
  private static final int TOO_BIG = 1009;

  /** See {@code protocol/codes.json}. */
  private static final int SLOW_CONSUMER = 4408;

  private static final int IDLE = 4409;

  @Override
  protected TransportType transport() {
    return TransportType.WEBSOCKET;
  }

  @Override
  protected Stream open(String token, List<String> channels, long fromSequence) {
    WsStream stream = WsStream.open(api, token);
    String from = fromSequence < 0 ? "" : ",\"fromSequence\":" + fromSequence;
    for (String channel : channels) {
      stream.send(subscribe(channel, from));
    }
    return stream;
  }

  @Override
  protected Stream resume(String token, List<String> channels, List<Stream.Event> seenSoFar) {
    Map<String, String> positions = new LinkedHashMap<>();
    for (Stream.Event event : seenSoFar) {
      positions.put(
          event.field("channel"),
          "{\"epoch\":\"%s\",\"partition\":0,\"sequence\":%d}"
              .formatted(event.field("epoch"), event.sequence()));
    }
    WsStream stream = WsStream.open(api, token);
    for (String channel : channels) {
      stream.send(subscribe(channel, ",\"since\":[" + positions.get(channel) + "]"));
    }
    return stream;
  }

  @Override
  protected String refusal(String token, String channel) {
    try (WsStream stream = WsStream.open(api, token)) {
      return stream.send(subscribe(channel, "")).next().field("code");
    }
  }

  @Test
  void negotiatesTheFirstSupportedVersion() {
    String bearer = "bearer." + api.tokens.guest();
    for (String first : List.of("broadcasty.v1", "broadcasty.v2")) {
      String second = first.equals("broadcasty.v1") ? "broadcasty.v2" : "broadcasty.v1";
      try (WsStream stream = WsStream.open(api, "", "x.unknown", first, second, bearer)) {
        assertEquals(first, stream.socket().getSubprotocol());
      }
    }
  }

  @Test
  void version2NamesAChannelByItsNumberAndJoinsWhatWaits() {
    String channel = Api.freshChannel("compact.");
    String bearer = "bearer." + api.tokens.guest();
    try (WsStream stream = WsStream.open(api, "", "broadcasty.v2", bearer)) {
      Matcher number =
          Pattern.compile("\"number\":(\\d+)")
              .matcher(stream.send(subscribe(channel, "")).next().json());
      assertTrue(number.find());
      StringBuilder batch = new StringBuilder();
      StringBuilder expected = new StringBuilder();
      for (int i = 1; i <= 100; i++) {
        batch.append(i == 1 ? "[" : ",");
        batch.append("{\"channel\":\"%s\",\"payload\":%d}".formatted(channel, -i));
        expected.append("{\"c\":%s,\"s\":%d,\"d\":%d}".formatted(number.group(1), i, -i));
      }
      assertEquals(200, api.publish(batch.append(']').toString()).statusCode());
      StringBuilder got = new StringBuilder();
      while (got.length() < expected.length()) {
        String message = stream.next().json();
        assertEquals(message.startsWith("["), message.endsWith("]"));
        got.append(message.replaceAll("^\\[|\\]$", "").replace("},{", "}{"));
      }
      assertEquals(expected.toString(), got.toString());
    }
  }

  @Test
  void refusesAnInvalidIncludeInTheHandshake() {
    String bearer = "bearer." + api.tokens.guest();
    CompletionException refusal =
        assertThrows(
            CompletionException.class,
            () -> WsStream.open(api, "?include=id,all", "broadcasty.v2", bearer));
    WebSocketHandshakeException handshake =
        assertInstanceOf(WebSocketHandshakeException.class, refusal.getCause());
    assertEquals(400, handshake.getResponse().statusCode());
  }

  @Test
  void aTicketAuthenticatesOneHandshakeAndACookieThoseOfItsPages() {
    String connect = "{\"id\":7,\"command\":\"connect\",\"token\":\"\"}";
    String query = "?ticket=" + api.ticket(api.tokens.guest());
    try (WsStream stream = WsStream.open(api, query, "broadcasty.v1")) {
      assertEquals("carol", stream.send(connect).next().field("subject"));
    }
    assertThrows(CompletionException.class, () -> WsStream.open(api, query, "broadcasty.v1"));
    String cookie = api.cookie(api.tokens.guest());
    Map<String, String> own = Map.of("Cookie", cookie, "Origin", api.base.resolve("/").toString());
    try (WsStream stream = WsStream.open(api, "?credentials=cookie", own, "broadcasty.v1")) {
      assertEquals("carol", stream.send(connect).next().field("subject"));
    }
    try (WsStream stream = WsStream.open(api, "", own, "broadcasty.v1")) {
      assertEquals("unauthorized", stream.send(subscribe("a", "")).next().field("code"));
    }
    Map<String, String> foreign = Map.of("Cookie", cookie, "Origin", "https://evil.example");
    assertThrows(
        CompletionException.class,
        () -> WsStream.open(api, "?credentials=cookie", foreign, "broadcasty.v1"));
  }

  @Test
  void aConnectionWithoutATokenAuthenticatesByItsFirstCommand() {
    try (WsStream stream = WsStream.open(api, "")) {
      assertEquals("unauthorized", stream.send(subscribe("a", "")).next().field("code"));
      String connect = "{\"id\":7,\"command\":\"connect\",\"token\":\"%s\"}";
      Stream.Event reply = stream.send(connect.formatted(api.tokens.guest())).next();
      assertEquals("carol", reply.field("subject"));
      assertEquals("subscribed", stream.send(subscribe("a", "")).next().kind());
    }
  }

  @Test
  void otherTextsOfATokenAreRefused() {
    String connect = "{\"id\":7,\"command\":\"connect\",\"token\":\"%s\"}";
    for (String text : List.of("%s=", "%s\\n", " %s", "%s*")) {
      try (WsStream stream = WsStream.open(api, "")) {
        String command = connect.formatted(text.formatted(api.tokens.guest()));
        assertEquals("unauthorized", stream.send(command).next().field("code"), text);
      }
    }
  }

  @Test
  void aConnectionThatNeverAuthenticatesIsClosed() {
    WsStream stream = WsStream.open(api, "");
    assertEquals("unauthorized", stream.next().field("code"));
    assertEquals(4401, stream.awaitClose());
  }

  @Test
  void renewsATokenInBand() {
    String channel = Api.freshChannel("refresh.");
    String soon = api.tokens.token("demo", "dave", Duration.ofSeconds(3), List.of("member"));
    String later = api.tokens.token("demo", "dave", Duration.ofMinutes(5), List.of("member"));
    String other = api.tokens.token("demo", "eve", Duration.ofMinutes(5), List.of("member"));
    try (WsStream stream = (WsStream) subscribed(soon, List.of(channel), -1)) {
      String refresh = "{\"id\":2,\"command\":\"refresh\",\"token\":\"%s\"}";
      assertEquals(
          "unauthorized", afterNotice(stream.send(refresh.formatted(other))).field("code"));
      assertNotNull(afterNotice(stream.send(refresh.formatted(later))).field("expires"));
      Api.await("pings beyond the first token's end", () -> stream.pings() >= 5);
      api.publishNumbers(channel, 1, 1);
      assertEquals(1, afterNotice(stream).sequence());
    }
  }

  @Test
  void publishingOverTheConnectionAnswersInOrder() {
    String channel = Api.freshChannel("inband.");
    try (WsStream stream = WsStream.open(api, api.tokens.publisher())) {
      String publish =
          "{\"id\":%d,\"command\":\"publish\",\"channel\":\"" + channel + "\",\"payload\":{}}";
      for (int i = 1; i <= 100; i++) {
        stream.send(publish.formatted(i));
      }
      for (int i = 1; i <= 100; i++) {
        Stream.Event reply = stream.next();
        assertEquals(String.valueOf(i), reply.field("reply"));
        assertEquals(i, reply.sequence());
      }
    }
  }

  @Test
  void foreignFramesAreAnsweredWithACode() {
    try (WsStream stream = WsStream.open(api, api.tokens.guest())) {
      assertEquals("invalid_json", stream.send("{").next().field("code"));
      String unknown = "{\"id\":1,\"command\":\"dance\"}";
      assertEquals("unknown_command", stream.send(unknown).next().field("code"));
      assertEquals("invalid_request", stream.send("{\"command\":\"ping\"}").next().field("code"));
      stream.socket().sendBinary(ByteBuffer.allocate(3), true).join();
      assertEquals("protocol_error", stream.next().field("code"));
      assertEquals(4400, stream.awaitClose());
    }
  }

  @Test
  void tooManyErrorsCloseTheConnection() {
    WsStream stream = WsStream.open(api, api.tokens.guest());
    for (int i = 0; i < 10; i++) {
      stream.send("nonsense");
    }
    assertEquals(4400, stream.awaitClose());
  }

  @Test
  void tenThousandSubscribesDoNotAffectOthers() {
    try (WsStream stream = WsStream.open(api, api.tokens.guest())) {
      for (int i = 0; i < 10_000; i++) {
        stream.send(subscribe("flood." + i, ""));
      }
      int subscribed = 0;
      int refused = 0;
      for (int i = 0; i < 10_000; i++) {
        Stream.Event event = stream.next();
        if (event.kind().equals("subscribed")) {
          subscribed++;
        } else {
          assertEquals("too_many_channels", event.field("code"));
          refused++;
        }
      }
      assertEquals(500, subscribed);
      assertEquals(9_500, refused);
    }
    liveEventsComeInOrder();
  }

  @Test
  void acceptsAMessageOfTheMaximumLengthOnly() {
    try (WsStream stream = WsStream.open(api, api.tokens.guest())) {
      assertEquals("reply", stream.send(ping("a", MAX_MESSAGE_BYTES)).next().kind());
      String umlauts = "\u00e4".repeat(20); // each has one byte more than characters
      assertEquals("reply", stream.send(ping(umlauts, MAX_MESSAGE_BYTES)).next().kind());
      stream.send(ping(umlauts, MAX_MESSAGE_BYTES + 1));
      assertEquals(TOO_BIG, stream.awaitClose());
    }
  }

  @Test
  void theLimitHoldsOverAllFragmentsOfAMessage() {
    try (WsStream stream = WsStream.open(api, api.tokens.guest())) {
      String whole = ping("a", MAX_MESSAGE_BYTES);
      int half = whole.length() / 2;
      stream.socket().sendText(whole.substring(0, half), false).join();
      assertEquals("reply", stream.send(whole.substring(half)).next().kind());
      stream.socket().sendText(whole, false).join();
      stream.send(" ");
      assertEquals(TOO_BIG, stream.awaitClose());
    }
  }

  /** Returns a command of this length. */
  private static String ping(String id, int bytes) {
    String ping = "{\"command\":\"ping\",\"id\":\"" + id + "\"}";
    return ping + " ".repeat(bytes - ping.getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void aMessageBeyondTheCapClosesOnlyItsOwnConnection() throws IOException {
    try (RawSocket raw = RawSocket.webSocket(api, api.tokens.publisher())) {
      String big = "x".repeat(2 * 1024 * 1024);
      try {
        raw.writeText(
            "{\"id\":1,\"command\":\"publish\",\"channel\":\"a\",\"payload\":\"" + big + "\"}");
      } catch (SocketException closed) {
        assertNotNull(closed, "the server may close before all is sent");
      }
      assertEnds(Set.of(TOO_BIG), raw);
    }
    liveEventsComeInOrder();
  }

  @Test
  void anUnmaskedFrameClosesOnlyItsOwnConnection() throws IOException {
    try (RawSocket raw = RawSocket.webSocket(api, api.tokens.guest())) {
      raw.write(new byte[] {(byte) 0x81, 2, '{', '}'}); // RFC 6455, section 5.1: must be masked
      assertEnds(
          Set.of(PROTOCOL_ERROR, IDLE), raw); // FramingIT is stricter with Broadcasty's own engine
    }
    liveEventsComeInOrder();
  }

  @Test
  void aSlowClientIsClosedAndResumesCompletely() throws IOException {
    String channel = Api.freshChannel("slow.");
    String payload = "y".repeat(20_000);
    int count = 600;
    try (RawSocket raw = RawSocket.webSocket(api, api.tokens.guest())) {
      raw.writeText(subscribe(channel, ""));
      raw.readUntil("recovered");
      raw.readUntil("]}}");
      for (int i = 0; i < count; i++) {
        String json = "{\"channel\":\"%s\",\"payload\":\"%s\"}".formatted(channel, payload);
        assertEquals(200, api.publish(json).statusCode());
      }
      assertEnds(Set.of(SLOW_CONSUMER, IDLE), raw); // it does not answer pings either
    }
    try (Stream stream = subscribed(api.tokens.guest(), List.of(channel), 1)) {
      for (int i = 1; i <= count; i++) {
        assertEquals(i, stream.next().sequence());
      }
    }
  }

  @Test
  void aConnectionBeyondTheUsersLimitIsRefused() {
    String token = api.tokens.token("demo", "crowd", Duration.ofMinutes(5), List.of());
    List<WsStream> open = new java.util.ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        WsStream stream = WsStream.open(api, token);
        open.add(stream);
        stream.send("{\"command\":\"ping\",\"id\":1}").next(); // it is counted by then
      }
      var answer = api.get("/broadcasty/sse?channel=a", token);
      assertEquals(429, answer.statusCode());
      assertTrue(answer.headers().firstValue("Retry-After").isPresent());
    } finally {
      open.forEach(WsStream::close);
    }
    Api.await(
        "the places to be free again",
        () -> {
          try (WsStream stream = WsStream.open(api, token)) {
            return true;
          } catch (RuntimeException refused) {
            return false;
          }
        });
  }

  /**
   * Asserts that the server closes with one of the codes, or ends the connection before that was
   * read: a reset overtakes the close frame when the server has not read everything that was sent.
   * Does not wait for what follows the close frame; Open Liberty's own WebSocket waits half a
   * minute for the answer.
   */
  private static void assertEnds(Set<Integer> codes, RawSocket raw) throws IOException {
    ServerFrame frame;
    try {
      frame = ServerFrame.read(raw.input());
      while (frame != null && frame.opcode() != ClientFrame.CLOSE) {
        frame = ServerFrame.read(raw.input());
      }
    } catch (SocketException reset) {
      return;
    }
    if (frame != null) {
      assertTrue(codes.contains(frame.closeCode()), frame::toString);
    }
  }

  private static Stream.Event afterNotice(WsStream stream) {
    Stream.Event event = stream.next();
    return event.kind().equals("expiring") ? stream.next() : event;
  }

  private static String subscribe(String channel, String more) {
    return "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"" + more + "}";
  }
}
