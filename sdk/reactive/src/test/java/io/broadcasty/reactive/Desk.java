package io.broadcasty.reactive;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;

/** A bean that sends to channels of Reactive Messaging. */
@ApplicationScoped
public class Desk {

  /** An order. */
  public record Order(int number) {}

  /** A payload that JSON-B cannot write. */
  public static class Unwritable {
    public int getNumber() {
      throw new IllegalStateException("no number");
    }
  }

  @Inject
  @Channel("paid")
  Emitter<Object> paid;

  @Inject
  @Channel("numbers")
  Emitter<Integer> numbers;

  CompletionStage<Void> pay(Object order) {
    return paid.send(order);
  }

  CompletionStage<Void> count(int number) {
    return numbers.send(number);
  }
}
