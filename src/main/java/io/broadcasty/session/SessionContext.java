package io.broadcasty.session;

import io.broadcasty.auth.Authenticator;
import io.broadcasty.publish.Publish;
import io.broadcasty.subscribe.Subscribe;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.util.concurrent.Executor;

/**
 * What the sessions of a node share.
 *
 * @param writers run the writes of outboxes
 * @param eventWriters the same for SSE, whose writes may block
 * @param closers run what may block at a connection's end
 */
public record SessionContext(
    SessionSettings settings,
    Authenticator authenticator,
    Publish publish,
    Subscribe subscribe,
    ConnectionLimits limits,
    Sessions sessions,
    Ticker ticker,
    WallClock clock,
    Executor writers,
    Executor eventWriters,
    Executor closers) {}
