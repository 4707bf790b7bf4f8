package io.broadcasty.streams.mirror;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.RejectedDataException;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Copies publications beyond the archive's head from the streams to the archive. It knows the
 * channels that this node has published to. A scan of all channels finds those that a node left
 * uncopied, because it was killed or could not remember more channels.
 *
 * <p>Any thread may mark channels; the rest is for one thread, in rounds.
 */
final class ArchiveCopier {

  private static final System.Logger LOG = System.getLogger(ArchiveCopier.class.getName());
  private static final Duration SCAN_INTERVAL = Duration.ofMinutes(1);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
  private static final int MAX_MARKED = 10_000;
  private static final int SCAN_PAGE = 200;
  private static final int PAGE_COUNT = 500;
  private static final long PAGE_BYTES = 1024 * 1024;

  private final Broker streams;
  private final Archive archive;
  private final MirroredChannels mirrored;
  private final ChannelDirectory directory;
  private final LeaderLock leaderLock;
  private final Ticker ticker;

  /** In copying order; guarded by itself. */
  private final LinkedHashSet<TenantChannel> marked = new LinkedHashSet<>();

  /** Whether a channel could not be marked. */
  private volatile boolean overflowed;

  private long nextScanNanos;

  /** Publications that left the streams' retention before they were copied. */
  private final LongAdder missed = new LongAdder();

  /** How many of them have been logged. */
  private long logged;

  ArchiveCopier(
      Broker streams,
      Archive archive,
      MirroredChannels mirrored,
      ChannelDirectory directory,
      LeaderLock leaderLock,
      Ticker ticker) {
    this.streams = streams;
    this.archive = archive;
    this.mirrored = mirrored;
    this.directory = directory;
    this.leaderLock = leaderLock;
    this.ticker = ticker;
    this.nextScanNanos = ticker.readNanos();
  }

  /** Marks a channel that may have uncopied publications. */
  void mark(TenantChannel channel) {
    synchronized (marked) {
      if (marked.size() < MAX_MARKED || marked.contains(channel)) {
        marked.add(channel);
      } else {
        overflowed = true;
      }
    }
  }

  /** Returns how many publications left their streams before they were copied, since the start. */
  long missed() {
    return missed.sum();
  }

  boolean isDone() {
    synchronized (marked) {
      return marked.isEmpty();
    }
  }

  /** Copies the marked channels, and scans when a scan is due. */
  void runRound() {
    if (copyMarked()) {
      scanWhenDue();
      logMissed();
    }
  }

  /**
   * Copies the marked channels.
   *
   * @return false when it stopped early, because the streams or the archive cannot be reached
   */
  boolean copyMarked() {
    for (int left = marked(); left > 0; left--) {
      TenantChannel channel = next();
      if (channel != null && !tryToCopy(channel)) {
        return false;
      }
    }
    return true;
  }

  /** Returns how many channels wait to be copied, as far as this node knows. */
  int marked() {
    synchronized (marked) {
      return marked.size();
    }
  }

  private @Nullable TenantChannel next() {
    synchronized (marked) {
      var first = marked.iterator();
      if (!first.hasNext()) {
        return null;
      }
      TenantChannel channel = first.next();
      first.remove();
      return channel;
    }
  }

  /** Copies a channel, or marks it again; returns whether others can be copied now. */
  private boolean tryToCopy(TenantChannel channel) {
    try {
      copy(channel);
      return true;
    } catch (BrokerException e) {
      LOG.log(
          Level.DEBUG, "Copying to the archive stopped early; trying again in a later round", e);
      mark(channel);
      return e.isUndecodable();
    }
  }

  private void scanWhenDue() {
    if (!overflowed && ticker.readNanos() - nextScanNanos < 0) {
      return;
    }
    nextScanNanos = ticker.readNanos() + RETRY_DELAY.toNanos();
    try {
      if (overflowed) { // other nodes do not know these channels
        overflowed = false;
        scanAfterOverflow();
      } else {
        leaderLock.runIfAcquired(this::scan);
      }
      nextScanNanos = ticker.readNanos() + SCAN_INTERVAL.toNanos();
    } catch (BrokerException e) {
      LOG.log(
          Level.DEBUG, "The scan for uncopied publications stopped early; trying again later", e);
    }
  }

  private void scanAfterOverflow() {
    try {
      scan();
    } catch (BrokerException e) {
      overflowed = true;
      throw e;
    }
  }

