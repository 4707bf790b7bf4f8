package io.broadcasty.observability.mbeans;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Publishing for other applications of this JVM: {@code io.broadcasty:type=LocalPublisher}. It is
 * no MXBean, because its attribute is for programs of this JVM; a JMX client elsewhere cannot read
 * it.
 */
@Described("Publishing for other applications of this server, without HTTP")
public interface LocalPublisherMBean {

  /** Returns what publishes, see {@code io.broadcasty.transport.local.LocalPublisher}. */
  @Described("A function of types of the JDK, for applications of this server only")
  Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>> getPublisher();
}
