package io.broadcasty.streams.broker.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.core.format.PreviousRelease;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Tests that entries and announcements of the previous release and of this one are read by each
 * other.
 */
class PreviousFormatTest {

  private static final TenantChannel ORDERS =
      new TenantChannel(new TenantId("acme"), new ChannelName("orders"));

  /** The content of the fixtures. */
  private static final List<Envelope> ENVELOPES =
      List.of(
          new Envelope(ORDERS, 0, "made-1", false, Message.of("1")),
          new Envelope(
              ORDERS,
              0,
              "o-17",
              true,
              new Message(
                  "{ \"n\": 1.50,  \"e\": \"😀\" }",
                  "{\"schema\":\"é.v1\"}",
                  "created",
                  "c-1",
                  "rpc:client:42",
                  Headers.NONE)),
          new Envelope(
              ORDERS,
              3,
              "ü",
              true,
              new Message("\"" + "x".repeat(300) + "\"", null, "", null, "r", Headers.NONE)));

  @Test
  void entriesOfThePreviousReleaseAreRead() {
    List<byte[]> written = PreviousRelease.written("envelope");
    assertEquals(3, written.size());
    for (int i = 0; i < 3; i++) {
      Envelope expected = ENVELOPES.get(i);
      assertEquals(expected, EnvelopeFormat.read(ORDERS, expected.partition(), written.get(i)));
    }
    assertEquals(3, PreviousRelease.written("entry bc:rpl:{acme:orders}:0").size());
    PreviousRelease.written("entry bc:rpl:{acme:orders}:0")
        .forEach(entry -> assertTrue(ENVELOPES.contains(EnvelopeFormat.read(ORDERS, 0, entry))));
  }

  @Test
  void announcementsOfThePreviousReleaseAreRead() {
    List<byte[]> written = PreviousRelease.written("announced bc:ann:{acme:orders}");
    List<Publication> first = Announcement.read(ORDERS, written.get(0));
    assertEquals(ENVELOPES, first.stream().map(Publication::envelope).toList());
    assertEquals(
        List.of(
            new Position("gnsm84lh", 0, 1),
            new Position("gnsm84lh", 0, 2),
            new Position("gnsm84lh", 3, 1)),
        first.stream().map(Publication::position).toList());
    assertEquals(1795951223015L, first.get(0).timeMillis());
    assertEquals(
        new Position("gnsm84lh", 0, 3),
        Announcement.read(ORDERS, written.get(1)).get(0).position());
  }

  @Test
  void thePreviousReleaseReadsTheCurrentFormat() throws IOException {
    for (Envelope envelope : ENVELOPES) {
      Headers headers = Headers.of(Map.of("tag", "é 🎉", "empty", ""));
      Envelope with =
          new Envelope(
              ORDERS,
              envelope.partition(),
              envelope.id(),
              envelope.idempotent(),
              envelope.message().withHeaders(headers));
      PreviousNode.Entry plain = PreviousNode.readEntry(EnvelopeFormat.write(envelope));
      assertEquals(envelope.idempotent(), plain.idempotent());
      assertEquals(envelope.id(), plain.parts().get(0));
      assertEquals(envelope.message().payload(), plain.parts().get(1));
      assertEquals(plain, PreviousNode.readEntry(EnvelopeFormat.write(with)));
    }
    assertEquals(
        PreviousRelease.written("envelope").stream().map(PreviousFormatTest::read).toList(),
        ENVELOPES.stream().map(e -> read(EnvelopeFormat.write(e))).toList());
  }

  private static PreviousNode.Entry read(byte[] entry) {
    try {
      return PreviousNode.readEntry(entry);
    } catch (IOException e) {
      throw new AssertionError("not read", e);
    }
  }

  @Test
  void headersAndOriginAreKeptAndLaterPartsIgnored() {
    Headers headers = Headers.of(Map.of("tag", "é 🎉", "empty", ""));
    Message message =
        ENVELOPES.get(1).message().withHeaders(headers).withOrigin(new Origin("ann", null));
    Envelope envelope = new Envelope(ORDERS, 0, "o-17", true, message);
    byte[] bytes = EnvelopeFormat.write(envelope);
    assertEquals(envelope, EnvelopeFormat.read(ORDERS, 0, bytes));
    byte[] later = Arrays.copyOf(bytes, bytes.length + 5);
    later[bytes.length] = 9; // a part that this version does not know
    later[bytes.length + 2] = 2; // with two bytes
    assertEquals(envelope, EnvelopeFormat.read(ORDERS, 0, later));
  }

  @Test
  void anEntryOfALaterVersionIsLoggedAndCounted() {
    long before = DecodingFailures.count();
    UnknownVersionException unknown =
        assertThrows(UnknownVersionException.class, () -> EnvelopeFormat.read(ORDERS, 0, toCome()));
    assertEquals(
        "Cannot decode stream entries of version 9; nodes may run different versions",
        unknown.getMessage());
    assertTrue(DecodingFailures.count() > before);
  }

  @Test
  void aTruncatedEntryIsReported() {
    byte[] bytes = EnvelopeFormat.write(ENVELOPES.get(1));
    int versionZero = bytes.length - 3; // complete without version and headers
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      if (length == versionZero) {
        assertEquals(ENVELOPES.get(1), EnvelopeFormat.read(ORDERS, 0, cut));
      } else {
        assertThrows(
            UnknownVersionException.class, () -> EnvelopeFormat.read(ORDERS, 0, cut), "" + length);
      }
    }
  }

  @Test
  void anAnnouncementOfALaterVersionIsReported() {
    for (String text : List.of("\u0002k3f9\n", "\u001fk3f9\n1 2\n", "k3f9\n0 1 x 3\nabc")) {
      byte[] message = text.getBytes(StandardCharsets.US_ASCII);
      assertThrows(UnknownVersionException.class, () -> Announcement.read(ORDERS, message), text);
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(
        ("k3f9\n0 1 5 " + toCome().length + "\n").getBytes(StandardCharsets.US_ASCII));
    message.writeBytes(toCome());
    assertThrows(
        UnknownVersionException.class, () -> Announcement.read(ORDERS, message.toByteArray()));
  }

  /** Returns an entry as a later release might write it. */
  static byte[] toCome() {
    byte[] bytes = EnvelopeFormat.write(ENVELOPES.get(0));
    bytes[bytes.length - 3] = 9;
    return bytes;
  }
}
