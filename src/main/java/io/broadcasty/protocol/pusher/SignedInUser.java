package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.audience.Audience;
import io.broadcasty.delivery.audience.Watchlist;
import io.broadcasty.wire.PusherReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the user of a connection known to those who watch that user, and tells the connection which
 * users of its own list are signed in.
 */
@ThreadSafe
final class SignedInUser implements AutoCloseable {

  /** The most users of a watchlist. */
  static final int MAX_WATCHED = 100;

  private final PusherSession session;
  private final Audience audience;

  @GuardedBy("this")
  private @Nullable String user;

  @GuardedBy("this")
  private @Nullable TenantId tenant;

  @GuardedBy("this")
  private @Nullable Watchlist watchlist;

  @GuardedBy("this")
  private boolean closed;

  SignedInUser(PusherSession session, Audience audience) {
    this.session = session;
    this.audience = audience;
  }

  /** Signs a user in; the same user may sign in again, with another list. */
  synchronized void signIn(TenantId of, PusherReader.User wanted) {
    if (closed) {
      return;
    }
    if (user == null) {
      user = wanted.id();
      tenant = of;
      audience.signIn(of, wanted.id());
    }
    if (watchlist != null) {
      audience.unwatch(watchlist);
      watchlist = null;
    }
    List<String> listed =
        wanted.watchlist().stream().distinct().filter(PusherReader::isUserId).toList();
    if (listed.size() > MAX_WATCHED) {
      session.send(
          PusherFrames.error(
              PusherCloseCodes.WATCHLIST_LIMIT,
              "a watchlist may have at most " + MAX_WATCHED + " users; the first ones count"));
      listed = listed.subList(0, MAX_WATCHED);
    }
    if (!listed.isEmpty()) {
      watchlist =
          audience.watch(
              of,
              listed,
              (online, offline) -> session.send(PusherFrames.watchlistEvents(online, offline)));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (watchlist != null) {
      audience.unwatch(watchlist);
    }
    if (user != null && tenant != null) {
      audience.signOut(tenant, user);
    }
  }
}
