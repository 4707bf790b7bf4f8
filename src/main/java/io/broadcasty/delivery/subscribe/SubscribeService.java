package io.broadcasty.delivery.subscribe;

import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.streams.broker.Broker;
import java.util.concurrent.Executor;

/**
 * The subscribe use case.
 *
 * @param replays runs the reading of replays, which may block on the store
 * @param later runs a short task after a delay, when the store cannot be read
 * @param tenants returns how many channels a connection may have, including those matched by
 *     patterns, and the size of its outbox
 * @param pageBytes the approximate maximum of replayed bytes delivered to a connection at once
 * @param memory counts the subscriptions of all connections
 * @param ticker measures how long replays take
 * @param listener notified of subscriptions and replays
 */
public record SubscribeService(
    Policy policy,
    RateLimiter limits,
    Broker broker,
    PresenceStore presence,
    Hub hub,
    Executor replays,
    Executor later,
    TenantSettingsLookup tenants,
    long pageBytes,
    MemoryBudget memory,
    Ticker ticker,
    RealtimeListener listener) {

  /** Creates the use case without a limit of memory. */
  public SubscribeService(
      Policy policy,
      RateLimiter limits,
      Broker broker,
      PresenceStore presence,
      Hub hub,
      Executor replays,
      Executor later,
      TenantSettingsLookup tenants,
      long pageBytes,
      Ticker ticker,
      RealtimeListener listener) {
    this(
        policy,
        limits,
        broker,
        presence,
        hub,
        replays,
        later,
        tenants,
        pageBytes,
        MemoryBudget.unlimited(MemoryArea.SUBSCRIPTIONS),
        ticker,
        listener);
  }

  /** Opens the subscriptions of a new connection, to be closed with it. */
  public Subscriptions open(SubscriberConnection subscriber) {
    return new Subscriptions(
        this,
        subscriber,
        new ReplayReader(
            broker, hub, replays, later, subscriber, this::pageBytes, ticker, listener));
  }

  int maxChannels(TenantId tenant) {
    return tenants.of(tenant).maxChannels();
  }

  /** Returns the page size of a tenant's replays, well below half an outbox. */
  private long pageBytes(TenantId tenant) {
    return Math.min(pageBytes, tenants.of(tenant).outboxBytes() / 4);
  }
}
