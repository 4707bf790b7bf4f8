package io.broadcasty.hub;

import io.broadcasty.presence.PresenceChange;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;

/** A change of a channel's members with its encodings, each made once. */
public final class EncodedPresence {

  private final PresenceChange change;
  private final EncodedFrame push;
  private final EncodedFrame event;

  EncodedPresence(PresenceChange change) {
    this.change = change;
    Json.Body body = NativeFrames.presence(change);
    this.push = EncodedFrame.message(NativeFrames.presencePush(body));
    this.event = EncodedFrame.message("presence", null, Json.object(body));
  }

  public PresenceChange change() {
    return change;
  }

  /** The push of the native WebSocket protocol. */
  public EncodedFrame push() {
    return push;
  }

  /** The event of SSE streams, which leaves their position as it is. */
  public EncodedFrame event() {
    return event;
  }
}
