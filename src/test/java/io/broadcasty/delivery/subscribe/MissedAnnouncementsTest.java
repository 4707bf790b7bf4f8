package io.broadcasty.delivery.subscribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.Unlimited;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.EventLoop;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import io.broadcasty.wire.Since;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Tests subscribers that stay connected while announcements are left out and reported later, gaps
 * are suspected where there are none, and reads of the store often fail: each gets everything once
 * and in order, without reconnecting.
 */
class MissedAnnouncementsTest {

  private static final TenantChannel ORDERS =
      new TenantChannel(new TenantId("acme"), new ChannelName("orders"));
  private static final int SUBSCRIBERS = 200;
  private static final int PUBLICATIONS = 2000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final Caller ANN =
      new Caller(
          ORDERS.tenant(), "ann", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "the token");

  private final Hub hub = new Hub(Runnable::run);
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
  private final Random random = new Random(20_261_126);

  @Test
  void deliversEverythingInSpiteOfMissedAnnouncements() {
    BackgroundLoops loops = new BackgroundLoops(Ticker.system());
    List<EventLoop> eventLoops =
        List.of(
            new EventLoop(loops, null, eventLoop -> {}),
            new EventLoop(loops, null, eventLoop -> {}));
    try (MemoryBroker memory =
        new MemoryBroker(
            new Retention(Duration.ofHours(1), 100_000, Long.MAX_VALUE),
            Duration.ofMinutes(10),
            1000,
            Ticker.system(),
            WallClock.system(),
            new Forgetful())) {
      SubscribeService subscribe = subscribe(new Unreliable(memory));
      List<Reader> readers = new ArrayList<>();
      for (int i = 0; i < SUBSCRIBERS; i++) {
        Reader reader = new Reader(eventLoops.get(i % eventLoops.size()));
        readers.add(reader);
        Subscriptions subscriptions = subscribe.open(reader);
        assertInstanceOf(
                SubscribeOutcome.Subscribed.class,
                subscriptions.subscribe(ANN, "orders", new Since.Live()))
            .start()
            .run();
      }
      for (int i = 0; i < PUBLICATIONS; i++) {
        memory.publish(List.of(new Envelope(ORDERS, 0, "" + i, false, Message.of("1"))));
        if (random.nextInt(20) == 0) {
          hub.onGap(ORDERS);
          LockSupport.parkNanos(random.nextInt(2_000_000));
        }
      }
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      for (Reader reader : readers) {
        while (reader.last < PUBLICATIONS && System.nanoTime() < deadline) {
          LockSupport.parkNanos(1_000_000);
        }
        assertEquals(PUBLICATIONS, reader.last);
        assertTrue(reader.wrong.isEmpty(), () -> reader.wrong.toString());
      }
    } finally {
      eventLoops.forEach(EventLoop::close);
      threads.shutdownNow();
    }
  }

  private SubscribeService subscribe(Unreliable broker) {
    PolicyResolver everything =
        new PolicyResolver() {
          @Override
          public boolean authorize(
              String tenant, String channel, String userId, Set<String> roles, Action action) {
            return true;
          }
        };
    Executor later =
        task -> {
          var unused = threads.schedule(task, 5, TimeUnit.MILLISECONDS);
        };
    return new SubscribeService(
        new Policy(everything),
        new Unlimited(),
        broker,
        new LocalPresenceStore(tenant -> 10, Ticker.system(), hub, later),
        hub,
        threads,
        later,
        new TestTenantSettings().all(all -> all.maxChannels(10)),
        1000,
        Ticker.system(),
        RealtimeListener.NONE);
  }

  /** Leaves announcements out, also several in a row, and reports the gap a little later. */
  private final class Forgetful implements PublicationListener {
    @Override
    public void onPublication(Publication publication) {
      if (random.nextInt(10) > 0) {
        hub.onPublication(publication);
      } else {
        var unused =
            threads.schedule(() -> hub.onGap(ORDERS), random.nextInt(10), TimeUnit.MILLISECONDS);
      }
    }
  }

  /** A broker whose reads fail now and then. */
  private static final class Unreliable extends ForwardingBroker {
    Unreliable(MemoryBroker memory) {
      super(memory);
    }

    @Override
    public ReplayPage replay(ReplayRequest request) {
      if (ThreadLocalRandom.current().nextInt(3) == 0) {
        throw new BrokerException("the store cannot be read now", null);
      }
      return super.replay(request);
    }
  }

  /** Accepts everything at once, and records the last sequence. */
  private static final class Reader implements SubscriberConnection {
    private final EventLoop eventLoop;
    private final List<String> wrong = new ArrayList<>(); // guarded by the partition's join
    private volatile long last;

    Reader(EventLoop eventLoop) {
      this.eventLoop = eventLoop;
    }

    @Override
    public ConnectionInfo info() {
      return new ConnectionInfo(1, TransportType.SSE, null, null, null);
    }

    @Override
    public Executor eventLoop() {
      return eventLoop;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one call at a time
    public void sendPublication(EncodedPublication publication) {
      long sequence = publication.publication().position().sequence();
      if (sequence != last + 1) {
        wrong.add(sequence + " came after " + last);
      }
      last = sequence;
    }

    @Override
    public void sendLost(ChannelName channel, LostPosition lost) {
      wrong.add("lost " + lost);
    }

    @Override
    public void sendPresence(EncodedPresence change) {}

    @Override
    public void sendPresenceReset(ChannelName channel, PresencePage page) {}

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void whenRoom(Runnable action) {
      action.run();
    }

    @Override
    public void endWithFailure(Throwable failure) {
      wrong.add("failed: " + failure);
    }

    @Override
    public void endWithoutMemory(MemoryBudget.Grant full) {
      throw new AssertionError("memory is not limited here");
    }

    @Override
    public void endTooManyChannels() {
      wrong.add("too many channels");
    }
  }
}
