package io.broadcasty.session;

import io.broadcasty.attend.Attend;
import io.broadcasty.auth.Authenticator;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.publish.Publish;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.subscribe.Subscribe;
import io.broadcasty.tenant.TenantSettingsLookup;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The components that the sessions of a node share.
 *
 * @param tenants the current settings of each tenant
 * @param lanes returns the event loop of the next connection, which fans out to it and writes its
 *     outbox; must never be blocked
 * @param readers run the commands of clients, which may block on the store
 * @param closers run actions that may block on a connection: its close, and on some servers writes
 * @param listener notified of connections
 */
public record SessionContext(
    SessionSettings settings,
    TenantSettingsLookup tenants,
    Authenticator authenticator,
    Publish publish,
    UndeliveredPushes undelivered,
    Subscribe subscribe,
    Attend attend,
    ConnectionLimiter limits,
    Sessions sessions,
    Ticker ticker,
    WallClock clock,
    Supplier<Executor> lanes,
    Executor readers,
    Executor closers,
    RealtimeListener listener) {}
