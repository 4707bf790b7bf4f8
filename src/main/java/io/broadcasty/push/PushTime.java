package io.broadcasty.push;

import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;

/**
 * The two clocks of sending: the monotonic ticker measures durations, the wall clock tells due
 * times, which outlive the process.
 */
record PushTime(Ticker ticker, WallClock clock) {}
