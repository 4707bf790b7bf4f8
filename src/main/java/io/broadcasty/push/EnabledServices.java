package io.broadcasty.push;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The push services that can be sent through; none when push is off. */
public final class EnabledServices {

  private final Map<PushService, PushProvider> providers = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException when two are of the same service
   */
  public EnabledServices(Collection<? extends PushProvider> providers) {
    for (PushProvider provider : providers) {
      if (this.providers.put(provider.service(), provider) != null) {
        throw new IllegalArgumentException("two providers of " + provider.service().word());
      }
    }
  }

  /** Whether push is off. */
  public boolean isEmpty() {
    return providers.isEmpty();
  }

  /** The one for a service; null when it is not enabled. */
  public @Nullable PushProvider find(PushService service) {
    return providers.get(service);
  }

  /** In the order in which they were given. */
  public Collection<PushProvider> all() {
    return Collections.unmodifiableCollection(providers.values());
  }

  /** Their services, in order. */
  public Set<PushService> services() {
    return Collections.unmodifiableSet(providers.keySet());
  }
}
