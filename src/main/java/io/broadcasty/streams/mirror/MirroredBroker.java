package io.broadcasty.streams.mirror;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * A broker whose streams are copied to an archive, from which it serves what the streams no longer
 * keep. Publishing does not wait for the copy: a separate thread reads the streams and catches up.
 */
@ThreadSafe
public final class MirroredBroker extends ForwardingBroker {

  private static final System.Logger LOG = System.getLogger(MirroredBroker.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "Mirroring", Ticker.system());

  /** The interval of copying; publications within it share a transaction. */
  private static final long ROUND_MILLIS = 100;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

  private final Archive archive;
  private final MirroredChannels mirrored;
  private final ArchiveCopier copier;
  private final ArchiveReplay replay;
  private final Ticker ticker;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /**
   * Starts the copier's thread.
   *
   * @param streams the broker of the streams; closed with this one
   * @param archive keeps publications for the archive's retention
   * @param directory the channels of {@code streams}
   * @param leaderLock decides which node scans for uncopied publications
   */
  public MirroredBroker(
      Broker streams,
      Archive archive,
      MirroredChannels mirrored,
      ChannelDirectory directory,
      LeaderLock leaderLock,
      Ticker ticker,
      ThreadFactory threads) {
    this(
        streams,
        new CircuitBreakingArchive(archive, ticker),
        mirrored,
        directory,
        leaderLock,
        ticker,
        threads);
  }

  private MirroredBroker(
      Broker streams,
      CircuitBreakingArchive archive,
      MirroredChannels mirrored,
      ChannelDirectory directory,
      LeaderLock leaderLock,
      Ticker ticker,
      ThreadFactory threads) {
    this(
        streams,
        archive,
        mirrored,
        new ArchiveCopier(streams, archive, mirrored, directory, leaderLock, ticker),
        new ArchiveReplay(archive),
        ticker,
        threads);
  }

  MirroredBroker(
      Broker streams,
      Archive archive,
      MirroredChannels mirrored,
      ArchiveCopier copier,
      ArchiveReplay replay,
      Ticker ticker,
      ThreadFactory threads) {
    super(streams);
    this.archive = archive;
    this.mirrored = mirrored;
    this.copier = copier;
    this.replay = replay;
    this.ticker = ticker;
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    return super.publish(envelopes)
        .thenApply(
            outcomes -> {
              for (int i = 0; i < outcomes.size(); i++) {
                TenantChannel channel = envelopes.get(i).channel();
                if (outcomes.get(i) instanceof AppendOutcome.Appended
                    && mirrored.contains(channel)) {
                  copier.mark(channel);
                }
              }
              return outcomes;
            });
  }

  @Override
  public ReplayPage replay(ReplayRequest request) {
    ReplayPage recent = super.replay(request);
    return mirrored.contains(request.channel()) ? replay.replay(request, recent) : recent;
  }

  @Override
  public List<StreamState> states(TenantChannel channel, int partitions) {
    List<StreamState> recent = super.states(channel, partitions);
    return mirrored.contains(channel) ? replay.states(channel, recent) : recent;
  }

  /** {@inheritDoc} They are erased from the archive too. */
  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    int kept = super.erase(stream, sequences);
    return mirrored.contains(stream.channel())
        ? Math.max(kept, archive.erase(stream, sequences))
        : kept;
  }

  @Override
  public String durability() {
    return super.durability()
        + "; channels "
        + mirrored
        + " are copied to the database afterwards, for longer";
  }

  /**
   * Returns how many channels have publications that wait to be copied, as far as this node knows.
   */
  public int waitingChannels() {
    return copier.marked();
  }

  /** Returns how many publications left their streams before they were copied, since the start. */
  public long missed() {
    return copier.missed();
  }

  /** {@inheritDoc} Before that, it copies what it can within moments. */
  @Override
  public void close() {
    closing.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    super.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!isClosingAfter(ROUND_MILLIS)) {
      try {
        copier.runRound();
        failures.recordSuccess();
      } catch (RuntimeException e) {
        failures.recordFailure(e);
      }
    }
    long start = ticker.readNanos();
    while (!copier.isDone()
        && copier.copyMarked()
        && ticker.readNanos() - start < CLOSE_TIMEOUT.toNanos()) {
      LOG.log(Level.DEBUG, "Copying the latest publications to the archive before the node stops");
    }
  }

  private boolean isClosingAfter(long millis) {
    try {
      return closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
      return closing.getCount() == 0;
    }
  }
}
