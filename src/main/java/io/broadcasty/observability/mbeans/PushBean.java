package io.broadcasty.observability.mbeans;

import io.broadcasty.push.sending.PushServiceHealth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads the condition of the push services. */
public record PushBean(Supplier<List<PushServiceHealth>> services) implements PushMXBean {

  @Override
  public Map<String, String> getServices() {
    Map<String, String> found = new LinkedHashMap<>();
    for (PushServiceHealth each : services.get()) {
      String problem = each.problem();
      found.put(each.service().name(), problem == null ? "up" : problem);
    }
    return found;
  }

  @Override
  public boolean isSending() {
    return services.get().stream().allMatch(PushServiceHealth::sending);
  }
}
