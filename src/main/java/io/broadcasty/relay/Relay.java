package io.broadcasty.relay;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.failover.ProviderChain;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.Position;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Relays publications to providers, on its own threads.
 *
 * <p>A publication only marks its channel; the streams are the queue, and checkpoints store how far
 * each has been relayed.
 */
@ThreadSafe
public final class Relay implements RelayStatusSource, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Relay.class.getName());

  private final FailureLog relayFailures =
      new FailureLog(LOG, Level.ERROR, "Relaying a channel", Ticker.system());
  private final FailureLog failures =
      new FailureLog(
          LOG,
          Level.ERROR,
          "Probing providers or scanning for unrelayed channels",
          Ticker.system());
  private static final int MAX_CHANNELS = 10_000;
  private static final long POLL_MILLIS = 100;
  private static final Duration CLAIMED_PAUSE = Duration.ofMillis(100);
  private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
  private static final Duration DRAIN_TIME = Duration.ofSeconds(3);
  private static final long JOIN_TIMEOUT_MILLIS = 10_000;

  private final RelaySettings settings;
  private final Predicate<TenantChannel> channels;
  private final SwitchLogger switchLogger;
  private final ProviderChain chain;
  private final Checkpoints checkpoints;
  private final RelayQueue queue;
  private final ProviderDispatcher dispatcher;
  private final ChannelRelay channelRelay;
  private final CatchUpScan scan;
  private final Ticker ticker;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  @ConfinedTo("the thread that scans")
  private long loggedMissed;

  /**
   * Creates a relay of some channels; {@link #start} starts it.
   *
   * @param channels says which channels are relayed; always says the same of one
   * @param providers in order of preference
   * @param streams where publications are read
   * @param directory lists the channels of the streams
   * @param leaderLock elects the node that looks for channels which another node has left behind
   * @param owner identifies this run of the node
   */
  public Relay(
      RelaySettings settings,
      Predicate<TenantChannel> channels,
      List<Provider> providers,
      CallPolicy callPolicy,
      RelayListener listener,
      Broker streams,
      Checkpoints checkpoints,
      ChannelDirectory directory,
      LeaderLock leaderLock,
      String owner,
      Ticker ticker,
      WallClock clock) {
    this.settings = settings;
    this.channels = channels;
    this.checkpoints = checkpoints;
    this.ticker = ticker;
    switchLogger = new SwitchLogger(listener);
    chain =
        new ProviderChain(
            providers.stream().map(Provider::name).toList(),
            settings.probeInterval(),
            ticker,
            clock,
            switchLogger);
    dispatcher = new ProviderDispatcher(providers, chain, callPolicy, listener, ticker);
    queue = new RelayQueue(MAX_CHANNELS, ticker, clock);
    channelRelay = new ChannelRelay(streams, checkpoints, dispatcher, queue, owner, clock);
    scan = new CatchUpScan(streams, channels, checkpoints, directory, leaderLock, queue, ticker);
  }

  /** Logs and counts switches between providers. */
  private static final class SwitchLogger implements ProviderChain.Listener {
    private final RelayListener listener;
    private final LongAdder switches = new LongAdder();

    SwitchLogger(RelayListener listener) {
      this.listener = listener;
    }

    @Override
    public void onSwitch(io.broadcasty.relay.failover.ProviderSwitch change) {
      switches.increment();
      String to = change.to();
      if (to == null) {
        LOG.log(
            Level.WARNING,
            "No provider is healthy ("
                + change.reason()
                + "); publications wait in their streams to be relayed, Broadcasty's own"
                + " subscribers get them");
      } else {
        LOG.log(Level.WARNING, "Relaying through " + to + " now: " + change.reason());
      }
      listener.onSwitch(change);
    }
  }

  /** Starts the threads. */
  public void start(ThreadFactory factory) {
    for (int i = 0; i < settings.workers(); i++) {
      threads.add(factory.newThread(this::runWorker));
    }
    threads.add(factory.newThread(() -> runRepeatedly(this::probe)));
    threads.add(factory.newThread(() -> runRepeatedly(this::scan)));
    threads.forEach(Thread::start);
  }

  /** Marks the channel of a publication that was appended. */
  void mark(TenantChannel channel, Position position) {
    if (channels.test(channel)) {
      queue.mark(channel, position);
    }
  }

  /** Deletes checkpoints that are no longer needed. May block. */
  public void prune() {
    checkpoints.prune();
  }

  @Override
  public RelayStatus status() {
    List<RelayStatus.ProviderStatus> providers = dispatcher.statuses();
    List<String> order = new ArrayList<>();
    providers.forEach(provider -> order.add(provider.state().name()));
    order.add(settings.fallback());
    String active = chain.active();
    return new RelayStatus(
        settings.driver(),
        order,
        active == null ? settings.fallback() : active,
        !order.get(0).equals(active),
        providers,
        chain.lastSwitch(),
        switchLogger.switches.sum(),
        queue.lag(),
        dispatcher.relayed(),
        dispatcher.rejected(),
        channelRelay.missed());
  }

  /** Relays for a few seconds what is left, and stops the threads. */
  @Override
  public void close() {
    long start = ticker.readNanos();
    while (!queue.isEmpty()
        && dispatcher.hasActiveProvider()
        && !threads.isEmpty()
        && ticker.readNanos() - start < DRAIN_TIME.toNanos()) {
      if (awaitClosing(10)) {
        break;
      }
    }
    closing.countDown();
    queue.close();
    for (Thread thread : threads) {
      try {
        thread.join(JOIN_TIMEOUT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void runWorker() {
    while (closing.getCount() > 0) {
      try {
        if (dispatcher.hasActiveProvider()) {
          RelayQueue.Task task = queue.take();
          if (task != null) {
            relay(task);
          }
        } else if (awaitClosing(POLL_MILLIS)) {
          return;
        }
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      }
    }
  }

  /** Relays the due channels on this thread. */
  void relayDue() throws InterruptedException {
    for (RelayQueue.Task task = queue.poll(); task != null; task = queue.poll()) {
      relay(task);
    }
  }

  private void relay(RelayQueue.Task task) throws InterruptedException {
    Duration again = STORE_PAUSE;
    boolean done = false;
    try {
      switch (channelRelay.relay(task)) {
        case DONE -> done = true;
        case MORE -> again = Duration.ZERO;
        case CLAIMED, NO_PROVIDER -> again = CLAIMED_PAUSE;
      }
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Relaying a channel ended early; it will be tried again", e);
    } catch (RuntimeException e) {
      relayFailures.recordFailure(e);
    } finally {
      if (done) {
        queue.done(task);
      } else {
        queue.retryLater(task, again);
      }
    }
  }

  /** Probes the providers that are due. */
  void probe() throws InterruptedException {
    dispatcher.probe();
  }

  /** Looks for channels that no node has marked, and logs how many publications were missed. */
  void scan() throws InterruptedException {
    try {
      channelRelay.relayedSince();
      scan.scanIfDue();
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot reach the checkpoints of the relay", e);
    }
    long missed = channelRelay.missed();
    if (missed > loggedMissed) {
      LOG.log(
          Level.WARNING,
          (missed - loggedMissed)
              + " publications left the retention of their streams before they could be relayed"
              + " (broadcasty.replay.retention, broadcasty.replay.max-count and"
              + " broadcasty.replay.max-bytes must outlast an outage of all providers)");
      loggedMissed = missed;
    }
  }

  private interface BackgroundTask {
    void run() throws InterruptedException;
  }

  private void runRepeatedly(BackgroundTask task) {
    do {
      try {
        task.run();
        failures.recordSuccess();
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      } catch (RuntimeException e) {
        failures.recordFailure(e);
      }
    } while (!awaitClosing(POLL_MILLIS));
  }

  private boolean awaitClosing(long millis) {
    try {
      return closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      return closing.getCount() == 0;
    }
  }
}
