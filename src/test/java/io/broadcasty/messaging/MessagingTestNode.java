package io.broadcasty.messaging;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.Unlimited;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.streams.broker.TestPublications;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import io.broadcasty.streams.publish.PublishService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A node with streams in memory, as far as connectors need one. */
public final class MessagingTestNode {

  public static final TenantId ACME = new TenantId("acme");

  public final BackgroundLoops loops = new BackgroundLoops(Ticker.system());
  public final AtomicBoolean suspended = new AtomicBoolean();
  public final MemoryBroker streams =
      new MemoryBroker(
          new Retention(Duration.ofHours(1), 1_000_000, 1L << 30),
          Duration.ofMinutes(10),
          1_000_000,
          Ticker.system(),
          WallClock.system(),
          new RecordingPublicationListener());

  /** Returns the settings of a connector to channels {@code orders.…}. */
  public static ConnectorSettings connector(String channel) {
    return new ConnectorSettings(
        "orders",
        ACME,
        new ConnectorSettings.Connection("jms/factory", null, null, "jms/orders"),
        new ConnectorSettings.In(
            new ChannelTemplate(channel, List.of(ChannelPattern.parse("orders.*"))),
            Set.of("publisher"),
            "jms/dead",
            null));
  }

  /** Starts a connector that publishes to these streams. */
  public QueueReader start(MessageQueue.Opener opener, Policy policy, Broker broker) {
    ConnectorSettings settings = connector("orders.{region}");
    return new QueueReader(
        settings.id(),
        opener,
        new MessagePublisher(
            new PublishService(
                policy, new Unlimited(), broker, Ticker.system(), RealtimeListener.NONE),
            new TestTenantSettings(),
            WallClock.system(),
            settings,
            (ConnectorSettings.In) settings.flow()),
        suspended::get,
        loops);
  }

  /** Returns what was published to a channel, in its order. */
  public List<Publication> published(String channel) {
    TenantChannel name = TestPublications.channel(channel);
    List<Publication> all = new ArrayList<>();
    long after = StreamState.FROM_OLDEST;
    while (true) {
      List<Publication> page =
          streams.replay(new ReplayRequest(name, 0, null, after, 1000, 1L << 20)).publications();
      if (page.isEmpty()) {
        return all;
      }
      all.addAll(page);
      after = page.get(page.size() - 1).position().sequence();
    }
  }

  /** Returns the payloads of what was published to a channel, in its order. */
  public List<String> payloads(String channel) {
    return published(channel).stream().map(each -> each.envelope().message().payload()).toList();
  }
}
