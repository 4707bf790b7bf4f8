package io.broadcasty.observability.mbeans;

import java.util.List;
import java.util.Map;

/** The relay to providers such as Pusher: {@code io.broadcasty:type=Drivers}. */
@Described("The relay of publications to providers, as this node sees it")
public interface DriversMXBean {

  @Described("The configured driver")
  String getDriver();

  @Described("The names in order of preference; the last serves when no provider is healthy")
  List<String> getOrder();

  @Described("The name of the one that serves")
  String getActive();

  @Described("Whether that is not the first")
  boolean isDegraded();

  @Described("The circuit breaker of each provider: closed, half_open or open")
  Map<String, String> getBreakers();

  @Described("Publications of this node that have not been relayed")
  long getWaiting();

  @Described("How long the oldest of them has waited, in milliseconds")
  long getLagMillis();

  @Described("How often the active one has changed since the start")
  long getSwitches();

  @Described("Publications relayed since the start")
  long getRelayed();

  @Described("Publications since the start that a provider will never accept")
  long getRejected();

  @Described("Publications since the start that left their stream before they were relayed")
  long getMissed();
}
