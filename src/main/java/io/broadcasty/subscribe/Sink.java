package io.broadcasty.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Lost;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.lifecycle.ConnectionInfo;
import io.broadcasty.presence.PresencePage;
import java.util.concurrent.Executor;

/** Where a subscription's publications go: one connection. Never blocks. */
@ThreadSafe
public interface Sink {

  /** The connection as events name it. */
  ConnectionInfo info();

  /** Runs what brings publications to this connection; always the same object. */
  Executor lane();

  /**
   * The publication that comes next begins a stream of which this connection has not been told yet:
   * of a channel that has come by a pattern, of a partition that is new, or of another epoch
   * without {@link #lost} between.
   */
  default void newStream(EncodedPublication first) {}

  /** A publication, in order within its partition. */
  void publication(EncodedPublication publication);

  /** A position could not be served; what follows comes after {@code lost.resumeFrom}. */
  void lost(ChannelName channel, Lost lost);

  /** A change of the members of a channel that is watched. */
  void presence(EncodedPresence change);

  /** The members of a channel that is watched, since changes were left out. */
  void presenceReset(ChannelName channel, PresencePage page);

  /** Whether there is room for a page of a replay. */
  boolean hasRoom();

  /**
   * Runs the action once there is room, never after the connection has ended. Only the latest
   * action is kept.
   */
  void whenRoom(Runnable action);

  /**
   * The stream cannot go on, since the store cannot be read or something is broken: nothing more is
   * delivered, and a client that comes back can resume.
   */
  void failed(Throwable failure);

  /** A pattern matches more channels than the connection may have. */
  void tooManyChannels();
}
