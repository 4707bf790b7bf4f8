package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class FanoutTest {

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final Executor eventLoop = tasks::add;
  private final LongAdder delivered = new LongAdder();
  private final Fanout fanout = new Fanout(eventLoop, delivered);

  private final class Ear implements ChannelSubscriber {
    final List<String> received = new ArrayList<>();
    long poison;

    @Override
    public Executor eventLoop() {
      return eventLoop;
    }

    @Override
    public void onPublication(EncodedPublication publication) {
      if (publication.publication().position().sequence() == poison) {
        throw new IllegalStateException("poison");
      }
      received.add(String.valueOf(publication.publication().position().sequence()));
    }

    @Override
    public void onPresence(EncodedPresence change) {
      received.add("presence " + change.change().version());
    }

    @Override
    public void onGap() {
      received.add("gap");
    }

    @Override
    public void onFailure(RuntimeException failure) {
      received.add("failed: " + failure.getMessage());
    }
  }

  private static EncodedPublication publication(long sequence) {
    TenantChannel channel = new TenantChannel(new TenantId("acme"), new ChannelName("news"));
    return new EncodedPublication(
        new Publication(
            new Envelope(channel, 0, "i", false, Message.of("1")),
            new Position("e", 0, sequence),
            0),
        1);
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Test
  void submitsOneTaskForManySubscribers() {
    Ear a = new Ear();
    Ear b = new Ear();
    fanout.add(a);
    fanout.add(b);
    fanout.publish(publication(1));
    fanout.publish(publication(2));
    assertEquals(1, tasks.size());
    runTasks();
    fanout.publish(publication(3));
    runTasks();
    assertEquals(List.of("1", "2", "3"), a.received);
    assertEquals(List.of("1", "2", "3"), b.received);
    assertEquals(6, delivered.sum());
  }

  @Test
  void dropsWhatIsEphemeralWhenTheQueueIsFull() {
    Ear a = new Ear();
    a.poison = -1;
    fanout.add(a);
    for (int i = 0; i < Fanout.MAX_WAITING + 5; i++) {
      TenantChannel channel = new TenantChannel(new TenantId("acme"), new ChannelName("news"));
      Envelope envelope = new Envelope(channel, 0, "i", false, Message.of("1"), true);
      fanout.publish(EncodedPublication.ephemeral(Publication.ephemeral(envelope, 0), 1, i + 1));
    }
    runTasks();
    assertEquals(Fanout.MAX_WAITING, a.received.size());
    assertEquals(List.of("0"), a.received.stream().distinct().toList(), "no gap");
  }

  @Test
  void deliversToTheSubscribersPresentAtDelivery() {
    Ear leaves = new Ear();
    Ear comes = new Ear();
    fanout.add(leaves);
    fanout.publish(publication(1));
    fanout.remove(leaves);
    fanout.add(comes);
    runTasks();
    assertEquals(List.of(), leaves.received);
    assertEquals(List.of("1"), comes.received);
  }

  @Test
  void reportsAGapAfterAnOverflow() {
    Ear listener = new Ear();
    fanout.add(listener);
    for (int i = 1; i <= Fanout.MAX_WAITING + 10; i++) {
      fanout.publish(publication(i));
    }
    runTasks();
    assertEquals(Fanout.MAX_WAITING + 1, listener.received.size());
    assertEquals("256", listener.received.get(Fanout.MAX_WAITING - 1));
    assertEquals("gap", listener.received.get(Fanout.MAX_WAITING));
    fanout.publish(publication(267));
    runTasks();
    assertEquals("267", listener.received.get(Fanout.MAX_WAITING + 1));
    assertEquals(Fanout.MAX_WAITING + 2, listener.received.size());
  }

  @Test
  void aThrowingSubscriberGetsNoMoreCallsAndOthersAreNotAffected() {
    Ear before = new Ear();
    Ear throwing = new Ear();
    Ear after = new Ear();
    throwing.poison = 2;
    fanout.add(before);
    fanout.add(throwing);
    fanout.add(after);
    fanout.publish(publication(1));
    fanout.publish(publication(2));
    fanout.publish(publication(3));
    runTasks();
    fanout.publish(publication(4));
    runTasks();
    assertEquals(List.of("1", "2", "3", "4"), before.received);
    assertEquals(List.of("1", "failed: poison"), throwing.received);
    assertEquals(List.of("1", "2", "3", "4"), after.received);
    assertEquals(2, fanout.size());
  }
}
