package io.broadcasty.cdi.test;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What Broadcasty registers for the applications of its server. */
public interface LocalPublisherMBean {

  /** Returns what publishes. */
  Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>> getPublisher();
}
