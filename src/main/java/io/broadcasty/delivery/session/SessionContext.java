package io.broadcasty.delivery.session;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.subscribe.SubscribeService;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.streams.publish.PublishService;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The components that the sessions of a node share.
 *
 * @param memory limits what clients can make the node hold
 * @param tenants the current settings of each tenant
 * @param limits limits the connections of tenants and users
 * @param rates limits the bytes that clients send
 * @param eventLoops returns the event loop of the next connection, which fans out to it and writes
 *     its outbox; must never be blocked
 * @param readers run the commands of clients, which may block on the store
 * @param closers run actions that may block on a connection: its close, and on some servers writes
 * @param listener notified of connections
 */
public record SessionContext(
    SessionSettings settings,
    MemoryBudgets memory,
    TenantSettingsLookup tenants,
    Authenticator authenticator,
    PublishService publish,
    UndeliveredPushService undelivered,
    SubscribeService subscribe,
    PresenceService presence,
    ConnectionLimiter limits,
    RateLimiter rates,
    Sessions sessions,
    Ticker ticker,
    WallClock clock,
    Supplier<Executor> eventLoops,
    Executor readers,
    Executor closers,
    RealtimeListener listener) {}
