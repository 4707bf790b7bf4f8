package io.broadcasty.delivery.hub;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A subscriber that runs its calls on the publishing thread, unless it is given an event loop. */
final class RecordingSubscriber implements ChannelSubscriber {

  private static final Executor AT_ONCE = Runnable::run;

  private final Executor eventLoop;
  private final Consumer<EncodedPublication> listener;

  RecordingSubscriber(Consumer<EncodedPublication> listener) {
    this(AT_ONCE, listener);
  }

  RecordingSubscriber(Executor eventLoop, Consumer<EncodedPublication> listener) {
    this.eventLoop = eventLoop;
    this.listener = listener;
  }

  @Override
  public Executor eventLoop() {
    return eventLoop;
  }

  @Override
  public void onPublication(EncodedPublication publication) {
    listener.accept(publication);
  }

  @Override
  public void onPresence(EncodedPresence change) {
    throw new AssertionError("nobody comes or goes here");
  }

  @Override
  public void onGap() {
    throw new AssertionError("nothing is left out here");
  }

  @Override
  public void onFailure(RuntimeException failure) {
    throw new AssertionError("nothing fails here", failure);
  }
}
