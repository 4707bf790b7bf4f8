package io.broadcasty.observability.mbeans;

/** The store of the streams: {@code io.broadcasty:type=Store}. */
@Described("The store of the streams, as this node sees it")
public interface StoreMXBean {

  /** Returns {@code up}, {@code queueing}, {@code read_only} or {@code down}. */
  @Described(
      "up; queueing, when publications are accepted and kept on this node; read_only; or down")
  String getState();

  @Described("What is wrong and how to mend it; empty when nothing is")
  String getReason();

  @Described("Where publications are kept, and how durably")
  String getDurability();
}
