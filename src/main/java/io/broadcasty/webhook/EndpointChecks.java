package io.broadcasty.webhook;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.App;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.http.RefusedEndpointException;
import io.broadcasty.core.tenant.TenantId;
import java.net.UnknownHostException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with the options of an endpoint. */
@ThreadSafe
final class EndpointChecks {

  static final int MAX_DESCRIPTION = 200;
  static final int MAX_RATE = 1000;

  private final EndpointGuard guard;

  @SuppressWarnings("ThreadSafe") // a look-up in memory
  private final Function<String, @Nullable App> apps;

  EndpointChecks(EndpointGuard guard, Function<String, @Nullable App> apps) {
    this.guard = guard;
    this.apps = apps;
  }

  /** Returns a fault; null when there is none. Resolves the host, which may block. */
  @Nullable String fault(TenantId tenant, EndpointOptions options) {
    if (options.description().length() > MAX_DESCRIPTION) {
      return "`description` may have at most " + MAX_DESCRIPTION + " characters";
    }
    if (options.ratePerSecond() < 0 || options.ratePerSecond() > MAX_RATE) {
      return "`ratePerSecond` must be 0 to " + MAX_RATE + "; 0 means any number";
    }
    for (WebhookEventType each : options.events()) {
      if (options.format() == WebhookFormat.PUSHER && each.pusherName() == null) {
        return "Pusher's form has no event `" + each.wireName() + "`";
      }
    }
    String fault = appFault(tenant, options);
    fault = fault == null ? channelsFault(options.channels()) : fault;
    return fault == null ? urlFault(options.url()) : fault;
  }

  private @Nullable String appFault(TenantId tenant, EndpointOptions options) {
    if (options.format() != WebhookFormat.PUSHER) {
      return options.app().isEmpty() ? null : "`app` belongs to the format `pusher`";
    }
    App app = apps.apply(options.app());
    return app == null || !app.tenant().equals(tenant)
        ? "`app` must be the id of an app of the tenant, whose secret signs"
        : null;
  }

  private static @Nullable String channelsFault(String channels) {
    if (channels.isEmpty()) {
      return null;
    }
    try {
      if (ChannelPattern.isPattern(channels)) {
        var unused = ChannelPattern.parse(channels);
      } else {
        var unused = new ChannelName(channels);
      }
      return null;
    } catch (InvalidChannelException e) {
      return "`channels`: " + e.getMessage();
    }
  }

  private @Nullable String urlFault(String url) {
    try {
      guard.requirePublicAddress(guard.parse(url));
      return null;
    } catch (RefusedEndpointException e) {
      return "`url`: " + e.getMessage();
    } catch (UnknownHostException e) {
      return "`url`: the endpoint's host cannot be resolved";
    }
  }
}
