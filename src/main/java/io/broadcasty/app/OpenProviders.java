package io.broadcasty.app;

import io.broadcasty.config.Settings;
import io.broadcasty.push.EnabledServices;
import io.broadcasty.push.PushProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The push services that are configured, opened.
 *
 * @param webPushKey the public key that browsers subscribe with; null without Web Push
 */
record OpenProviders(EnabledServices services, @Nullable String webPushKey)
    implements AutoCloseable {

  static OpenProviders of(Settings settings) {
    return new OpenProviders(new EnabledServices(List.of()), null);
  }

  @Override
  public void close() {
    services.all().forEach(PushProvider::close);
  }
}
