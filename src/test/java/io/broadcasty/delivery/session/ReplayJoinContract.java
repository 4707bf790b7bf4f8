package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.LocalConnectionLimiter;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.Unlimited;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.hub.EventLoop;
import io.broadcasty.delivery.hub.EventLoops;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.delivery.subscribe.SubscribeService;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.push.PushIfUndelivered;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.streams.publish.PublishService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Tests replay joined to live publications with everything real but the network, for any broker:
 * publishers, and clients that come, leave, stall, break and resume at random. No client's record
 * has an unreported gap, a duplicate or a reordering from its first position to the head.
 */
public abstract class ReplayJoinContract {

  private static final int CHANNELS = 8;
  private static final int PARTITIONED = 7;
  private static final int PARTITIONS = 4;
  private static final int CHUNK = 20;
  private static final long SEED = 20_260_101;

  /** The amount of work. */
  public record Size(int publishers, int publicationsEach, int followers) {}

  protected abstract Size size();

  /** Returns whether the broker keeps so little that clients lose publications. */
  protected abstract boolean losesPublications();

  /** Opens the broker, which keeps all publications of the test unless it is to lose some. */
  protected abstract Broker open(PublicationListener listener);

  /** How many writes are to throw an {@link Error} on their event loops; counted down. */
  protected final AtomicInteger errors = new AtomicInteger();

  private final Caller caller =
      new Caller(
          new TenantId("stress"),
          "someone",
          Set.of(),
          Instant.EPOCH,
          Instant.now().plusSeconds(3600),
          Map.of(),
          "token");

  private final PolicyResolver everything =
      new PolicyResolver() {
        @Override
        public boolean authorize(
            String tenant, String channel, String userId, Set<String> roles, Action action) {
          return true;
        }

        @Override
        public int partitions(String tenant, String channel) {
          return channel.equals(channel(PARTITIONED)) ? PARTITIONS : 1;
        }
      };

  private final RateLimiter unlimited = new Unlimited();

  /** How often a publisher continued because a client had come or left. */
  private final AtomicInteger paced = new AtomicInteger();

  private static String channel(int number) {
    return "stress." + number;
  }

