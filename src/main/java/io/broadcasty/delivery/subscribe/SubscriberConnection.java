package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import java.util.concurrent.Executor;

/** One connection as the target of subscriptions. Its methods never block. */
@ThreadSafe
public interface SubscriberConnection {

  /** Returns the connection as events name it. */
  ConnectionInfo info();

  /** Returns the event loop that delivers to this connection; always the same object. */
  Executor eventLoop();

  /**
   * Called before the first publication of a stream that the client does not know: of a channel
   * matched by a pattern, of a new partition, or of another epoch without {@link #sendLost} in
   * between.
   */
  default void beforeNewStream(EncodedPublication first) {}

  /**
   * Sends a publication, in order within its partition. Where it {@linkplain
   * EncodedPublication#isNotFor is not for} this connection, only its position is sent.
   */
  void sendPublication(EncodedPublication publication);

  /**
   * Reports that a position could not be served; publications continue after {@code
   * lost.resumeFrom}.
   */
  void sendLost(ChannelName channel, LostPosition lost);

  /** Sends a change of the members of a watched channel. */
  void sendPresence(EncodedPresence change);

  /** Sends the members of a watched channel again, since changes were left out. */
  void sendPresenceReset(ChannelName channel, PresencePage page);

  /** Returns whether there is room for a page of a replay. */
  boolean hasRoom();

  /**
   * Runs the action once there is room, never after the connection has ended. Only the latest
   * action is kept.
   */
  void whenRoom(Runnable action);

  /**
   * Ends the stream because the store cannot be read or an internal error occurred. Nothing more is
   * delivered, and a client that reconnects can resume.
   */
  void endWithFailure(Throwable failure);

  /** Ends the stream because a pattern matches more channels than the connection may have. */
  void endTooManyChannels();

  /** Ends the stream because there is no memory for a channel that a pattern matches. */
  void endWithoutMemory(MemoryBudget.Grant full);
}
