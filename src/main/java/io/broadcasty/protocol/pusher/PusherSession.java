package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppCallers;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.ServedTenants;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.session.BoundedWait;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherCommand;
import io.broadcasty.wire.PusherReader;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the Pusher protocol. Its caller is the connection itself until it signs in, and a
 * user from then on.
 */
@ThreadSafe
public final class PusherSession extends MessageSession {

  /** After how long a silence a client asks whether the server is there, in seconds. */
  private static final long ACTIVITY_SECONDS = 30;

  private static final int MAX_ERRORS_IN_A_ROW = 10;
  private static final int MAX_SOCKET_PART = 1_000_000_000;

  private final Apps apps;

  /** The app as it was when the connection was opened. */
  private final App opened;

  private final String socketId = newSocketId();
  private final ChannelCommands channels;
  private final ClientEvents clientEvents;
  private final SignedInUser signedIn;
  private final PusherEncoder encoder;
  private final BoundedWait roomWait = new BoundedWait();
  private final AtomicInteger errorsInARow = new AtomicInteger();

  /** Who has signed in; null for nobody. Only the reading thread sets it. */
  private volatile PusherReader.@Nullable User user;

  PusherSession(
      SessionContext context,
      Transport transport,
      Apps apps,
      App app,
      PusherProtocol.Shared shared) {
    super(context, transport);
    this.apps = apps;
    this.opened = app;
    this.channels = new ChannelCommands(this, context, shared, socketId);
    this.encoder =
        app.features().replay().isZero() ? PusherEncoder.INSTANCE : PusherEncoder.WITH_IDS;
    this.signedIn = new SignedInUser(this, shared.audience());
    this.clientEvents = new ClientEvents(this, context, shared.events(), socketId);
    opened();
    TenantState state = context.tenants().of(app.tenant()).state();
    if (!state.isServed()) {
      end(Problem.of(Code.TENANT_REFUSED, ServedTenants.reason(state)));
    } else if (takeConnectionLease(
        AppCallers.socket(app, socketId, now(), transport.clientAddress()))) {
      send(PusherFrames.established(socketId, ACTIVITY_SECONDS));
    } else {
      end(ProblemMapper.connectionLimit());
    }
  }

  /**
   * Returns a new id: two numbers, since the back ends' libraries accept no other form. It need not
   * be secret, since whoever signs for it decides for whom.
   */
  private static String newSocketId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return random.nextInt(1, MAX_SOCKET_PART) + "." + random.nextInt(1, MAX_SOCKET_PART);
  }

  private Instant now() {
    return Instant.ofEpochMilli(context.clock().nowMillis());
  }

  /** Returns the app as it is now; as it was before if it is deleted, which ends the session. */
  App app() {
    App now = apps.byId(opened.id());
    return now == null ? opened : now;
  }

  /**
   * Returns a user of the app on this connection.
   *
   * @param roles null for those of all clients
   */
  Caller user(String id, @Nullable Set<String> roles) {
    return AppCallers.user(app(), id, roles, now(), clientAddress());
  }

  /** Returns who has signed in; null for nobody. */
  PusherReader.@Nullable User signedIn() {
    return user;
  }

  @Override
  public void onText(String text) {
    if (hasEnded()) {
      return;
    }
    recordActivity();
    roomWait.await(whenRoomOrEnded());
    Problem exceeded = chargeMessage(1);
    if (exceeded != null) {
      send(PusherFrames.error(PusherCloseCodes.CLIENT_EVENT_REJECTED, exceeded.detail()));
      return;
    }
    try {
      execute(PusherReader.command(text));
      errorsInARow.set(0);
    } catch (ProblemException e) {
      send(PusherFrames.error(0, e.problem().detail()));
      if (errorsInARow.incrementAndGet() >= MAX_ERRORS_IN_A_ROW) {
        end(
            Problem.of(
                Code.PROTOCOL_ERROR,
                MAX_ERRORS_IN_A_ROW + " messages in a row could not be understood"));
      }
    }
  }

  private void execute(PusherCommand command) throws ProblemException {
    Caller caller = caller();
    if (caller == null) {
      return; // refused, and about to end
    }
    if (command instanceof PusherCommand.Subscribe subscribe) {
      channels.subscribe(caller, subscribe);
    } else if (command instanceof PusherCommand.Unsubscribe unsubscribe) {
      channels.unsubscribe(unsubscribe.channel());
    } else if (command instanceof PusherCommand.ClientEvent event) {
      clientEvents.send(channels, event);
    } else if (command instanceof PusherCommand.Signin signin) {
      signIn(signin);
    } else if (command instanceof PusherCommand.Ping) {
      send(PusherFrames.PONG);
    }
  }

  private void signIn(PusherCommand.Signin signin) throws ProblemException {
    if (!AppSignature.isValid(
        app(), AppSignature.signin(socketId, signin.userData()), signin.auth())) {
      end(Problem.of(Code.UNAUTHORIZED, "the signature of the sign-in is not valid"));
      return;
    }
    PusherReader.User wanted = PusherReader.user(signin.userData());
    PusherReader.User before = user;
    if (before != null && !before.id().equals(wanted.id())) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "this connection has signed in as another user; open another one");
    }
    user = wanted;
    authenticated(user(wanted.id(), wanted.roles()), null);
    send(PusherFrames.signedIn(signin.userData()));
    if (app().features().watchlists()) {
      signedIn.signIn(app().tenant(), wanted);
    }
  }

  @Override
  public void sendPublication(EncodedPublication publication) {
    boolean erased = publication.publication().envelope().message().isErased();
    if (!erased && !publication.isNotFor(socketId)) {
      send(publication.encodedBy(encoder));
    }
  }

  /** Does nothing: the protocol knows no positions. */
  @Override
  public void sendLost(ChannelName channel, LostPosition lost) {}

  @Override
  public void sendPresence(EncodedPresence change) {
    channels.onPresence(change);
  }

  @Override
  public void sendPresenceReset(ChannelName channel, PresencePage page) {
    channels.onPresenceReset(channel, page);
  }

  @Override
  protected boolean isWithin(BiPredicate<String, Action> allowed) {
    return super.isWithin(allowed) && channels.isPresentWithin(allowed);
  }

  @Override
  protected void reauthorize(Caller now) {
    App current = apps.byId(opened.id());
    if (current == null || !current.tenant().equals(opened.tenant())) {
      end(Problem.of(Code.UNAUTHORIZED, "the app of this connection was deleted"));
      return;
    }
    channels.reauthorize();
  }

  @Override
  protected EncodedFrame endFrame(Problem problem) {
    return PusherFrames.error(PusherCloseCodes.of(problem), problem.detail());
  }

  @Override
  protected void onReleased() {
    channels.close();
    signedIn.close();
  }
}
