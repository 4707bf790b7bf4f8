package io.broadcasty.streams.quota;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelQuotaBrokerTest {

  private final ManualTime time = new ManualTime();
  private final StoppableBroker streams =
      new StoppableBroker(
          new MemoryBroker(
              new Retention(Duration.ofHours(1), 1_000_000, 1L << 30),
              Duration.ofMinutes(10),
              1000,
              time,
              time,
              new RecordingPublicationListener()));
  private long quota = 3;
  private final Broker broker =
      new ChannelQuotaBroker(
          streams,
          tenant -> quota,
          MemoryBudget.unlimited(MemoryArea.QUEUES),
          time,
          Thread::new,
          Runnable::run);

  /** A broker whose counting a test holds up, or lets fail. */
  private static final class StoppableBroker extends ForwardingBroker {

    private volatile CountDownLatch counting = new CountDownLatch(0);
    private volatile boolean unreadable;
    private volatile StoreCondition.State state = StoreCondition.State.UP;

    StoppableBroker(Broker streams) {
      super(streams);
    }

    @Override
    public long countChannels(TenantId tenant, long limit) {
      if (unreadable) {
        throw new BrokerException("scripted", null);
      }
      try {
        counting.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return super.countChannels(tenant, limit);
    }

    @Override
    public StoreCondition condition() {
      return new StoreCondition(state, "scripted");
    }
  }

  @AfterEach
  void close() {
    broker.close();
  }

  private CompletableFuture<List<AppendOutcome>> publish(TenantChannel channel, String payload) {
    return broker.publish(List.of(plain(channel, 0, payload))).toCompletableFuture();
  }

  private static AppendOutcome outcome(CompletableFuture<List<AppendOutcome>> answer)
      throws Exception {
    return answer.get(10, TimeUnit.SECONDS).get(0);
  }

  @Test
  void publicationsToAChannelKeepTheirOrderWhileItIsLookedUp() throws Exception {
    List<String> payloads = IntStream.range(0, 2000).mapToObj(Integer::toString).toList();
    List<CompletableFuture<List<AppendOutcome>>> answers = new ArrayList<>();
    streams.counting = new CountDownLatch(1);
    for (String payload : payloads) {
      answers.add(publish(channel("a"), payload));
      if (payload.equals("20")) {
        streams.counting.countDown(); // from here on it is published, and known
      }
    }
    for (CompletableFuture<List<AppendOutcome>> answer : answers) {
      assertInstanceOf(AppendOutcome.Appended.class, outcome(answer));
    }
    assertEquals(
        payloads,
        kept(broker, channel("a"), 0).stream().map(p -> p.envelope().message().payload()).toList());
  }

  @Test
  void manyAtOnceCreateExactlyTheQuota() throws Exception {
    List<CompletableFuture<List<AppendOutcome>>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(publish(channel("c" + i), "1"));
    }
    int refused = 0;
    for (CompletableFuture<List<AppendOutcome>> answer : answers) {
      refused += outcome(answer) instanceof AppendOutcome.TooManyChannels ? 1 : 0;
    }
    assertEquals(47, refused);
    assertEquals(3, broker.countChannels(channel("c").tenant(), 100));
  }

  @Test
  void aChannelThatIsKnownDoesNotWaitForOneThatIsNot() throws Exception {
    outcome(publish(channel("a"), "1"));
    streams.counting = new CountDownLatch(1);
    CompletableFuture<List<AppendOutcome>> waiting = publish(channel("b"), "1");
    assertInstanceOf(AppendOutcome.Appended.class, publish(channel("a"), "2").join().get(0));
    assertEquals(false, waiting.isDone());
    streams.counting.countDown();
    assertInstanceOf(AppendOutcome.Appended.class, outcome(waiting));
  }

  @Test
  void nothingIsLimitedWithoutAQuotaOrWhileTheStoreCannotBeRead() throws Exception {
    quota = 1;
    outcome(publish(channel("a"), "1"));
    assertEquals(new AppendOutcome.TooManyChannels(1), outcome(publish(channel("b"), "1")));
    streams.unreadable = true;
    assertInstanceOf(AppendOutcome.Appended.class, outcome(publish(channel("b"), "1")));
    streams.unreadable = false;
    streams.state = StoreCondition.State.QUEUEING;
    assertInstanceOf(AppendOutcome.Appended.class, publish(channel("c"), "1").join().get(0));
    streams.state = StoreCondition.State.UP;
    assertEquals(new AppendOutcome.TooManyChannels(1), outcome(publish(channel("d"), "1")));
    quota = 0;
    assertInstanceOf(AppendOutcome.Appended.class, publish(channel("d"), "1").join().get(0));
  }
}