  @Test
  public void everyRecordIsGaplessOrderedAndFreeOfDuplicates() throws Exception {
    long began = System.nanoTime();
    Size size = size();
    ExecutorService patterns = Executors.newFixedThreadPool(2);
    Hub hub = new Hub(patterns);
    BackgroundLoops loops = new BackgroundLoops(Ticker.system());
    EventLoops eventLoops = new EventLoops(3, loops, null);
    ExecutorService replays = Executors.newFixedThreadPool(4);
    ExecutorService closers = Executors.newFixedThreadPool(2);
    ExecutorService network = Executors.newFixedThreadPool(2);
    ExecutorService clients = Executors.newCachedThreadPool();
    try (Broker broker = open(hub)) {
      Policy policy = new Policy(everything);
      PresenceStore presence = new LocalPresenceStore(tenant -> 100, Ticker.system(), hub, replays);
      PublishService publish =
          new PublishService(policy, unlimited, broker, Ticker.system(), RealtimeListener.NONE);
      Sessions sessions =
          new Sessions(
              Ticker.system(),
              WallClock.system(),
              RealtimeListener.NONE,
              MemoryBudgets.unlimited());
      eventLoops.onError(sessions::onEventLoopError);
      TestTenantSettings tenants =
          new TestTenantSettings()
              .all(
                  all ->
                      all.maxConnections(size.followers() * 20)
                          .maxConnectionsPerUser(size.followers() * 20)
                          .maxChannels(100)
                          .outboxBytes(64 * 1024));
      // leases are released a little after a connection has closed
      ConnectionLimiter limits = new LocalConnectionLimiter("node", tenants);
      SessionContext context =
          new SessionContext(
              new SessionSettings(
                  Duration.ofSeconds(20),
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(30),
                  Duration.ofSeconds(30)),
              MemoryBudgets.unlimited(),
              tenants,
              token -> new Authenticator.Authenticated(caller),
              publish,
              new UndeliveredPushService(
                  new PushIfUndelivered(
                      new PushProviders(List.of()),
                      new TestNode.FakePendingPushes(),
                      WallClock.system()),
                  RealtimeListener.NONE),
              new SubscribeService(
                  policy,
                  unlimited,
                  broker,
                  presence,
                  hub,
                  replays,
                  replays,
                  tenants,
                  16 * 1024,
                  Ticker.system(),
                  RealtimeListener.NONE),
              new PresenceService(policy, unlimited, presence, tenants, RealtimeListener.NONE),
              limits,
              new Unlimited(),
              sessions,
              Ticker.system(),
              WallClock.system(),
              eventLoops,
              Runnable::run,
              closers,
              RealtimeListener.NONE);
      List<ResumingClient> followers = new ArrayList<>();
      for (int f = 0; f < size.followers(); f++) {
        String target = f % 20 == 0 ? "stress.*" : channel(f % CHANNELS);
        followers.add(new ResumingClient(target, f % 3 == 0, SEED + f, network, errors));
      }

      int errorsBefore = errors.get();
      Semaphore rounds = new Semaphore(0);
      AtomicInteger publishersLeft = new AtomicInteger(size.publishers());
      List<Future<?>> running = new ArrayList<>();
      for (ResumingClient follower : followers) {
        running.add(
            clients.submit(
                () -> {
                  follower.follow(
                      context, caller, () -> publishersLeft.get() == 0, rounds::release);
                  return null;
                }));
      }
      for (int p = 0; p < size.publishers(); p++) {
        int publisher = p;
        running.add(
            clients.submit(
                () -> {
                  try {
                    publishAll(publish, publisher, size.publicationsEach(), rounds);
                  } finally {
                    publishersLeft.decrementAndGet();
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get(120, TimeUnit.SECONDS);
      }
      Map<String, Long> heads = heads(broker);
      assertEquals(
          (long) size.publishers() * size.publicationsEach(),
          heads.values().stream().mapToLong(Long::longValue).sum());
      List<Future<?>> ending = new ArrayList<>();
      for (ResumingClient follower : followers) {
        ending.add(
            clients.submit(
                () -> {
                  follower.catchUp(context, caller, heads);
                  return null;
                }));
      }
      for (Future<?> each : ending) {
        each.get(120, TimeUnit.SECONDS);
      }

      long deliveries = 0;
      long joins = 0;
      long resumes = 0;
      long lost = 0;
      long slow = 0;
      for (ResumingClient follower : followers) {
        assertNull(follower.violation(), () -> follower.violation() + " (seed " + SEED + ")");
        assertEquals(follower.passed(), follower.received() + follower.lost());
        deliveries += follower.received();
        joins += follower.joins();
        resumes += follower.resumes();
        lost += follower.lost();
        slow += follower.slow();
      }
      assertEquals(errorsBefore - errors.get(), loops.condition(EventLoop.NAME).restarts());
      assertEquals(0, errors.get(), "Errors that were not thrown");
      assertTrue(paced.get() > 0, "followers came and left while there were publications");
      assertEquals(losesPublications(), lost > 0, "lost and told: " + lost);
      for (ExecutorService each : List.of(closers, patterns)) { // a match keeps its topic open
        each.shutdown();
        assertTrue(each.awaitTermination(20, TimeUnit.SECONDS));
      }
      assertEquals(0, sessions.size(), "sessions left behind");
      assertEquals(
          List.of(), hub.channels(caller.tenant(), ChannelPattern.parse("*")), "topics left");
      for (int i = 0; i < size.followers() * 20; i++) {
        assertNotNull(
            limits.tryAcquire(caller.tenant(), caller.subject()), "a place was not given back");
      }
      System.out.printf(
          "%s: %d publications, %d deliveries, %d joins, %d resumes, %d slow, %d lost and told,"
              + " %.1f s%n",
          getClass().getSimpleName(),
          size.publishers() * size.publicationsEach(),
          deliveries,
          joins,
          resumes,
          slow,
          lost,
          (System.nanoTime() - began) / 1e9);
    } finally {
      eventLoops.close();
      for (ExecutorService each : List.of(clients, network, replays, closers, patterns)) {
        each.shutdownNow();
      }
    }
  }

  private void publishAll(PublishService publish, int publisher, int count, Semaphore rounds)
      throws Exception {
    for (int i = 0; i < count; i++) {
      if (i % CHUNK == 0) {
        if (rounds.tryAcquire(10, TimeUnit.MILLISECONDS)) {
          paced.incrementAndGet();
        }
      }
      int number = (publisher + i) % CHANNELS;
      PublishRequest request =
          new PublishRequest(
              new ChannelName(channel(number)),
              null,
              "key-" + publisher + "-" + i,
              Message.of("\"" + channel(number) + " from " + publisher + "\""));
      PublishOutcome outcome =
          publish
              .publish(caller, List.of(request))
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS)
              .get(0);
      assertTrue(outcome instanceof PublishOutcome.Published, outcome::toString);
    }
  }

  private Map<String, Long> heads(Broker broker) {
    Map<String, Long> heads = new HashMap<>();
    for (int c = 0; c < CHANNELS; c++) {
      TenantChannel channel = new TenantChannel(caller.tenant(), new ChannelName(channel(c)));
      for (StreamState state : broker.states(channel, c == PARTITIONED ? PARTITIONS : 1)) {
        heads.put(channel(c) + "/" + state.partition(), state.head());
      }
    }
    return heads;
  }
}
