package io.broadcasty.observability.mbeans;

import io.broadcasty.streams.broker.Broker;

/** Reads the condition of the streams. */
public record StoreBean(Broker broker) implements StoreMXBean {

  @Override
  public String getState() {
    return broker.condition().state().wireName();
  }

  @Override
  public String getReason() {
    return broker.condition().reason();
  }

  @Override
  public String getDurability() {
    return broker.durability();
  }
}
