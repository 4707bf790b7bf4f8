package io.broadcasty.server.push;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.push.provider.PushProviders;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** The configured push services, opened. */
public record OpenPushProviders(PushProviders services) implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(OpenPushProviders.class.getName());

  public static OpenPushProviders open(
      List<PushProviderFactory.Opener> openers,
      ThreadFactory threads,
      Ticker ticker,
      WallClock clock) {
    List<PushProvider> providers =
        openers.stream().map(each -> each.open(threads, ticker, clock)).toList();
    if (!providers.isEmpty()) {
      LOG.log(
          Level.INFO,
          () -> "push: " + providers.stream().map(each -> each.service().name()).toList());
    }
    return new OpenPushProviders(new PushProviders(providers));
  }

  /** Returns the public key that browsers subscribe with; null without Web Push. */
  @Nullable
  public String clientKey() {
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
