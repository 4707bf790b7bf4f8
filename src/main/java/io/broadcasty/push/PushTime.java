package io.broadcasty.push;

import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;

/**
 * The two clocks of sending: how long something is under way is monotonic, when it is due outlives
 * the process.
 */
record PushTime(Ticker ticker, WallClock clock) {}
