package io.broadcasty.observability.mbeans;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Gives other applications what publishes for them.
 *
 * @param publisher the function
 */
public record LocalPublisherBean(
    Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>> publisher)
    implements LocalPublisherMBean {

  @Override
  public Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>>
      getPublisher() {
    return publisher;
  }
}
