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
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The part of a publish that is about pushing what is not delivered. */
@ThreadSafe
public final class UndeliveredPushes {

  private static final Logger LOG = Logger.getLogger(UndeliveredPushes.class.getName());

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final PushIfUndelivered push;
  private final RealtimeListener listener;

  /**
   * @param listener hears of what is denied
   */
  public UndeliveredPushes(PushIfUndelivered push, RealtimeListener listener) {
    this.push = push;
    this.listener = listener;
  }

  /** What came of it; exactly one of the two is set. */
  public record Arranged(@Nullable String sendId, @Nullable Problem problem) {}

  /**
   * The request, with a problem in place of what must not be published since it cannot be pushed.
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

  /** Why something cannot be pushed, so that it must not be published; null when it can. */
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

  /** Keeps what is wanted of a publication that was made. May block on the database. */
  public Arranged arrange(Caller caller, PublishRequest publication, PushJson.Undelivered wanted) {
    try {
      return new Arranged(
          push.arrange(
              caller,
              publication.channel(),
              Objects.requireNonNull(publication.id(), "the reader wants one"),
              wish(wanted)),
          null);
    } catch (PushStoreException e) {
      LOG.log(Level.FINE, "a push could not be arranged", e);
      return new Arranged(
          null,
          new Problem(
              Code.UNAVAILABLE,
              "it was published, but the push could not be arranged; publish it again with the same"
                  + " id",
              RETRY_AFTER));
    } catch (ProblemException e) { // was checked before
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
