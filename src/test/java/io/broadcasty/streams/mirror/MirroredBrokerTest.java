package io.broadcasty.streams.mirror;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.fill;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.rbac.RetentionLimits;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.broker.Archive.SequenceRange;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.MemoryArchive;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests streams of 10 publications a channel, and an archive that fails. */
class MirroredBrokerTest {

  private static final TenantChannel ORDERS = channel("orders.new");
  private static final Retention TEN = new Retention(Duration.ofHours(1), 10, 1L << 30);
  private static final LeaderLock MINE = Runnable::run;

  private final ManualTime time = new ManualTime();
  private final MemoryArchive kept = new MemoryArchive(time, Duration.ofDays(30));
  private final ScriptedArchive archive = new ScriptedArchive(kept);
  private final Broker streams = streams();
  private final MirrorNode node = node(streams, MINE);

  private Broker streams() {
    return new MemoryBroker(
        TEN, Duration.ofMinutes(10), 10_000, time, time, new RecordingPublicationListener());
  }

  private MirrorNode node(Broker of, LeaderLock leaderLock) {
    return new MirrorNode(of, archive, time, leaderLock, "orders.*", "private-audit.*");
  }

  private static ReplayPage page(
      Broker broker, @Nullable String epoch, long after, int maxCount, long maxBytes) {
    return broker.replay(new ReplayRequest(ORDERS, 0, epoch, after, maxCount, maxBytes));
  }

