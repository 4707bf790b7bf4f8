package io.broadcasty.server.config;

import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.http.RefusedEndpointException;
import io.broadcasty.core.rbac.callback.CallbackSecret;
import io.broadcasty.core.rbac.callback.CallbackSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads where a back end is asked who may do what. */
final class PolicyReader {

  private final SettingsReader reader;

  PolicyReader(SettingsReader reader) {
    this.reader = reader;
  }

  /** Returns the settings; null when no back end is asked, or they have a fault. */
  @Nullable CallbackSettings read() {
    List<String> texts = reader.optional(PolicyConfigKeys.SECRETS).orElse(List.of());
    Duration timeout = reader.value(PolicyConfigKeys.TIMEOUT, Duration.ofSeconds(2));
    EndpointGuard guard = new EndpointGuard(hosts(), EndpointGuard.Resolver.system());
    String url = reader.optional(PolicyConfigKeys.URL).orElse(null);
    if (url == null) {
      return null;
    }
    if (texts.isEmpty()) {
      reader.fault(
          PolicyConfigKeys.SECRETS, "is missing: without one, a back end cannot know who asks");
    }
    List<CallbackSecret> secrets = new ArrayList<>();
    URI address = null;
    try {
      texts.forEach(text -> secrets.add(new CallbackSecret(text)));
    } catch (IllegalArgumentException e) {
      reader.fault(PolicyConfigKeys.SECRETS, String.valueOf(e.getMessage()));
    }
    try {
      address = guard.parse(url);
    } catch (RefusedEndpointException e) {
      reader.fault(
          PolicyConfigKeys.URL, e.getMessage() + "; see also " + PolicyConfigKeys.HOSTS.name());
    }
    return address == null || secrets.isEmpty()
        ? null
        : new CallbackSettings(address, secrets, timeout, guard);
  }

  private AllowedHosts hosts() {
    try {
      return new AllowedHosts(reader.optional(PolicyConfigKeys.HOSTS).orElse(List.of()));
    } catch (IllegalArgumentException e) {
      reader.fault(PolicyConfigKeys.HOSTS, String.valueOf(e.getMessage()));
      return new AllowedHosts(List.of());
    }
  }
}
