package io.broadcasty.observability.mbeans;

import io.broadcasty.relay.RelayStatus;
import io.broadcasty.relay.RelayStatusSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the status of the relay. */
public record DriversBean(RelayStatusSource source) implements DriversMXBean {

  @Override
  public String getDriver() {
    return source.status().driver();
  }

  @Override
  public List<String> getOrder() {
    return source.status().order();
  }

  @Override
  public String getActive() {
    return source.status().active();
  }

  @Override
  public boolean isDegraded() {
    return source.status().degraded();
  }

  @Override
  public Map<String, String> getBreakers() {
    Map<String, String> breakers = new LinkedHashMap<>();
    for (RelayStatus.ProviderStatus provider : source.status().providers()) {
      breakers.put(provider.state().name(), provider.breaker());
    }
    return breakers;
  }

  @Override
  public long getWaiting() {
    return source.status().lag().publications();
  }

  @Override
  public long getLagMillis() {
    return source.status().lag().millis();
  }

  @Override
  public long getSwitches() {
    return source.status().switches();
  }

  @Override
  public long getRelayed() {
    return source.status().relayed();
  }

  @Override
  public long getRejected() {
    return source.status().rejected();
  }

  @Override
  public long getMissed() {
    return source.status().missed();
  }
}