  private void scan() {
    for (ChannelPattern pattern : mirrored.patterns()) {
      TenantChannel last = null;
      List<TenantChannel> page;
      do {
        page = directory.channels(pattern, last, SCAN_PAGE);
        if (!page.isEmpty()) {
          last = page.get(page.size() - 1);
          markUncopied(page);
        }
        copyMarked(); // new publications do not wait for the end of the scan
      } while (page.size() == SCAN_PAGE);
    }
    mirrored.tenants().forEach(this::scan);
  }

  /** Looks through the channels of a tenant for those that are mirrored by a policy. */
  private void scan(TenantId tenant) {
    ChannelName last = null;
    List<ChannelName> page;
    do {
      page = streams.channels(tenant, "", last, SCAN_PAGE);
      if (!page.isEmpty()) {
        last = page.get(page.size() - 1);
        List<TenantChannel> wanted =
            page.stream()
                .map(name -> new TenantChannel(tenant, name))
                .filter(mirrored::contains)
                .toList();
        if (!wanted.isEmpty()) {
          markUncopied(wanted);
        }
      }
      copyMarked();
    } while (page.size() == SCAN_PAGE);
  }

  /** Marks those of the channels that have uncopied publications, or cannot be read now. */
  private void markUncopied(List<TenantChannel> channels) {
    Map<TenantChannel, List<Position>> heads = streams.heads(channels);
    Map<StreamKey, Long> archived = archive.heads(channels);
    for (TenantChannel channel : channels) {
      List<Position> head = heads.get(channel);
      if (head == null || head.stream().anyMatch(each -> isUncopied(channel, each, archived))) {
        mark(channel);
      }
    }
  }

  private static boolean isUncopied(
      TenantChannel channel, Position head, Map<StreamKey, Long> archived) {
    StreamKey stream = new StreamKey(channel, head.partition(), head.epoch());
    return archived.getOrDefault(stream, 0L) < head.sequence();
  }

  private void logMissed() {
    long unlogged = missed() - logged;
    if (unlogged > 0) {
      LOG.log(
          Level.WARNING,
          unlogged
              + " publications left the retention of their streams before they could be mirrored;"
              + " readers are told that they are lost (broadcasty.replay.retention,"
              + " broadcasty.replay.max-count and broadcasty.replay.max-bytes must outlast an"
              + " outage of the database)");
      logged += unlogged;
    }
  }

  private void copy(TenantChannel channel) {
    List<StreamState> states = streams.states(channel, 1);
    String epoch = states.get(0).epoch();
    if (states.stream().allMatch(state -> state.head() == 0)) {
      return;
    }
    Map<Integer, List<Archive.SequenceRange>> kept = archive.ranges(channel, epoch);
    for (StreamState state : states) {
      List<Archive.SequenceRange> ranges = kept.getOrDefault(state.partition(), List.of());
      long head = ranges.isEmpty() ? 0 : ranges.get(ranges.size() - 1).head();
      if (head < state.head()) {
        copy(new StreamKey(channel, state.partition(), state.epoch()), head, state.head());
      }
    }
  }

  /** Copies one stream up to a head; the publishers mark what comes later. */
  private void copy(StreamKey stream, long from, long head) {
    long copied = from;
    while (copied < head) {
      ReplayPage page =
          streams.replay(
              new ReplayRequest(
                  stream.channel(),
                  stream.partition(),
                  stream.epoch(),
                  copied,
                  PAGE_COUNT,
                  PAGE_BYTES));
      LostPosition lost = page.lost();
      if (lost != null && lost.reason() != LostPosition.Reason.TRIMMED) {
        mark(stream.channel()); // the stream has just been restarted
        return;
      }
      if (lost != null) {
        missed.add(lost.resumeFrom().sequence() - copied);
        copied = lost.resumeFrom().sequence();
      }
      if (page.publications().isEmpty()) {
        return;
      }
      copied = append(stream, page.publications());
    }
  }

  /** Appends a page. A publication that the archive refuses is left out, and counts as missed. */
  private long append(StreamKey stream, List<Publication> page) {
    try {
      return archive.append(stream, page);
    } catch (RejectedDataException e) {
      if (page.size() == 1) {
        LOG.log(Level.WARNING, "The archive refuses a publication for good", e);
        missed.increment();
        return page.get(0).position().sequence();
      }
      int half = page.size() / 2;
      long copied = append(stream, page.subList(0, half));
      return Math.max(copied, append(stream, page.subList(half, page.size())));
    }
  }
}
