package io.broadcasty.push.sending;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;

/**
 * The two clocks of sending: the monotonic ticker measures durations, the wall clock tells due
 * times, which outlive the process.
 */
record PushClocks(Ticker ticker, WallClock clock) {}
