package io.broadcasty.subscribe;

import io.broadcasty.broker.Broker;
import io.broadcasty.hub.Hub;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.rbac.Policy;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.tenant.TenantSettingsLookup;
import io.broadcasty.time.Ticker;
import java.util.concurrent.Executor;

/**
 * The subscribe use case.
 *
 * @param replays runs the reading of replays, which may block on the store
 * @param later runs a short task after a delay, when the store cannot be read
 * @param tenants returns how many channels a connection may have, including those matched by
 *     patterns, and the size of its outbox
 * @param pageBytes the approximate maximum of replayed bytes delivered to a connection at once
 * @param ticker measures how long replays take
 * @param listener notified of subscriptions and replays
 */
public record Subscribe(
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

  /** Opens the subscriptions of a new connection, to be closed with it. */
  public Subscriptions open(Sink subscriber) {
    return new Subscriptions(
        this,
        subscriber,
        new CatchUp(broker, hub, replays, later, subscriber, this::pageBytes, ticker, listener));
  }

  int maxChannels(TenantId tenant) {
    return tenants.of(tenant).maxChannels();
  }

  /** Returns the page size of a tenant's replays, well below half an outbox. */
  private long pageBytes(TenantId tenant) {
    return Math.min(pageBytes, tenants.of(tenant).outboxBytes() / 4);
  }
}
