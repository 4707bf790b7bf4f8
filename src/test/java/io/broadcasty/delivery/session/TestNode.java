package io.broadcasty.delivery.session;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.LocalConnectionLimiter;
import io.broadcasty.core.ratelimit.LocalRateLimiter;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.RateLimits;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.delivery.subscribe.SubscribeService;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.protocol.json.NativeProtocol;
import io.broadcasty.push.PushIfUndelivered;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.PendingPush;
import io.broadcasty.push.queue.PendingPushes;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.PublishReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A node whose tasks and clock a test drives by hand. */
public final class TestNode {

  public static final TenantId ACME = new TenantId("acme");
  public static final NativeProtocol PROTOCOL =
      new NativeProtocol(new CommandReader(new PublishReader()));
  public static final int PLACES = 2;
  public static final int MEMBERS = 5;
  public static final int MEMBER_BYTES = 100;
  private static final Duration SECOND = Duration.ofSeconds(1);
  public static final int OUTBOX_BYTES = 20_000;

  public final ManualTime time = new ManualTime();
  public final MemoryBudgets memory;
  public final Hub hub = new Hub(Runnable::run);
  public final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final Executor eventLoop = tasks::add;
  public final Map<String, Authenticator.Verdict> tokens = new HashMap<>();
  public final SlowBroker broker;
  public final PublishService publish;
  public final RecordingListener listener = new RecordingListener();
  public final Sessions sessions;
  public final TestTenantSettings tenants =
      new TestTenantSettings()
          .all(
              all ->
                  all.maxConnections(100)
                      .maxConnectionsPerUser(PLACES)
                      .maxChannels(50)
                      .outboxBytes(OUTBOX_BYTES)
                      .maxMembers(MEMBERS)
                      .maxMemberBytes(MEMBER_BYTES));
  public final LocalPresenceStore presence =
      new LocalPresenceStore(
          tenant -> tenants.of(tenant).presence().maxMembers(), time, hub, tasks::add);
  public final ConnectionLimiter limits = new LocalConnectionLimiter("node", tenants);
  public final SessionContext context;
  public final FakePendingPushes pushes = new FakePendingPushes();
  public long permits = Long.MAX_VALUE;
  public final RateLimiter rates =
      new LocalRateLimiter(new RateLimits(true, new Rate(1, 1), tenants), time);

  /** Creates a node without push. */
  public TestNode() {
    this(List.of());
  }

  public TestNode(List<PushProvider> services) {
    this(services, MemoryBudgets.unlimited());
  }

