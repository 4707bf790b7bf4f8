package io.broadcasty.app;

import io.broadcasty.push.EnabledServices;
import io.broadcasty.push.PushProvider;
import io.broadcasty.push.PushProviderFactory;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** The configured push services, opened. */
record OpenProviders(EnabledServices services) implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(OpenProviders.class.getName());

  static OpenProviders open(
      List<PushProviderFactory.Opener> openers,
      ThreadFactory threads,
      Ticker ticker,
      WallClock clock) {
    List<PushProvider> providers =
        openers.stream().map(each -> each.open(threads, ticker, clock)).toList();
    if (!providers.isEmpty()) {
      LOG.log(
          Level.INFO,
          () -> "push: " + providers.stream().map(each -> each.service().word()).toList());
    }
    return new OpenProviders(new EnabledServices(providers));
  }

  /** Returns the public key that browsers subscribe with; null without Web Push. */
  @Nullable String clientKey() {
    return services.all().stream()
        .map(PushProvider::clientKey)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  @Override
  public void close() {
    services.all().forEach(PushProvider::close);
  }
}
