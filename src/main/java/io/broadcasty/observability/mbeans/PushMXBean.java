package io.broadcasty.observability.mbeans;

import java.util.Map;

/** Notifications to browsers and phones: {@code io.broadcasty:type=Push}. */
@Described("Notifications to browsers and phones, sent by this node")
public interface PushMXBean {

  @Described("Each enabled push service: up, or what is wrong")
  Map<String, String> getServices();

  @Described("Whether every enabled service sends, at least to some devices")
  boolean isSending();
}
