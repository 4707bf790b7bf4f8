package io.broadcasty.admin.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.admin.events.AdminEvent.Audited;
import io.broadcasty.admin.events.AdminEvent.ChannelChanged;
import io.broadcasty.admin.events.AdminEvent.Connections;
import io.broadcasty.admin.events.AdminEvent.Missed;
import io.broadcasty.admin.events.AdminEvent.NodeChanged;
import io.broadcasty.admin.events.AdminEvent.ServiceChanged;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.cluster.question.TestQuestions;
import io.broadcasty.cluster.question.memory.MemoryAnswerStore;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests two nodes that share a store, without their threads. */
class EventFeedTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId BETA = new TenantId("beta");

  private final ManualTime time = new ManualTime();
  private final MemoryControlTopic topic = new MemoryControlTopic();
  private final MemoryAnswerStore answers = new MemoryAnswerStore();
  private final List<String> nodes = new ArrayList<>(List.of("n1", "n2"));
  private final Map<String, String> services = new HashMap<>(Map.of("relay:pusher", "closed"));
  private final List<AuditEntry> written = new ArrayList<>();
  private boolean auditFails;
  private final EventFeed feed = node("n1");
  private final EventFeed other = node("n2");
  private final RecordingReader acme = new RecordingReader(ACME);
  private final RecordingReader operator = new RecordingReader(null);

  private EventFeed node(String name) {
    NodeQuestions questions = TestQuestions.ofNode(name, topic, answers, nodes, time);
    return new EventFeed(
        name,
        questions,
        () -> new EventFeed.State(name.equals("n1") ? 0 : 5, Map.copyOf(services)),
        new Connected(),
        (filter, before, limit) -> entries(filter, limit),
        time,
        time);
  }

  private List<AuditEntry> entries(AuditFilter filter, int limit) {
    if (auditFails) {
      throw new AuditStoreException("away", new IllegalStateException());
    }
    List<AuditEntry> found = new ArrayList<>(written);
    found.removeIf(
        entry ->
            (filter.tenant() != null && !entry.tenant().equals(filter.tenant()))
                || entry.timeMillis() < filter.fromMillis());
    Collections.reverse(found);
    return found.subList(0, Math.min(limit, found.size()));
  }

  /** Each tenant has as many connections as its name has letters. */
  private static final class Connected implements ConnectionLimiter {
    @Override
    public @Nullable Permit tryAcquire(TenantId tenant, String subject) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasCapacity(TenantId tenant, String subject) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Integer> connections(TenantId tenant) {
      return Map.of("n2", tenant.value().length());
    }
  }

  private static TenantChannel channel(TenantId tenant, String name) {
    return new TenantChannel(tenant, new ChannelName(name));
  }

  private AuditEntry entry(String tenant) {
    AuditEntry entry =
        new AuditEntry(
            written.size() + 1,
            tenant,
            "key.create",
            "done",
            tenant,
            "ada",
            null,
            null,
            null,
            null,
            time.nowMillis(),
            0,
            null);
    written.add(entry);
    return entry;
  }

  private void open() {
    assertTrue(feed.add(acme));
    assertTrue(feed.add(operator));
    round();
    acme.take();
    operator.take();
  }

  private void round() {
    time.advance(Duration.ofSeconds(1));
    assertTrue(feed.runRound());
  }

  @Test
  void readersAreToldOfChannelsOnAllNodesThatTheyMaySee() {
    open();
    other.listener().onOccupied(new ChannelEvent.Occupied(channel(ACME, "a")));
    feed.listener().onVacated(new ChannelEvent.Vacated(channel(BETA, "b")));
    round();
    ChannelChanged occupied = new ChannelChanged(channel(ACME, "a"), true);
    ChannelChanged vacated = new ChannelChanged(channel(BETA, "b"), false);
    assertEquals(List.of(occupied), acme.take());
    assertEquals(List.of(vacated, occupied), operator.take());
    round();
    assertEquals(List.of(), acme.take());
    assertEquals(List.of(), operator.take());
  }

  @Test
  void onlyEventsOfTenantsWithReadersAreAskedFor() {
    assertTrue(feed.add(acme));
    round();
    acme.take();
    other.listener().onOccupied(new ChannelEvent.Occupied(channel(BETA, "b")));
    other.listener().onOccupied(new ChannelEvent.Occupied(channel(ACME, "a")));
    round();
    assertEquals(List.of(new ChannelChanged(channel(ACME, "a"), true)), acme.take());
  }

  @Test
  void whoeverEndsTheStreamsOfACallerEndsItsReadersToo() {
    open();
    feed.onMessage(new ControlMessage.Disconnect(BETA, null, null, null, "disconnected"));
    feed.onMessage(new ControlMessage.Disconnect(ACME, "bob", null, null, "disconnected"));
    feed.onMessage(new ControlMessage.Disconnect(null, "ann", "t2", null, "disconnected"));
    feed.onMessage(new ControlMessage.Disconnect(null, null, null, "k1", "disconnected"));
    assertEquals(List.of(), acme.disconnected);
    assertEquals(List.of(), operator.disconnected);
    feed.onMessage(new ControlMessage.Disconnect(ACME, "ann", null, null, "unauthorized"));
    feed.onMessage(new ControlMessage.Disconnect(null, null, "t1", null, "draining"));
    assertEquals(List.of("unauthorized", "draining"), acme.disconnected);
    assertEquals(List.of("draining"), operator.disconnected);
  }

  @Test
  void readersAreToldOfNodesThatComeAndGo() {
    open();
    nodes.add("n3");
    round();
    assertEquals(List.of(new NodeChanged("n3", true)), acme.take());
    operator.take();
    nodes.removeAll(List.of("n2", "n3"));
    round();
    assertEquals(
        Set.of(new NodeChanged("n2", false), new NodeChanged("n3", false)),
        Set.copyOf(operator.take()));
  }

  @Test
  void operatorsAreToldOfServicesThatFail() {
    open();
    services.put("relay:pusher", "open");
    round();
    assertEquals(
        List.of(
            new ServiceChanged("n1", "relay:pusher", "open"),
            new ServiceChanged("n2", "relay:pusher", "open")),
        operator.take());
    assertEquals(List.of(), acme.take());
  }

  @Test
  void connectionsAreToldAtIntervals() {
    assertTrue(feed.add(acme));
    assertTrue(feed.add(operator));
    for (int i = 0; i <= EventFeed.CONNECTIONS_EVERY; i++) {
      round();
    }
    Connections ofTenant = new Connections(ACME, Map.of("n2", 4));
    Connections ofAll = new Connections(null, Map.of("n2", 5));
    assertEquals(List.of(ofTenant, ofTenant), acme.take());
    assertEquals(List.of(ofAll, ofAll), operator.take());
  }

  @Test
  void entriesOfTheAuditLogAreToldOnce() {
    var unused = entry("acme");
    open();
    AuditEntry ofAcme = entry("acme");
    AuditEntry ofService = entry("");
    round();
    assertEquals(List.of(new Audited(ofAcme)), acme.take());
    assertEquals(List.of(new Audited(ofAcme), new Audited(ofService)), operator.take());
    round();
    assertEquals(List.of(), operator.take());
    auditFails = true;
    AuditEntry later = entry("acme");
    round();
    assertEquals(List.of(), operator.take());
    auditFails = false;
    round();
    assertEquals(List.of(new Audited(later)), withoutCounts(operator.take()));
  }

  private static List<AdminEvent> withoutCounts(List<AdminEvent> events) {
    return events.stream().filter(event -> !(event instanceof Connections)).toList();
  }

  @Test
  void moreEntriesThanAreReadAreMissed() {
    open();
    for (int i = 0; i < AuditTail.PAGE; i++) {
      var unused = entry("acme");
    }
    round();
    List<AdminEvent> told = acme.take();
    assertEquals(AuditTail.PAGE + 1, told.size());
    assertEquals(new Missed(), told.get(AuditTail.PAGE));
  }

  @Test
  void readersAreLimitedAndRemoved() {
    for (int i = 0; i < EventFeed.MAX_READERS_OF_TENANT; i++) {
      assertTrue(feed.add(new RecordingReader(ACME)));
    }
    assertFalse(feed.add(new RecordingReader(ACME)));
    assertTrue(feed.add(operator));
    for (int i = feed.size(); i < EventFeed.MAX_READERS; i++) {
      assertTrue(feed.add(new RecordingReader(new TenantId("t" + i))));
    }
    assertFalse(feed.add(new RecordingReader(BETA)));
    feed.remove(operator);
    assertTrue(feed.add(new RecordingReader(BETA)));
    round();
    assertEquals(List.of(), operator.take());
  }

  @Test
  void nothingIsAskedWithoutReadersAndWhatHappenedThenIsNoNews() {
    long begin = time.readNanos();
    nodes.add("silent"); // which would be waited for
    round();
    assertEquals(Duration.ofSeconds(1).toNanos(), time.readNanos() - begin);
    feed.listener().onOccupied(new ChannelEvent.Occupied(channel(ACME, "a")));
    assertTrue(feed.add(acme));
    round();
    assertEquals(List.of(), withoutCounts(acme.take()));
  }

  @Test
  void theEndOfTheNodeEndsReaders() {
    open();
    feed.close();
    assertTrue(acme.ended && operator.ended);
    assertFalse(feed.add(new RecordingReader(ACME)));
    assertTrue(Objects.equals(acme.tenant(), ACME));
  }
}
