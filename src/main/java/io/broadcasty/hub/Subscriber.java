package io.broadcasty.hub;

import java.util.concurrent.Executor;

/** One connection's interest in one channel. Its calls come on its lane, one at a time. */
public interface Subscriber {

  /** Runs the calls, in the order in which they were given to it. Always the same object. */
  Executor lane();

  /**
   * A publication of the channel; those of one partition come in order. Must neither block nor
   * throw.
   */
  void onPublication(EncodedPublication publication);

  /** A change of the channel's members, in order of version. Must neither block nor throw. */
  void onPresence(EncodedPresence change);

  /**
   * Publications after the last one may have been left out, because the lane cannot keep up or the
   * broker did not hear of them; they are to be read from the broker. Must neither block nor throw.
   */
  void onGap();

  /**
   * A call before this has thrown, so that what was to be handed on may be missing: nothing more
   * comes, and the connection is to be ended. Must neither block nor throw.
   */
  void onFailure(RuntimeException failure);
}
