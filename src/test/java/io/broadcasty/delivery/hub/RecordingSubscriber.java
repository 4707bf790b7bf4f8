package io.broadcasty.delivery.hub;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A subscriber that runs its calls on the publishing thread, unless it is given an event loop. */
final class RecordingSubscriber implements ChannelSubscriber {

  private static final Executor AT_ONCE = Runnable::run;

  private final Executor eventLoop;
  private final Consumer<EncodedPublication> ear;

  RecordingSubscriber(Consumer<EncodedPublication> ear) {
    this(AT_ONCE, ear);
  }

  RecordingSubscriber(Executor eventLoop, Consumer<EncodedPublication> ear) {
    this.eventLoop = eventLoop;
    this.ear = ear;
  }

  @Override
  public Executor eventLoop() {
    return eventLoop;
  }

  @Override
  public void onPublication(EncodedPublication publication) {
    ear.accept(publication);
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
