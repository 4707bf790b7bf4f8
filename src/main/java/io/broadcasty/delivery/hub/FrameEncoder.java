package io.broadcasty.delivery.hub;

import io.broadcasty.presence.PresenceChange;

/**
 * Port: encodes the publications and presence changes that the hub fans out, for one protocol.
 *
 * <p>Each publication and each change caches its encodings, so an encoder is called once however
 * many connections use it, and not at all when none does. The result depends only on the argument.
 * There is one instance for each way of encoding, compared by identity. Several event loops call it
 * at once; it must neither block nor throw.
 *
 * @param <P> the type of an encoded publication: a frame where all connections get the same
 */
public interface FrameEncoder<P> {

  /** Encodes a publication. At worst two threads call it at once; the first result is kept. */
  P publication(EncodedPublication publication);

  /** Encodes a change of a channel's members. */
  EncodedFrame presence(PresenceChange change);
}
