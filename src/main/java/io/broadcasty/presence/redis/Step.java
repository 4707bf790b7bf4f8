package io.broadcasty.presence.redis;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.presence.Member;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A step of the changing script, and who waits for what it says.
 *
 * @param kind see change.lua
 * @param member whom it is about; of those that need no JSON, the id alone counts
 * @param timeMillis when a lease ends; 0 for other steps
 * @param answer completes with what the script says of it; null when nobody waits
 */
record Step(
    TenantChannel channel,
    String kind,
    Member member,
    long timeMillis,
    @Nullable CompletableFuture<Long> answer) {

  /** What this node's connections hold, or do not hold any more: decided when it is sent. */
  static final String HOLDING = "";

  boolean isHolding() {
    return kind.equals(HOLDING);
  }
}
