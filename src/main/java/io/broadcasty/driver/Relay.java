package io.broadcasty.driver;

import io.broadcasty.background.FailureLog;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Directory;
import io.broadcasty.broker.Position;
import io.broadcasty.broker.Turn;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.failover.ProviderChain;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Relays publications to providers, on its own threads.
 *
 * <p>A publication only marks its channel; the streams are the queue, and checkpoints store how far
 * each has been relayed.
 */
public final class Relay implements RelayReport, AutoCloseable {

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
  private static final long LOOK_MILLIS = 100;
  private static final Duration CLAIMED_PAUSE = Duration.ofMillis(100);
  private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
  private static final Duration LAST_ROUNDS = Duration.ofSeconds(3);
  private static final long PATIENCE_MILLIS = 10_000;

  private final RelaySettings settings;
  private final Told told;
  private final ProviderChain chain;
  private final Checkpoints checkpoints;
  private final Agenda agenda;
  private final Courier courier;
  private final ChannelRelay channels;
  private final Scan scan;
  private final Ticker ticker;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private long missedTold;

  /**
   * Creates a relay; {@link #start} starts it.
   *
   * @param providers in order of preference
   * @param streams where publications are read
   * @param directory lists the channels of the streams
   * @param leaderLock elects the node that looks for channels which another node has left behind
   * @param owner identifies this run of the node
   */
  public Relay(
      RelaySettings settings,
      List<Provider> providers,
      Guard guard,
      RelayListener listener,
      Broker streams,
      Checkpoints checkpoints,
      Directory directory,
      Turn leaderLock,
      String owner,
      Ticker ticker,
      WallClock clock) {
    this.settings = settings;
    this.checkpoints = checkpoints;
    this.ticker = ticker;
    told = new Told(listener);
    chain =
        new ProviderChain(
            providers.stream().map(Provider::name).toList(),
            settings.probeInterval(),
            ticker,
            clock,
            told);
    courier = new Courier(providers, chain, guard, listener, ticker);
    agenda = new Agenda(MAX_CHANNELS, ticker, clock);
    channels = new ChannelRelay(streams, checkpoints, courier, agenda, owner, clock);
    scan = new Scan(streams, checkpoints, directory, leaderLock, agenda, ticker);
  }

  /** Logs and counts switches between providers. */
  private static final class Told implements ProviderChain.Listener {
    private final RelayListener listener;
    private final LongAdder switches = new LongAdder();

    Told(RelayListener listener) {
      this.listener = listener;
    }

    @Override
    public void onSwitch(io.broadcasty.failover.Switch change) {
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
      threads.add(factory.newThread(this::work));
    }
    threads.add(factory.newThread(() -> repeat(this::probe)));
    threads.add(factory.newThread(() -> repeat(this::look)));
    threads.forEach(Thread::start);
  }

  /** Marks the channel of a publication that was appended. */
  void mark(TenantChannel channel, Position position) {
    agenda.mark(channel, position);
  }

  /** Deletes checkpoints that are no longer needed. May block. */
  public void prune() {
    checkpoints.prune();
  }

  @Override
  public RelayStatus status() {
    List<RelayStatus.ProviderStatus> providers = courier.statuses();
    List<String> order = new ArrayList<>();
    providers.forEach(provider -> order.add(provider.state().name()));
    order.add(settings.last());
    String active = chain.active();
    return new RelayStatus(
        settings.driver(),
        order,
        active == null ? settings.last() : active,
        !order.get(0).equals(active),
        providers,
        chain.lastSwitch(),
        told.switches.sum(),
        agenda.lag(),
        courier.relayed(),
        courier.rejected(),
        channels.missed());
  }

  /** Relays for a few seconds what is left, and stops the threads. */
  @Override
  public void close() {
    long start = ticker.readNanos();
    while (!agenda.isEmpty()
        && courier.isServed()
        && !threads.isEmpty()
        && ticker.readNanos() - start < LAST_ROUNDS.toNanos()) {
      if (isClosingAfter(10)) {
        break;
      }
    }
    closing.countDown();
    agenda.close();
    for (Thread thread : threads) {
      try {
        thread.join(PATIENCE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void work() {
    while (closing.getCount() > 0) {
      try {
        if (courier.isServed()) {
          Agenda.Task task = agenda.take();
          if (task != null) {
            relay(task);
          }
        } else if (isClosingAfter(LOOK_MILLIS)) {
          return;
        }
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      }
    }
  }

  /** Relays the due channels on this thread. */
  void round() throws InterruptedException {
    for (Agenda.Task task = agenda.poll(); task != null; task = agenda.poll()) {
      relay(task);
    }
  }

  private void relay(Agenda.Task task) throws InterruptedException {
    Duration again = STORE_PAUSE;
    boolean done = false;
    try {
      switch (channels.relay(task)) {
        case DONE -> done = true;
        case MORE -> again = Duration.ZERO;
        case CLAIMED, UNSERVED -> again = CLAIMED_PAUSE;
      }
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Relaying a channel ended early; it will be tried again", e);
    } catch (RuntimeException e) {
      relayFailures.failed(e);
    } finally {
      if (done) {
        agenda.done(task);
      } else {
        agenda.later(task, again);
      }
    }
  }

  /** Probes the providers that are due. */
  void probe() throws InterruptedException {
    courier.probe();
  }

  /** Looks for channels that no node has marked, and logs how many publications were missed. */
  void look() throws InterruptedException {
    try {
      channels.since();
      scan.round();
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot reach the checkpoints of the relay", e);
    }
    long missed = channels.missed();
    if (missed > missedTold) {
      LOG.log(
          Level.WARNING,
          (missed - missedTold)
              + " publications left the retention of their streams before they could be relayed"
              + " (broadcasty.replay.retention, broadcasty.replay.max-count and"
              + " broadcasty.replay.max-bytes must outlast an outage of all providers)");
      missedTold = missed;
    }
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  private void repeat(Step step) {
    do {
      try {
        step.run();
        failures.healed();
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      } catch (RuntimeException e) {
        failures.failed(e);
      }
    } while (!isClosingAfter(LOOK_MILLIS));
  }

  private boolean isClosingAfter(long millis) {
    try {
      return closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      return closing.getCount() == 0;
    }
  }
}
