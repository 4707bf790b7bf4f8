package io.broadcasty.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.auth.Caller;
import io.broadcasty.broker.PublishRequest;
import io.broadcasty.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.PublishReader;
import io.broadcasty.protocol.PushJson;
import io.broadcasty.push.PushAnswer;
import io.broadcasty.push.PushIfUndelivered;
import io.broadcasty.push.PushStoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Arranges pushes for users who have not received a publication over a connection. */
@ThreadSafe
public final class UndeliveredPushes {

  private static final System.Logger LOG = System.getLogger(UndeliveredPushes.class.getName());

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final PushIfUndelivered push;
  private final RealtimeListener listener;

  /**
   * Creates the use case.
   *
   * @param listener notified of denied requests
   */
  public UndeliveredPushes(PushIfUndelivered push, RealtimeListener listener) {
    this.push = push;
    this.listener = listener;
  }

  /** The result of arranging a push; exactly one of the two is set. */
  public record Arranged(@Nullable String sendId, @Nullable Problem problem) {}

  /**
   * Returns the request with a problem in place of each publication whose push is refused, so that
   * it is not published.
   */
  public PublishReader.Request checked(Caller caller, PublishReader.Request request) {
    if (request.items().stream().allMatch(item -> item.push() == null)) {
      return request;
    }
    List<PublishReader.Item> items =
        request.items().stream().map(item -> checked(caller, item)).toList();
    return new PublishReader.Request(request.batch(), items);
  }

  private PublishReader.Item checked(Caller caller, PublishReader.Item item) {
    Problem refusal = item.push() == null ? null : refusal(caller, item.push());
    return refusal == null ? item : new PublishReader.Item(null, refusal, null);
  }

  /** Returns why a push is refused; null when it is accepted. */
  public @Nullable Problem refusal(Caller caller, PushJson.Undelivered wanted) {
    try {
      PushAnswer refusal = push.refusal(caller, wish(wanted));
      if (refusal instanceof PushAnswer.Denied) {
        listener.onDenied(new Denied(caller.tenant(), caller.subject(), Operation.PUSH, null));
      }
      return refusal == null ? null : PushProtocol.problem(refusal);
    } catch (ProblemException e) {
      return e.problem();
    }
  }

  /** Stores the push of a publication that has been published. May block on the database. */
  public Arranged arrange(Caller caller, PublishRequest publication, PushJson.Undelivered wanted) {
    try {
      return new Arranged(
          push.arrange(
              caller,
              publication.channel(),
              Objects.requireNonNull(publication.id(), "A publication with a push has an id"),
              wish(wanted)),
          null);
    } catch (PushStoreException e) {
      LOG.log(Level.DEBUG, "Cannot store a push for undelivered users", e);
      return new Arranged(
          null,
          new Problem(
              Code.UNAVAILABLE,
              "it was published, but its push could not be stored; publish it again with the same"
                  + " id",
              RETRY_AFTER));
    } catch (ProblemException e) { // checked before the publish
      return new Arranged(null, e.problem());
    }
  }

  private static PushIfUndelivered.Wish wish(PushJson.Undelivered wanted) throws ProblemException {
    return new PushIfUndelivered.Wish(
        Duration.ofSeconds(wanted.afterSeconds()),
        wanted.users(),
        PushProtocol.notification(wanted.message()));
  }
}