  public TestNode(List<PushProvider> services, MemoryBudgets memory) {
    this.memory = memory;
    sessions = new Sessions(time, time, listener, memory);
    broker =
        new SlowBroker(
            new MemoryBroker(
                new Retention(Duration.ofHours(1), 100_000, Long.MAX_VALUE),
                Duration.ofMinutes(10),
                1000,
                time,
                time,
                hub));
    PolicyResolver resolver =
        new PolicyResolver() {
          @Override
          public boolean authorize(
              String tenant, String channel, String userId, Set<String> roles, Action action) {
            boolean restricted =
                channel.contains("secret")
                    || (channel.contains("hidden") && action == Action.PRESENCE)
                    || (channel.contains("quiet") && action == Action.PUBLISH);
            return !restricted || roles.contains("secrets");
          }

          @Override
          public int partitions(String tenant, String channel) {
            return channel.startsWith("wide") ? 3 : 1;
          }
        };
    RateLimiter limiter =
        new RateLimiter() {
          @Override
          public Verdict tryAcquire(RateKey key, long wanted) {
            if (key.scope() == Scope.TENANT) {
              return rates.tryAcquire(key, wanted);
            }
            boolean granted = permits > 0;
            permits -= granted ? wanted : 0;
            return new Verdict(granted, key.scope(), 10, permits, Duration.ofSeconds(3));
          }

          @Override
          public boolean isEnabled() {
            return permits < Long.MAX_VALUE / 2;
          }
        };
    Policy policy = new Policy(resolver);
    publish = new PublishService(policy, limiter, broker, time, listener);
    context =
        new SessionContext(
            new SessionSettings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(40)),
            memory,
            tenants,
            new ObservedAuthenticator(
                token ->
                    tokens.getOrDefault(token, new Authenticator.Refused("it is not known", false)),
                listener),
            publish,
            new UndeliveredPushService(
                new PushIfUndelivered(new PushProviders(services), pushes, time), listener),
            new SubscribeService(
                policy,
                limiter,
                broker,
                presence,
                hub,
                tasks::add,
                tasks::add,
                tenants,
                2_000,
                memory.of(MemoryArea.SUBSCRIPTIONS),
                time,
                listener),
            new PresenceService(policy, limiter, presence, tenants, listener),
            limits,
            rates,
            sessions,
            time,
            time,
            () -> eventLoop,
            tasks::add,
            tasks::add,
            listener);
  }

  public Caller caller(String subject, Duration lives, String... roles) {
    Instant now = time.now();
    return new Caller(ACME, subject, Set.of(roles), now, now.plus(lives), Map.of(), "token");
  }

  public Caller ann() {
    return caller("ann", Duration.ofHours(1));
  }

  public void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Advances the clock second by second, and sweeps each time. */
  public void advance(Duration by) {
    for (Duration left = by; left.compareTo(Duration.ZERO) > 0; left = left.minusSeconds(1)) {
      pause(left.compareTo(SECOND) < 0 ? left : SECOND);
    }
  }

  /** Advances the clock without running anything, as if the machine had been paused. */
  public void pause(Duration by) {
    time.advance(by);
    sessions.sweep();
    run();
  }

  public void publish(String channel, String payload) {
    publish
        .publish(
            ann(),
            List.of(new PublishRequest(new ChannelName(channel), null, null, Message.of(payload))))
        .toCompletableFuture()
        .join();
    run();
  }

  /** Publishes a request of Ann's. */
  public void publish(PublishRequest request) {
    publish.publish(ann(), List.of(request)).toCompletableFuture().join();
    run();
  }

  public boolean isQuiet() {
    return sessions.size() == 0 && hub.channels(ACME, ChannelPattern.parse("*")).isEmpty();
  }

  public Client connect() {
    return new Client();
  }

  /** A WebSocket client. */
  public final class Client extends FakeTransport {
    public final MessageSession session =
        PROTOCOL.accept(FakeStreamRequest.of()).open(context, this);

    public Client authenticate(Caller caller) {
      session.open(caller);
      run();
      return this;
    }

    /** Sends a frame and returns the messages that came back. */
    public List<Map<String, Object>> send(String text) {
      session.onText(text);
      run();
      return take();
    }

    public Map<String, Object> request(String text) {
      List<Map<String, Object>> answers = send(text);
      if (answers.size() != 1) {
        throw new AssertionError("one answer was due, not " + answers);
      }
      return answers.get(0);
    }
  }

  /** A store of pushes for undelivered users that can be made unavailable, or to refuse data. */
  public static final class FakePendingPushes implements PendingPushes {
    public final List<PendingPush> kept = new ArrayList<>();
    public boolean unavailable;
    public boolean rejecting;

    @Override
    public void add(PendingPush push) {
      if (rejecting) {
        throw PushStoreException.rejected("refused", new IllegalStateException());
      }
      if (unavailable) {
        throw new PushStoreException("away", new IllegalStateException());
      }
      kept.add(push);
    }

    @Override
    public List<PendingPush> oldest(int limit) {
      return kept;
    }

    @Override
    public void addReceipts(PendingPush push, Collection<String> users) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> receipts(PendingPush push) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void remove(PendingPush push) {
      throw new UnsupportedOperationException();
    }
  }

  /** The client's end of a connection. */
  public static class FakeTransport implements Transport {
    public final List<EncodedFrame> frames = new ArrayList<>();
    public final ArrayDeque<Done> unread = new ArrayDeque<>();
    public final List<String> closed = new ArrayList<>();
    public boolean reading = true;
    public boolean broken;
    public boolean noticesDisconnects;
    public int heartbeats;
    public @Nullable String address;

    @Override
    public @Nullable String clientAddress() {
      return address;
    }

    @Override
    public void write(List<EncodedFrame> batch, Done done) {
      for (EncodedFrame frame : batch) {
        if (frame.kind() == EncodedFrame.Kind.HEARTBEAT) {
          heartbeats++;
        } else {
          frames.add(frame);
        }
      }
      if (broken) {
        done.accept(new IOException("scripted: the client has left"));
      } else if (reading) {
        done.accept(null);
      } else {
        unread.add(done);
      }
    }

    @Override
    public boolean noticesDisconnects() {
      return noticesDisconnects;
    }

    @Override
    public void close(Problem problem) {
      closed.add(problem.code().wireName() + " " + problem.code().closeCode());
    }

    public List<Map<String, Object>> take() {
      List<Map<String, Object>> taken =
          frames.stream().map(f -> JsonTree.object(f.text())).toList();
      frames.clear();
      return taken;
    }

    /** Returns the sequences of the publications, in order of arrival. */
    public List<Long> sequences() {
      return frames.stream()
          .filter(f -> f.text().startsWith("{"))
          .map(f -> JsonTree.object(f.text()))
          .filter(f -> f.containsKey("payload"))
          .map(f -> JsonTree.number(f, "sequence"))
          .toList();
    }
  }

  /** A broker that answers publishes when the test lets it. */
  public static final class SlowBroker extends ForwardingBroker {
    public final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    public boolean slow;
    public boolean queueing;
    public @Nullable RuntimeException fault;

    public SlowBroker(Broker inner) {
      super(inner);
    }

    @Override
    public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
      if (fault != null) {
        throw fault;
      }
      if (queueing) {
        return CompletableFuture.completedFuture(
            Collections.nCopies(envelopes.size(), new AppendOutcome.Queued()));
      }
      if (!slow) {
        return super.publish(envelopes);
      }
      CompletableFuture<List<AppendOutcome>> later = new CompletableFuture<>();
      waiting.add(() -> super.publish(envelopes).thenAccept(later::complete));
      return later;
    }
  }
}
