package io.broadcasty.reactive;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Publishes messages, as many at a time as are allowed. */
final class PublishingSubscriber implements Subscriber<Message<?>> {

  private static final System.Logger LOG = System.getLogger(PublishingSubscriber.class.getName());

  private final Function<Object, CompletionStage<?>> publish;
  private final int inFlight;
  private volatile Subscription subscription;

  /**
   * Creates a subscriber.
   *
   * @param publish publishes a payload
   * @param inFlight 1 keeps the order
   */
  PublishingSubscriber(Function<Object, CompletionStage<?>> publish, int inFlight) {
    this.publish = publish;
    this.inFlight = inFlight;
  }

  @Override
  public void onSubscribe(Subscription given) {
    if (subscription != null) {
      given.cancel();
      return;
    }
    subscription = given;
    given.request(inFlight);
  }

  @Override
  public void onNext(Message<?> message) {
    CompletionStage<?> published;
    try {
      published = publish.apply(message.getPayload());
    } catch (RuntimeException e) { // a payload that cannot be written
      end(message.nack(e));
      return;
    }
    published.whenComplete(
        (result, failure) -> end(failure == null ? message.ack() : message.nack(cause(failure))));
  }

  /** Asks for the next message when this one has been acknowledged, in one way or the other. */
  private void end(CompletionStage<Void> acknowledged) {
    acknowledged.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            LOG.log(Level.DEBUG, "The sender of a message fails at its acknowledgement", failure);
          }
          subscription.request(1);
        });
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  @Override
  public void onError(Throwable failure) {
    LOG.log(Level.WARNING, "An outgoing channel has failed, and publishes nothing more", failure);
  }

  @Override
  public void onComplete() {
    LOG.log(Level.DEBUG, "An outgoing channel has ended");
  }
}
