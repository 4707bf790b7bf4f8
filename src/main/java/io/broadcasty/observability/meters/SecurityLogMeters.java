package io.broadcasty.observability.meters;

import io.broadcasty.admin.securitylog.SecurityEventType;
import io.broadcasty.admin.securitylog.SecurityLog;
import io.broadcasty.metrics.Meter;
import java.util.ArrayList;
import java.util.List;

/** Meters of the security log. */
public final class SecurityLogMeters {

  private SecurityLogMeters() {}

  /** Returns the meters of a node's log. */
  public static List<Meter> of(SecurityLog log) {
    List<Meter> meters = new ArrayList<>();
    for (SecurityEventType type : SecurityEventType.values()) {
      List<String> labels = List.of(type.wireName());
      meters.add(new Meter(MeterTable.SECURITY_EVENTS, labels, () -> log.written(type)));
      meters.add(new Meter(MeterTable.SECURITY_EVENTS_LEFT_OUT, labels, () -> log.leftOut(type)));
    }
    return meters;
  }
}
