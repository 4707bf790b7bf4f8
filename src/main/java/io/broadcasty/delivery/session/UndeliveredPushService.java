package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.push.PushIfUndelivered;
import io.broadcasty.push.PushResult;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PublishReader;
import io.broadcasty.wire.PushReader;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Arranges pushes for users who have not received a publication over a connection. */
@ThreadSafe
public final class UndeliveredPushService {

  private static final System.Logger LOG = System.getLogger(UndeliveredPushService.class.getName());

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final PushIfUndelivered push;
  private final RealtimeListener listener;

  /**
   * Creates the use case.
   *
   * @param listener notified of denied requests
   */
  public UndeliveredPushService(PushIfUndelivered push, RealtimeListener listener) {
    this.push = push;
    this.listener = listener;
  }

  /** The result of arranging a push; exactly one of the two is set. */
  public record Scheduled(@Nullable String sendId, @Nullable Problem problem) {}

  /**
   * Returns the request with a problem in place of each publication whose push is refused, so that
   * it is not published.
   */
  public PublishReader.Request withRefusals(Caller caller, PublishReader.Request request) {
    if (request.items().stream().allMatch(item -> item.push() == null)) {
      return request;
    }
    List<PublishReader.Item> items =
        request.items().stream().map(item -> withRefusals(caller, item)).toList();
    return new PublishReader.Request(request.batch(), items);
  }

  private PublishReader.Item withRefusals(Caller caller, PublishReader.Item item) {
    Problem refusal = item.push() == null ? null : refusal(caller, item.push());
    return refusal == null ? item : new PublishReader.Item(null, refusal, null);
  }

  /** Returns why a push is refused; null when it is accepted. */
  public @Nullable Problem refusal(Caller caller, PushReader.Undelivered wanted) {
    try {
      PushResult refusal = push.refusal(caller, request(wanted));
      if (refusal instanceof PushResult.Denied) {
        listener.onDenied(
            new Denied(caller.tenant(), caller.subject(), Operation.PUSH, null, caller.address()));
      }
      return refusal == null ? null : PushMapper.problem(refusal);
    } catch (ProblemException e) {
      return e.problem();
    }
  }

  /** Stores the push of a publication that has been published. May block on the database. */
  public Scheduled schedule(
      Caller caller, PublishRequest publication, PushReader.Undelivered wanted) {
    try {
      return new Scheduled(
          push.schedule(
              caller,
              publication.channel(),
              Objects.requireNonNull(publication.id(), "A publication with a push has an id"),
              request(wanted)),
          null);
    } catch (PushStoreException e) {
      LOG.log(Level.DEBUG, "Cannot store a push for undelivered users", e);
      if (e.isRejected()) {
        return new Scheduled(
            null,
            Problem.of(
                Code.INVALID_REQUEST,
                "it was published, but its push was not stored: the database refuses a name or text"
                    + " in it, which is too long or cannot be kept"));
      }
      return new Scheduled(
          null,
          new Problem(
              Code.UNAVAILABLE,
              "it was published, but its push could not be stored; publish it again with the same"
                  + " id",
              RETRY_AFTER));
    } catch (ProblemException e) { // checked before the publish
      return new Scheduled(null, e.problem());
    }
  }

  private static PushIfUndelivered.Request request(PushReader.Undelivered wanted)
      throws ProblemException {
    return new PushIfUndelivered.Request(
        Duration.ofSeconds(wanted.afterSeconds()),
        wanted.users(),
        PushMapper.notification(wanted.notification()));
  }
}
