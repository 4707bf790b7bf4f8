package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

class EncodingCacheTest {

  private static final TenantChannel CHANNEL =
      new TenantChannel(new TenantId("acme"), new ChannelName("news"));

  /** Counts the calls of the encoder. */
  private static final class Counting implements FrameEncoder<EncodedFrame> {
    int publications;
    int presences;

    @Override
    public EncodedFrame publication(EncodedPublication publication) {
      publications++;
      return EncodedFrame.message("n" + publication.channelNumber());
    }

    @Override
    public EncodedFrame presence(PresenceChange change) {
      presences++;
      return EncodedFrame.message("v" + change.version());
    }
  }

  private static EncodedPublication publication() {
    return new EncodedPublication(
        new Publication(
            new Envelope(CHANNEL, 0, "i", false, Message.of("1")), new Position("e", 0, 1), 0),
        17);
  }

  @Test
  void callsEachUsedEncoderOnce() {
    Counting first = new Counting();
    Counting second = new Counting();
    Counting unused = new Counting();
    EncodedPublication publication = publication();
    EncodedFrame frame = publication.encodedBy(first);
    assertEquals("n17", frame.text());
    publication.encodedBy(second);
    assertSame(frame, publication.encodedBy(first));
    EncodedPresence change =
        new EncodedPresence(new PresenceChange(CHANNEL, 3, List.of(), List.of("ann")));
    assertEquals("v3", change.encodedBy(first).text());
    assertSame(change.encodedBy(second), change.encodedBy(second));
    assertEquals(List.of(1, 1), List.of(first.publications, first.presences));
    assertEquals(List.of(1, 1), List.of(second.publications, second.presences));
    assertEquals(List.of(0, 0), List.of(unused.publications, unused.presences));
  }

  /** At worst two threads encode, but all get the same result. */
  @Test
  void concurrentThreadsGetTheSameEncoding() throws Exception {
    for (int round = 0; round < 200; round++) {
      EncodedPublication publication = publication();
      Counting encoder = new Counting();
      Counting other = new Counting();
      CyclicBarrier start = new CyclicBarrier(3);
      ConcurrentLinkedQueue<EncodedFrame> frames = new ConcurrentLinkedQueue<>();
      List<Thread> threads =
          List.of(
              new Thread(() -> meet(start, () -> frames.add(publication.encodedBy(encoder)))),
              new Thread(() -> meet(start, () -> frames.add(publication.encodedBy(encoder)))),
              new Thread(() -> meet(start, () -> publication.encodedBy(other))));
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(2, frames.size());
      assertEquals(1, frames.stream().distinct().count());
      assertSame(frames.peek(), publication.encodedBy(encoder));
    }
  }

  private static void meet(CyclicBarrier start, Runnable action) {
    try {
      start.await();
      action.run();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
