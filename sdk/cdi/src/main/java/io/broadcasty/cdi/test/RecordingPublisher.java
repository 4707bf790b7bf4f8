package io.broadcasty.cdi.test;

import io.broadcasty.cdi.PublishOptions;
import io.broadcasty.cdi.Publisher;
import io.broadcasty.client.Position;
import io.broadcasty.client.PublishResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A publisher that records payloads as they are, for tests without a container. Safe for use by
 * many threads.
 *
 * @param <T> the type of the payloads
 */
public final class RecordingPublisher<T> implements Publisher<T> {

  private final String channel;
  private final List<Published<T>> published = new ArrayList<>();

  /**
   * What was published.
   *
   * @param <T> the type of the payload
   */
  public record Published<T>(String channel, T payload, PublishOptions options) {}

  /** Creates a publisher for a channel. */
  public RecordingPublisher(String channel) {
    this.channel = channel;
  }

  /** Returns what has been published, in its order. */
  public synchronized List<Published<T>> published() {
    return List.copyOf(published);
  }

  /** Returns the payloads of what has been published, in their order. */
  public List<T> payloads() {
    return published().stream().map(Published::payload).toList();
  }

  @Override
  public CompletionStage<PublishResult> publish(T payload) {
    return publish(channel, payload);
  }

  @Override
  public CompletionStage<PublishResult> publish(String to, T payload) {
    return publish(to, payload, PublishOptions.NONE);
  }

  @Override
  public synchronized CompletionStage<PublishResult> publish(
      String to, T payload, PublishOptions options) {
    published.add(new Published<>(to, payload, options));
    return CompletableFuture.completedFuture(
        new PublishResult(
            options.id() == null ? "recorded-" + published.size() : options.id(),
            to,
            Optional.of(new Position("recorded", 0, published.size())),
            false,
            false));
  }
}
