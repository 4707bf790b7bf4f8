package io.broadcasty.push;

/** Hears what becomes of notifications, to count it. Quick; called by the threads that send. */
@FunctionalInterface
public interface PushListener {

  /** A dispatch has come to this state, {@link DispatchState#RETRYING} with each try that fails. */
  void onSettled(PushService service, DispatchState state);
}
