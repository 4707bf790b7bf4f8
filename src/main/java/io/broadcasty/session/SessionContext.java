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
 * What the sessions of a node share.
 *
 * @param tenants the settings of each tenant now
 * @param lanes gives each connection what fans out to it and writes its outbox; never blocked
 * @param readers carry out what clients say, which may block on the store
 * @param closers run what may block on a connection: its end, and on some servers its writes
 * @param listener hears of connections
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
