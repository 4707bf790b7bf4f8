package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppEvents;
import io.broadcasty.core.app.Apps;
import io.broadcasty.delivery.audience.Audience;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.wire.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The Pusher Channels protocol at {@code /app/{key}}. Versions 5 to 7 are the same for a server.
 * Whatever is wrong with a handshake, clients learn only from a close code, so the connection is
 * opened first.
 */
@ThreadSafe
public final class PusherProtocol implements MessageProtocol {

  private static final int OLDEST = 5;
  private static final int NEWEST = 7;

  private final Apps apps;

  @SuppressWarnings("ThreadSafe") // its parts are called by any thread
  private final Shared shared;

  /** What all connections share. */
  record Shared(
      AppEvents events, Audience audience, SubscriptionCounts counts, RecentEvents recent) {}

  /**
   * @param events is told what happens in this protocol alone
   * @param audience tells this of subscribers and users of all nodes
   */
  public PusherProtocol(Apps apps, AppEvents events, Audience audience) {
    this.apps = apps;
    SubscriptionCounts counts = new SubscriptionCounts(audience, events);
    this.shared = new Shared(events, audience, counts, new RecentEvents());
    audience.onCount(counts);
  }

  @Override
  public String name() {
    return "pusher";
  }

  @Override
  public String path() {
    return "/app";
  }

  @Override
  public Accepted accept(StreamRequest handshake) {
    App app = apps.byKey(handshake.belowPath());
    int refusal =
        app == null ? PusherCloseCodes.UNKNOWN_APP : refusal(handshake.parameter("protocol"));
    return new Accepted() {
      @Override
      public MessageSession open(SessionContext context, Transport transport) {
        return app == null || refusal != 0
            ? new RefusedSession(context, transport, refusal)
            : new PusherSession(context, transport, apps, app, shared);
      }

      @Override
      public int closeCode(Problem problem) {
        return refusal == 0 ? PusherCloseCodes.of(problem) : refusal;
      }
    };
  }

  private static int refusal(@Nullable String version) {
    if (version == null || version.isEmpty()) {
      return PusherCloseCodes.NO_VERSION;
    }
    if (!version.matches("[0-9]{1,9}")) {
      return PusherCloseCodes.INVALID_VERSION;
    }
    int number = Integer.parseInt(version);
    return number < OLDEST || number > NEWEST ? PusherCloseCodes.UNSUPPORTED_VERSION : 0;
  }
}
