package io.broadcasty.hub;

import io.broadcasty.presence.PresenceChange;

/**
 * Port: how a protocol writes what the hub fans out. Each publication and each change of members
 * keeps what an encoder has made of it, so an encoder is asked once, however many connections use
 * it, and not at all when none does.
 *
 * <p>What an encoder makes depends on nothing but its argument. There is one instance for each way
 * to write, compared by identity. Called by the lanes' threads, several at once; must neither block
 * nor throw.
 *
 * @param <P> what a publication becomes: a frame, where all connections are sent the same
 */
public interface FrameEncoder<P> {

  /** Encodes a publication. At worst two threads ask at once; the first result is kept. */
  P publication(EncodedPublication publication);

  /** Encodes a change of a channel's members. */
  EncodedFrame presence(PresenceChange change);
}
