package io.broadcasty.relay.failover;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.relay.failover.ProviderState.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the first healthy one of several providers in order of preference. At the beginning, all
 * are considered healthy.
 *
 * <p>A provider is left at its first failure. It returns after successful probes: two in a row, or
 * one when no other provider is healthy. A provider that fails again within a minute of its return
 * needs twice as many the next time, up to 16, so that a provider which only answers probes does
 * not return every few seconds.
 *
 * <p>The chain makes no calls except to its listener: its users report failures and probes, and ask
 * which probes are due.
 */
@ThreadSafe
public final class ProviderChain {

  private static final int MIN_GOOD_PROBES = 2;
  private static final int MAX_GOOD_PROBES = 16;
  private static final Duration RELAPSE_TIME = Duration.ofMinutes(1);

  /** Listens to switches, in order, on the thread that causes them; must not block. */
  @FunctionalInterface
  public interface Listener {
    void onSwitch(ProviderSwitch change);
  }

  private final List<Entry> entries = new ArrayList<>();
  private final Duration probeInterval;
  private final Ticker ticker;
  private final WallClock clock;
  private final Listener listener;

  private volatile @Nullable String active;
  private volatile @Nullable ProviderSwitch lastSwitch;

  /**
   * Creates a chain whose first provider is active.
   *
   * @param names in order of preference; may be empty
   * @param probeInterval between two probes of a provider that fails
   */
  public ProviderChain(
      List<String> names,
      Duration probeInterval,
      Ticker ticker,
      WallClock clock,
      Listener listener) {
    this.probeInterval = probeInterval;
    this.ticker = ticker;
    this.clock = clock;
    this.listener = listener;
    for (String name : names) {
      entries.add(new Entry(name, clock.now()));
    }
    active = names.isEmpty() ? null : names.get(0);
  }

  /** A provider and its state; guarded by the chain. */
  private static final class Entry {
    final String name;
    Condition condition = Condition.HEALTHY;
    Instant since;
    @Nullable String reason;
    int goodProbes;
    int neededProbes = MIN_GOOD_PROBES;
    long nextProbeNanos;
    boolean hasReturned;
    long returnedNanos;

    Entry(String name, Instant since) {
      this.name = name;
      this.since = since;
    }

    void setCondition(Condition next, Instant now) {
      if (condition != next) {
        condition = next;
        since = now;
      }
    }
  }

  /** Returns the provider to use now; null when none is healthy. */
  public @Nullable String active() {
    return active;
  }

  /** Returns the last change of {@link #active}; null before the first. */
  public @Nullable ProviderSwitch lastSwitch() {
    return lastSwitch;
  }

  /** Returns the states in order of preference. */
  public synchronized List<ProviderState> states() {
    return entries.stream()
        .map(link -> new ProviderState(link.name, link.condition, link.since, link.reason))
        .toList();
  }

  /**
   * Records that a call to the provider, or a probe of it, has failed. The provider is left, and
   * not probed for as long as it asked.
   */
  public synchronized void recordFailure(String name, ProviderFailure failure) {
    Entry link = entry(name);
    long now = ticker.readNanos();
    if (link.condition == Condition.HEALTHY) {
      boolean relapse = link.hasReturned && now - link.returnedNanos < RELAPSE_TIME.toNanos();
      link.neededProbes =
          relapse ? Math.min(MAX_GOOD_PROBES, link.neededProbes * 2) : MIN_GOOD_PROBES;
    }
    link.setCondition(Condition.FAILING, clock.now());
    link.reason = failure.reason();
    link.goodProbes = 0;
    Duration pause = failure.retryAfter();
    long wait = pause == null ? 0 : pause.toNanos();
    link.nextProbeNanos = now + Math.max(wait, probeInterval.toNanos());
    choose(name + " " + failure.reason());
  }

  /**
   * Returns the failing providers that are due for a probe; each is not returned again before the
   * probe interval has passed.
   */
  public synchronized List<String> dueForProbe() {
    long now = ticker.readNanos();
    List<String> due = new ArrayList<>();
    for (Entry link : entries) {
      if (link.condition != Condition.HEALTHY && now - link.nextProbeNanos >= 0) {
        link.nextProbeNanos = now + probeInterval.toNanos();
        due.add(link.name);
      }
    }
    return due;
  }

  /** Records that a probe has succeeded. */
  public synchronized void recordProbeSuccess(String name) {
    Entry link = entry(name);
    if (link.condition == Condition.HEALTHY) {
      return;
    }
    link.goodProbes++;
    if (link.goodProbes >= link.neededProbes || active == null) {
      link.setCondition(Condition.HEALTHY, clock.now());
      link.reason = null;
      link.hasReturned = true;
      link.returnedNanos = ticker.readNanos();
      choose(name + " is back");
    } else {
      link.setCondition(Condition.PROBING, clock.now());
    }
  }

  private void choose(String reason) {
    String before = active;
    String now = null;
    for (Entry link : entries) {
      if (link.condition == Condition.HEALTHY) {
        now = link.name;
        break;
      }
    }
    if (now == null ? before != null : !now.equals(before)) {
      active = now;
      ProviderSwitch change = new ProviderSwitch(before, now, reason, clock.now());
      lastSwitch = change;
      listener.onSwitch(change);
    }
  }

  private Entry entry(String name) {
    for (Entry link : entries) {
      if (link.name.equals(name)) {
        return link;
      }
    }
    throw new IllegalArgumentException("no provider has the name " + name);
  }
}
