package io.broadcasty.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.session.FakeStreamRequest;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.protocol.compact.CompactProtocol;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.transport.websocket.frame.Frames;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.PublishReader;
import io.broadcasty.wire.Vectors;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@NullUnmarked // a vector without a field is an invalid vector
class JoinedMessagesTest {

  /** The maximum of bytes around a payload, including the frame's header. */
  private static final int GOAL_BYTES = 40;

  private static byte[] bytes(List<EncodedFrame> frames) {
    return JoinedMessages.INSTANCE.encode(frames);
  }

  private static byte[] concatenated(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @TestFactory
  Stream<DynamicTest> messagesBecomeAnArray() {
    return Vectors.each(
        "vectors/compact-frames.json",
        "joined",
        v -> {
          List<EncodedFrame> frames =
              ((List<?>) v.get("messages"))
                  .stream().map(text -> EncodedFrame.message((String) text)).toList();
          String text = (String) v.get("text");
          assertArrayEquals(Frames.text(text), bytes(frames));
          List<EncodedFrame> joined = JoinedMessages.join(frames);
          assertEquals(List.of(text), joined.stream().map(EncodedFrame::text).toList());
        });
  }

  @Test
  void otherFramesKeepTheirPlace() {
    EncodedFrame pong = EncodedFrame.control(Frames.pong(new byte[] {1}));
    List<EncodedFrame> frames =
        List.of(
            EncodedFrame.message("1"),
            EncodedFrame.message("2"),
            pong,
            EncodedFrame.message("3"),
            EncodedFrame.HEARTBEAT,
            EncodedFrame.HEARTBEAT,
            EncodedFrame.message("4"),
            EncodedFrame.message("5"));
    assertArrayEquals(
        concatenated(
            Frames.text("[1,2]"),
            Frames.pong(new byte[] {1}),
            Frames.text("3"),
            Frames.emptyPing(),
            Frames.emptyPing(),
            Frames.text("[4,5]")),
        bytes(frames));
    List<EncodedFrame> joined = JoinedMessages.join(frames);
    assertEquals(6, joined.size());
    assertSame(pong, joined.get(1));
    assertSame(EncodedFrame.HEARTBEAT, joined.get(3));
  }

  /** Covers headers of 2, 4 and 10 bytes, of single messages and of the joined ones. */
  @Test
  void messagesOfEveryLengthAreJoined() {
    for (int length : List.of(1, 60, 61, 62, 125, 126, 32_765, 32_767, 65_535, 65_536, 70_000)) {
      String text = "\"" + "x".repeat(Math.max(0, length - 2)) + "\"";
      List<EncodedFrame> frames = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        frames.add(EncodedFrame.message(text));
        if (i > 0) {
          String joined = "[" + String.join(",", java.util.Collections.nCopies(i + 1, text)) + "]";
          assertArrayEquals(Frames.text(joined), bytes(frames), i + " of " + length);
        }
      }
    }
  }

  @Test
  void aPayloadIsSurroundedByFewBytes() throws Exception {
    for (int payload : List.of(1, 100, 1000, 60_000)) {
      String text = "\"" + "x".repeat(payload) + "\"";
      EncodedFrame frame = compact(99_999, 9_999_999, text);
      int around =
          frame.bytes(JoinedMessages.INSTANCE).length
              - text.getBytes(StandardCharsets.UTF_8).length;
      assertTrue(around <= GOAL_BYTES, around + " bytes around a payload of " + payload);
      List<EncodedFrame> ten = java.util.Collections.nCopies(10, frame);
      int each = bytes(ten).length / 10 - text.length();
      assertTrue(each <= GOAL_BYTES, each + " bytes around one of ten");
    }
  }

  /** Returns a publication as a session of version 2 sends it. */
  private static EncodedFrame compact(int number, long sequence, String payload)
      throws io.broadcasty.wire.ProblemException {
    TestNode node = new TestNode();
    TestNode.FakeTransport line = new TestNode.FakeTransport();
    MessageSession session =
        new CompactProtocol(new CommandReader(new PublishReader()))
            .accept(FakeStreamRequest.of())
            .open(node.context, line);
    session.sendPublication(
        new EncodedPublication(
            new Publication(
                new Envelope(
                    new TenantChannel(new TenantId("acme"), new ChannelName("orders.eu")),
                    0,
                    "01J9ZQ4V2M8K3N5P7R9T1W3X5Z",
                    false,
                    Message.of(payload)),
                new Position("k3f9a2xw", 0, sequence),
                1_790_000_000_000L),
            number));
    node.run();
    return line.frames.get(0);
  }
}
