package io.broadcasty.cdi;

import io.broadcasty.client.PublishResult;
import java.util.concurrent.CompletableFuture;

/**
 * A publication on its way.
 *
 * @param json the payload as JSON in UTF-8
 * @param result completed when it is known what has come of it
 */
record Outgoing(
    String channel, byte[] json, PublishOptions options, CompletableFuture<PublishResult> result) {

  static Outgoing of(String channel, byte[] json, PublishOptions options) {
    return new Outgoing(channel, json, options, new CompletableFuture<>());
  }

  void fail(PublishException failure) {
    result.completeExceptionally(failure);
  }
}