  private static List<Long> upTo(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private String epoch() {
    return streams.states(ORDERS, 1).get(0).epoch();
  }

  private List<SequenceRange> ranges() {
    return kept.ranges(ORDERS, epoch()).getOrDefault(0, List.of());
  }

  /** Reads pages like a client, from the first sequence on, up to the head or the first loss. */
  private List<Long> all(Broker broker, int maxCount) {
    List<Long> all = new ArrayList<>();
    ReplayPage page;
    long after = 0;
    do {
      page = page(broker, null, after, maxCount, 1 << 20);
      assertNull(page.lost());
      all.addAll(sequences(page.publications()));
      after = all.get(all.size() - 1);
    } while (after < page.state().head());
    return all;
  }

  private void publishAndCopy(int count) {
    for (int left = count; left > 0; left -= 10) {
      fill(node.broker, ORDERS, 0, Math.min(10, left));
      node.copier.runRound();
    }
  }

  @Test
  void servesTheWholeStreamBeyondItsOwnRetention() {
    publishAndCopy(57);
    assertEquals(List.of(new SequenceRange(1, 57)), ranges());
    assertEquals(upTo(1, 57), all(node.broker, 7));
    assertEquals(upTo(1, 57), all(node.broker, 1000));
    assertEquals(
        upTo(21, 25), sequences(page(node.broker, epoch(), 20, 5, 1 << 20).publications()));
    assertEquals(new StreamState(epoch(), 0, 1, 57), node.broker.states(ORDERS, 1).get(0));
    ReplayPage oldest = page(node.broker, null, StreamState.FROM_OLDEST, 3, 1 << 20);
    assertEquals(new StreamState(epoch(), 0, 1, 57), oldest.state());
    assertEquals(upTo(1, 3), sequences(oldest.publications()));
    assertNull(oldest.lost());
  }

  @Test
  void aPublicationThatTheArchiveRefusesIsMissedAndStopsNoOther() {
    archive.refused = 7;
    try (LogCapture log = new LogCapture(ArchiveCopier.class)) {
      fill(node.broker, ORDERS, 0, 10);
      fill(node.broker, channel("orders.b"), 0, 3);
      node.copier.runRound();
      assertTrue(log.text().contains("refuses"), log.text());
    }
    assertEquals(List.of(new SequenceRange(1, 6), new SequenceRange(8, 10)), ranges());
    assertEquals(
        List.of(new SequenceRange(1, 3)), kept.ranges(channel("orders.b"), epoch()).get(0));
    assertEquals(1, node.broker.missed());
    assertEquals(0, node.copier.marked());
  }

  @Test
  void aPageIsBoundedByCountAndBytesAndMayBeOfTheStateAlone() {
    publishAndCopy(30);
    int cost = plain(ORDERS, 0, "1").costBytes();
    assertEquals(upTo(1, 1), sequences(page(node.broker, null, 0, 100, 1).publications()));
    assertEquals(upTo(1, 3), sequences(page(node.broker, null, 0, 100, 3L * cost).publications()));
    ReplayPage state = page(node.broker, null, 0, 0, 1 << 20);
    assertEquals(List.of(), state.publications());
    assertEquals(1, state.state().first());
    assertNull(state.lost());
  }

  @Test
  void copiesOnlyMatchingChannels() {
    TenantChannel other = channel("invoices");
    TenantChannel hidden = channel("private-orders.x");
    for (TenantChannel each : List.of(other, hidden)) {
      fill(node.broker, each, 0, 20);
    }
    fill(node.broker, channel("private-audit.a"), 3, 2);
    node.copier.runRound();
    String epoch = epoch();
    assertTrue(kept.ranges(other, epoch).isEmpty());
    assertTrue(kept.ranges(hidden, epoch).isEmpty());
    assertEquals(
        List.of(new SequenceRange(1, 2)), kept.ranges(channel("private-audit.a"), epoch).get(3));
    int calls = archive.calls;
    assertEquals(
        11, node.broker.states(other, 1).get(0).first(), "as without a mirror: not asked for");
    assertEquals(calls, archive.calls);
  }

  @Test
  void theArchiveIsNotReadWhenTheStreamSuffices() {
    publishAndCopy(30);
    int calls = archive.calls;
    page(node.broker, epoch(), 25, 100, 1 << 20);
    page(node.broker, epoch(), 30, 100, 1 << 20);
    page(node.broker, epoch(), 31, 100, 1 << 20);
    assertEquals(calls, archive.calls);
  }

  @Test
  void publishingIsUnaffectedByAnOutageOfTheArchive() {
    archive.unreachable = true;
    fill(node.broker, ORDERS, 0, 5);
    node.copier.runRound();
    assertEquals(6, appended(node.broker, plain(ORDERS, 0, "6")).position().sequence());
    assertEquals(upTo(1, 6), all(node.broker, 100));
  }

  @Test
  void catchesUpAfterAnOutageOfTheArchiveAndLogsItOnce() {
    try (LogCapture log = new LogCapture(CircuitBreakingArchive.class);
        LogCapture missed = new LogCapture(ArchiveCopier.class)) {
      archive.unreachable = true;
      for (int i = 0; i < 50; i++) {
        if (i < 10) {
          appended(node.broker, plain(ORDERS, 0, "" + i));
        }
        time.advance(Duration.ofMillis(100));
        node.copier.runRound();
      }
      assertTrue(archive.calls < 10, "it is left alone: " + archive.calls);
      assertEquals(List.of(), ranges());
      assertEquals(1, node.broker.waitingChannels());
      archive.unreachable = false;
      time.advance(Duration.ofSeconds(16));
      node.copier.runRound();
      assertEquals(List.of(new SequenceRange(1, 10)), ranges());
      assertEquals(0, node.broker.waitingChannels());
      assertEquals(2, log.text().lines().count(), log.text());
      assertTrue(log.text().contains("broadcasty.db.url"), log.text());
      assertEquals("", missed.text());
    }
  }

  @Test
  void erasesMessagesFromTheStreamsAndTheArchive() {
    publishAndCopy(30);
    String epoch = node.broker.states(ORDERS, 1).get(0).epoch();
    StreamKey stream = new StreamKey(ORDERS, 0, epoch);
    Set<Long> erased = Set.of(1L, 2L, 29L);
    archive.unreachable = true;
    assertThrows(BrokerException.class, () -> node.broker.erase(stream, erased));
    archive.unreachable = false;
    time.advance(Duration.ofSeconds(16));
    assertEquals(3, node.broker.erase(stream, erased));
    assertEquals(upTo(1, 30), all(node.broker, 10));
    List<Publication> kept = new ArrayList<>(this.kept.read(stream, 0, 30, 30));
    assertEquals(30, kept.size());
    kept.addAll(page(node.broker, null, StreamState.FROM_OLDEST, 100, 1 << 20).publications());
    for (Publication publication : kept) {
      assertEquals(
          erased.contains(publication.position().sequence()),
          publication.envelope().message().isErased());
    }
  }

  @Test
  void replaysWaitForAnUnreachableArchiveAndLiveReadersDoNot() {
    publishAndCopy(30);
    archive.unreachable = true;
    assertThrows(BrokerException.class, () -> page(node.broker, null, 0, 10, 1 << 20));
    assertThrows(
        BrokerException.class, () -> page(node.broker, null, StreamState.FROM_OLDEST, 10, 1 << 20));
    int calls = archive.calls;
    StreamState state = node.broker.states(ORDERS, 1).get(0);
    assertEquals(30, state.head());
    assertNull(state.resume(null, 0).lost(), "nothing is said to be lost that may not be");
    assertEquals(calls, archive.calls, "no caller waits for a timeout again");
    assertEquals(upTo(26, 30), sequences(page(node.broker, null, 25, 10, 1 << 20).publications()));
    archive.unreachable = false;
    time.advance(Duration.ofSeconds(16));
    assertEquals(upTo(1, 30), all(node.broker, 10));
  }

  @Test
  void aGapIsReportedToReadersAndLoggedOnce() {
    publishAndCopy(20);
    archive.unreachable = true;
    try (LogCapture log = new LogCapture(ArchiveCopier.class)) {
      fill(node.broker, ORDERS, 0, 35);
      node.copier.runRound();
      archive.unreachable = false;
      time.advance(Duration.ofSeconds(16));
      node.copier.runRound();
      node.copier.runRound();
      assertEquals(1, log.text().lines().count(), log.text());
      assertTrue(log.text().startsWith("25 publications"), log.text());
      assertEquals(25, node.broker.missed());
    }
    publishAndCopy(15);
    assertEquals(List.of(new SequenceRange(1, 20), new SequenceRange(46, 70)), ranges());

    ReplayPage before = page(node.broker, null, 10, 100, 1 << 20);
    assertEquals(upTo(11, 20), sequences(before.publications()));
    assertNull(before.lost());
    for (long after : new long[] {20, 33, 44}) {
      ReplayPage inside = page(node.broker, epoch(), after, 100, 1 << 20);
      assertEquals(
          new LostPosition(
              LostPosition.Reason.TRIMMED,
              new Position(epoch(), 0, after),
              new Position(epoch(), 0, 45)),
          inside.lost());
      assertEquals(upTo(46, 70), sequences(inside.publications()));
    }
    assertNull(page(node.broker, epoch(), 45, 100, 1 << 20).lost());
  }

  @Test
  void aGapUpToTheStreamsOldestIsReportedToo() {
    publishAndCopy(20);
    fill(node.broker, ORDERS, 0, 30); // without a copy in between
    ReplayPage page = page(node.broker, null, 20, 100, 1 << 20);
    LostPosition lost = assertNotNullLost(page);
    assertEquals(40, lost.resumeFrom().sequence());
    assertEquals(upTo(41, 50), sequences(page.publications()));
  }

  private static LostPosition assertNotNullLost(ReplayPage page) {
    LostPosition lost = page.lost();
    assertNotNull(lost);
    return lost;
  }

  @Test
  void epochsOfAStreamAreNotMixed() {
    publishAndCopy(25);
    String former = epoch();
    Broker restarted = streams();
    MirrorNode after = node(restarted, MINE);
    for (int i = 0; i < 3; i++) {
      fill(after.broker, ORDERS, 0, 10);
      after.copier.runRound();
    }
    String present = restarted.states(ORDERS, 1).get(0).epoch();
    ReplayPage page = page(after.broker, former, 25, 5, 1 << 20);
    assertEquals(
        new LostPosition(
            LostPosition.Reason.EPOCH, new Position(former, 0, 25), new Position(present, 0, 0)),
        page.lost());
    assertEquals(upTo(1, 5), sequences(page.publications()));
    assertTrue(page.publications().stream().allMatch(p -> p.position().epoch().equals(present)));
    assertEquals(upTo(1, 30), all(after.broker, 8));
    assertEquals(List.of(new SequenceRange(1, 25)), kept.ranges(ORDERS, former).get(0));
  }

  @Test
  void aScanFindsPublicationsLeftByAKilledNode() {
    node.copier.runRound();
    fill(node.broker, ORDERS, 0, 5); // then it is killed
    int[] taken = {0};
    MirrorNode other =
        node(
            streams,
            work -> {
              taken[0]++;
              work.run();
            });
    other.copier.runRound();
    assertEquals(List.of(new SequenceRange(1, 5)), ranges(), "at the start");
    fill(node.broker, ORDERS, 0, 3);
    time.advance(Duration.ofSeconds(59));
    other.copier.runRound();
    assertEquals(List.of(new SequenceRange(1, 5)), ranges());
    assertEquals(1, taken[0]);
    time.advance(Duration.ofSeconds(1));
    other.copier.runRound();
    assertEquals(List.of(new SequenceRange(1, 8)), ranges(), "a minute later");
    assertEquals(2, taken[0]);
  }

  @Test
  void aScanAsksForManyChannelsTogether() {
    for (int i = 0; i < 450; i++) {
      appended(node.broker, plain(channel("orders.%03d".formatted(i)), 0, "1"));
    }
    node.copier.runRound();
    int calls = archive.calls;
    time.advance(Duration.ofMinutes(1));
    node.copier.runRound();
    assertTrue(archive.calls - calls < 10, "calls of a scan: " + (archive.calls - calls));
  }

  @Test
  void aChannelThatCannotBeDecodedStopsNoOther() {
    TenantChannel first = channel("orders.a");
    MirrorNode other = node(new UndecodableChannel(streams, first), MINE);
    other.copier.runRound();
    fill(other.broker, first, 0, 3);
    fill(other.broker, ORDERS, 0, 3);
    other.copier.runRound();
    assertEquals(List.of(new SequenceRange(1, 3)), ranges());
    fill(streams, channel("orders.left"), 0, 2); // by a node that was killed
    time.advance(Duration.ofMinutes(1));
    other.copier.runRound();
    assertEquals(
        List.of(new SequenceRange(1, 2)), kept.ranges(channel("orders.left"), epoch()).get(0));
    assertEquals(1, other.broker.waitingChannels(), "it is kept for a node that can decode it");
  }

  /** Streams of which this node cannot decode one, since a newer node has written it. */
  private static final class UndecodableChannel extends ForwardingBroker {
    private final TenantChannel channel;

    UndecodableChannel(Broker streams, TenantChannel channel) {
      super(streams);
      this.channel = channel;
    }

    @Override
    public ReplayPage replay(ReplayRequest request) {
      if (request.channel().equals(channel)) {
        throw BrokerException.undecodable("scripted", new IllegalStateException());
      }
      return super.replay(request);
    }
  }

  @Test
  void onlyTheLeaderScans() {
    MirrorNode other = node(streams, work -> {});
    fill(node.broker, ORDERS, 0, 5);
    other.copier.runRound();
    assertEquals(List.of(), ranges());
  }

  @Test
  void aFailedScanIsRetriedSoon() {
    boolean[] fails = {true};
    MirrorNode other =
        node(
            streams,
            work -> {
              if (fails[0]) {
                throw new BrokerException("scripted", null);
              }
              work.run();
            });
    fill(node.broker, ORDERS, 0, 5);
    other.copier.runRound();
    fails[0] = false;
    other.copier.runRound();
    assertEquals(List.of(), ranges());
    time.advance(Duration.ofSeconds(1));
    other.copier.runRound();
    assertEquals(List.of(new SequenceRange(1, 5)), ranges());
  }

  @Test
  void channelsBeyondTheRememberedOnesAreFoundByAnExtraScan() {
    int channels = 10_050;
    MirrorNode other = node(streams, work -> {});
    for (int i = 0; i < channels; i++) {
      appended(other.broker, plain(channel("orders.%05d".formatted(i)), 0, "1"));
    }
    other.copier.runRound();
    String epoch = epoch();
    for (int i = 0; i < channels; i++) {
      assertFalse(kept.ranges(channel("orders.%05d".formatted(i)), epoch).isEmpty(), "" + i);
      if (i == 100) {
        i = channels - 100;
      }
    }
  }

  @Test
  void nodesMayCopyTheSameStream() {
    MirrorNode other = node(streams, MINE);
    for (int i = 0; i < 5; i++) {
      fill(node.broker, ORDERS, 0, 3);
      fill(other.broker, ORDERS, 0, 3);
      other.copier.runRound();
      node.copier.runRound();
    }
    assertEquals(List.of(new SequenceRange(1, 30)), ranges());
    assertEquals(upTo(1, 30), all(other.broker, 4));
  }

  @Test
  void aReplayRestartsWhenTheArchiveIsPrunedConcurrently() {
    publishAndCopy(20);
    time.advance(Duration.ofDays(29));
    publishAndCopy(20);
    time.advance(Duration.ofDays(2));
    archive.beforeRead = kept::prune;
    ReplayPage page = page(node.broker, null, 0, 5, 1 << 20);
    assertEquals(20, assertNotNullLost(page).resumeFrom().sequence());
    assertEquals(upTo(21, 25), sequences(page.publications()));
  }

  @Test
  void copiesInRunsOfBoundedLength() {
    Broker large =
        new MemoryBroker(
            new Retention(Duration.ofHours(1), 10_000, 1L << 30),
            Duration.ofMinutes(10),
            10_000,
            time,
            time,
            new RecordingPublicationListener());
    MirrorNode of = node(large, MINE);
    fill(of.broker, ORDERS, 0, 3000);
    of.copier.runRound();
    assertEquals(500, archive.largestRun);
    assertEquals(
        List.of(new SequenceRange(1, 3000)),
        kept.ranges(ORDERS, large.states(ORDERS, 1).get(0).epoch()).get(0));
  }

  /** What is kept and mirrored of a tenant by its policies. */
  private static final class Policies implements ChannelSettingsLookup {

    private @Nullable TenantChannel mirrored;

    @Override
    public ChannelSettings of(TenantChannel channel) {
      return new ChannelSettings(
          RetentionLimits.NONE, false, null, true, false, channel.equals(mirrored));
    }

    @Override
    public Set<TenantId> mirroringTenants() {
      return mirrored == null ? Set.of() : Set.of(mirrored.tenant());
    }
  }

  @Test
  void aPolicyHasItsChannelsMirroredWhileItSaysSo() {
    Policies policies = new Policies();
    MirrorNode of = new MirrorNode(streams, archive, time, MINE, policies);
    String epoch = epoch();
    fill(of.broker, ORDERS, 0, 5);
    of.copier.runRound();
    assertEquals(Map.of(), kept.ranges(ORDERS, epoch), "no policy yet");

    policies.mirrored = ORDERS; // a scan finds what was published before
    fill(of.broker, channel("other"), 0, 5);
    fill(of.broker, channel("beta", "orders.new"), 0, 5);
    time.advance(Duration.ofSeconds(61));
    of.copier.runRound();
    of.copier.runRound();
    assertEquals(List.of(new SequenceRange(1, 5)), ranges());
    assertEquals(Map.of(), kept.heads(List.of(channel("other"), channel("beta", "orders.new"))));
    for (int i = 0; i < 3; i++) {
      fill(of.broker, ORDERS, 0, 10);
      of.copier.runRound();
    }
    assertEquals(upTo(1, 35), all(of.broker, 7));

    policies.mirrored = null; // what was copied stays, and is served again if it says so again
    fill(of.broker, ORDERS, 0, 10);
    of.copier.runRound();
    assertEquals(List.of(new SequenceRange(1, 35)), ranges());
    assertEquals(36, of.broker.states(ORDERS, 1).get(0).first());
    policies.mirrored = ORDERS;
    assertEquals(1, of.broker.states(ORDERS, 1).get(0).first());
  }

  @Test
  void closingCopiesTheLatestPublications() {
    MirroredBroker broker =
        new MirroredBroker(
            streams(),
            archive,
            new MirroredChannels(
                List.of(ChannelPattern.parse("orders.*")), ChannelSettingsLookup.NONE),
            (pattern, after, limit) -> List.of(),
            MINE,
            time,
            Thread::new);
    fill(broker, ORDERS, 0, 5);
    String epoch = broker.states(ORDERS, 1).get(0).epoch();
    broker.close();
    assertEquals(List.of(new SequenceRange(1, 5)), kept.ranges(ORDERS, epoch).get(0));
  }
}
