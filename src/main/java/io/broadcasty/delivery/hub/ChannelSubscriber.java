package io.broadcasty.delivery.hub;

import java.util.concurrent.Executor;

/** One connection's subscription to one channel. All calls run on its event loop, one at a time. */
public interface ChannelSubscriber {

  /** Returns the executor that runs the calls in order. Always the same object. */
  Executor eventLoop();

  /**
   * Receives a publication of the channel; those of one partition come in order. Must neither block
   * nor throw.
   */
  void onPublication(EncodedPublication publication);

  /**
   * Receives a change of the channel's members, in order of version. Must neither block nor throw.
   */
  void onPresence(EncodedPresence change);

  /**
   * Called when publications after the last one may have been left out, because the event loop
   * cannot keep up or the broker missed them; they have to be read from the broker. Must neither
   * block nor throw.
   */
  void onGap();

  /**
   * Called when an earlier call has thrown, so that a publication may be missing. No further call
   * comes, and the connection has to be ended. Must neither block nor throw.
   */
  void onFailure(RuntimeException failure);
}
