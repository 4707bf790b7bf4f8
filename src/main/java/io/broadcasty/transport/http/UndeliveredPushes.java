package io.broadcasty.transport.http;

import io.broadcasty.auth.Caller;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.PublishCommand;
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
public final class UndeliveredPushes {

  private static final Logger LOG = Logger.getLogger(UndeliveredPushes.class.getName());

  private final PushIfUndelivered push;

  public UndeliveredPushes(PushIfUndelivered push) {
    this.push = push;
  }

  /** What came of it; exactly one of the two is set. */
  record Arranged(@Nullable String sendId, @Nullable Problem problem) {}

  /**
   * The request, with a problem in place of what must not be published since it cannot be pushed.
   */
  PublishReader.Request checked(Caller caller, PublishReader.Request request) {
    if (request.items().stream().allMatch(item -> item.push() == null)) {
      return request;
    }
    List<PublishReader.Item> items =
        request.items().stream().map(item -> checked(caller, item)).toList();
    return new PublishReader.Request(request.batch(), items);
  }

  private PublishReader.Item checked(Caller caller, PublishReader.Item item) {
    if (item.push() == null) {
      return item;
    }
    Problem problem;
    try {
      PushAnswer refusal = push.refusal(caller, wish(item.push()));
      problem = refusal == null ? null : PushAnswers.problem(refusal);
    } catch (ProblemException e) {
      problem = e.problem();
    }
    return problem == null ? item : new PublishReader.Item(null, problem, null);
  }

  /** Keeps the wish of an item that was published. May block on the database. */
  Arranged arrange(Caller caller, PublishReader.Item item) {
    PublishCommand command = Objects.requireNonNull(item.command());
    try {
      return new Arranged(
          push.arrange(
              caller,
              command.channel(),
              Objects.requireNonNull(command.id(), "the reader wants one"),
              wish(Objects.requireNonNull(item.push()))),
          null);
    } catch (PushStoreException e) {
      LOG.log(Level.FINE, "a push could not be arranged", e);
      return new Arranged(
          null,
          new Problem(
              Code.UNAVAILABLE,
              "it was published, but the push could not be arranged; publish it again with the same"
                  + " `id`",
              Duration.ofSeconds(2)));
    } catch (ProblemException e) { // was checked before
      return new Arranged(null, e.problem());
    }
  }

  private static PushIfUndelivered.Wish wish(PushJson.Undelivered wanted) throws ProblemException {
    return new PushIfUndelivered.Wish(
        Duration.ofSeconds(wanted.afterSeconds()),
        wanted.users(),
        PushAnswers.notification(wanted.message()));
  }
}
