package io.broadcasty.relay;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.relay.failover.ProviderChain;
import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderException;
import io.broadcasty.relay.provider.RelayOutcome;
import io.broadcasty.streams.broker.Publication;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends publications to the active provider; when it fails, sends the same publications to the next
 * at once.
 */
@ThreadSafe
final class ProviderDispatcher {

  private static final System.Logger LOG = System.getLogger(ProviderDispatcher.class.getName());
  private static final int MAX_LOGGED_REJECTIONS = 10_000;

  private final Map<String, Provider> providers = new LinkedHashMap<>();
  private final Map<String, LongAdder> relayed = new LinkedHashMap<>();
  private final ProviderChain chain;
  private final CallPolicy callPolicy;
  private final RelayListener listener;
  private final Ticker ticker;
  private final LongAdder rejected = new LongAdder();

  /** Channels whose rejection was logged, with its reason; guarded by itself. */
  private final Map<TenantChannel, String> loggedRejections =
      BoundedMap.ofLatestAdded(MAX_LOGGED_REJECTIONS);

  ProviderDispatcher(
      List<Provider> providers,
      ProviderChain chain,
      CallPolicy callPolicy,
      RelayListener listener,
      Ticker ticker) {
    for (Provider provider : providers) {
      this.providers.put(provider.name(), provider);
      this.relayed.put(provider.name(), new LongAdder());
    }
    this.chain = chain;
    this.callPolicy = callPolicy;
    this.listener = listener;
    this.ticker = ticker;
  }

  /** Returns whether a provider is active. */
  boolean hasActiveProvider() {
    return chain.active() != null;
  }

  /**
   * Sends the first publications of a run.
   *
   * @return how many of them are done; 0 when no provider is healthy
   */
  int send(List<Publication> run) throws InterruptedException {
    while (true) {
      String active = chain.active();
      if (active == null) {
        return 0;
      }
      Provider provider = provider(active);
      long sinceNanos = ticker.readNanos();
      try {
        RelayOutcome outcome = callPolicy.call(() -> provider.send(run));
        if (outcome instanceof RelayOutcome.Accepted accepted) {
          Objects.requireNonNull(relayed.get(active)).add(accepted.count());
          notifySent(run, active, accepted.count(), null, sinceNanos);
          return accepted.count();
        }
        String reason = ((RelayOutcome.Rejected) outcome).reason();
        notifySent(run, active, 0, reason, sinceNanos);
        reject(run.get(0), active, reason);
        return 1;
      } catch (ProviderException e) {
        LOG.log(Level.DEBUG, "Provider " + active + " failed", e);
        notifySent(run, active, 0, e.failure().reason(), sinceNanos);
        chain.recordFailure(active, e.failure());
      } catch (RuntimeException e) { // a bug must not stop what the next provider could accept
        LOG.log(Level.ERROR, "Sending to provider " + active + " failed unexpectedly", e);
        notifySent(run, active, 0, "failed unexpectedly", sinceNanos);
        chain.recordFailure(active, ProviderFailure.temporary("failed unexpectedly"));
      }
    }
  }

  private void notifySent(
      List<Publication> run,
      String provider,
      int accepted,
      @Nullable String failure,
      long sinceNanos) {
    listener.onSent(
        run.subList(0, Math.max(1, accepted)),
        provider,
        accepted,
        failure,
        ticker.readNanos() - sinceNanos);
  }

  /** Probes the providers that are due. */
  void probe() throws InterruptedException {
    for (String name : chain.dueForProbe()) {
      Provider provider = provider(name);
      try {
        callPolicy.call(
            () -> {
              provider.probe();
              return true;
            });
        chain.recordProbeSuccess(name);
      } catch (ProviderException e) {
        LOG.log(Level.DEBUG, "Probe of provider " + name + " failed", e);
        chain.recordFailure(name, e.failure());
      }
    }
  }

  private void reject(Publication publication, String provider, String reason) {
    rejected.increment();
    TenantChannel channel = publication.envelope().channel();
    boolean isNew;
    synchronized (loggedRejections) {
      isNew = !reason.equals(loggedRejections.put(channel, reason));
    }
    if (isNew) {
      LOG.log(
          Level.WARNING,
          "Provider "
              + provider
              + " rejects publications of "
              + channel
              + ": "
              + reason
              + "; its clients do not get them, Broadcasty's own subscribers do");
      listener.onRejected(channel, provider, reason);
    }
  }

  long rejected() {
    return rejected.sum();
  }

  long relayed() {
    return relayed.values().stream().mapToLong(LongAdder::sum).sum();
  }

  List<RelayStatus.ProviderStatus> statuses() {
    return chain.states().stream()
        .map(
            state ->
                new RelayStatus.ProviderStatus(
                    state, Objects.requireNonNull(relayed.get(state.name())).sum()))
        .toList();
  }

  private Provider provider(String name) {
    return Objects.requireNonNull(providers.get(name), name);
  }
}
