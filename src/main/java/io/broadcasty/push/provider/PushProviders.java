package io.broadcasty.push.provider;

import io.broadcasty.push.device.PushService;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The providers of the push services that are enabled; empty when push is disabled. */
public final class PushProviders {

  private final Map<PushService, PushProvider> providers = new LinkedHashMap<>();

  /**
   * Creates a registry of these providers.
   *
   * @throws IllegalArgumentException when two providers are for the same service
   */
  public PushProviders(Collection<? extends PushProvider> providers) {
    for (PushProvider provider : providers) {
      if (this.providers.put(provider.service(), provider) != null) {
        throw new IllegalArgumentException(
            "more than one provider for the push service " + provider.service().name());
      }
    }
  }

  /** Returns whether push is disabled. */
  public boolean isEmpty() {
    return providers.isEmpty();
  }

  /** Returns the provider of a service; null when the service is not enabled. */
  public @Nullable PushProvider find(PushService service) {
    return providers.get(service);
  }

  /** Returns all providers, in the order in which they were given. */
  public Collection<PushProvider> all() {
    return Collections.unmodifiableCollection(providers.values());
  }

  /** Returns the enabled services, in the order of their providers. */
  public Set<PushService> services() {
    return Collections.unmodifiableSet(providers.keySet());
  }
}
