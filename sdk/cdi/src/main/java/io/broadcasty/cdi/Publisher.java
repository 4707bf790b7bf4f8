package io.broadcasty.cdi;

import io.broadcasty.client.PublishResult;
import java.util.concurrent.CompletionStage;

/**
 * Publishes payloads.
 *
 * <pre>{@code
 * @Inject Publisher<Object> publisher;
 * @Inject @Channel("orders.eu") Publisher<Order> orders;
 * }</pre>
 *
 * <p>In an active JTA transaction a publication waits for the commit, and is dropped if there is
 * none; otherwise it is published at once. It is written as JSON during the call: as it is, if it
 * is a {@code String} or {@code byte[]}, which contain JSON then, and with JSON-B if it is anything
 * else.
 *
 * <p>The stage ends with a {@link PublishException} if nothing was published. Do not wait for it
 * within the transaction, for it ends after it. If nobody looks at it, a failure is in the log. The
 * thread that completes it belongs to the server or to the client and must not be blocked.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> the type of the payloads
 */
public interface Publisher<T> {

  /**
   * Publishes to the {@link Channel} of the injection point.
   *
   * @throws PublishException if the payload cannot be written, or the injection point has none
   */
  CompletionStage<PublishResult> publish(T payload);

  /**
   * Publishes to a channel.
   *
   * @throws PublishException if the payload cannot be written
   */
  CompletionStage<PublishResult> publish(String channel, T payload);

  /**
   * Publishes to a channel, with an id, a key or headers.
   *
   * @throws PublishException if the payload cannot be written
   */
  CompletionStage<PublishResult> publish(String channel, T payload, PublishOptions options);
}
