package io.broadcasty.protocol.pusher;

import io.broadcasty.presence.Member;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.PusherReader;

/**
 * A member as clients of the Pusher protocol see it. A client that joins with {@code user_info} is
 * the member {@code {"id": …, "user_info": {…}}}; the {@code user_info} of any other member is its
 * whole object.
 *
 * @param info JSON text of an object
 */
record PusherMember(String id, String info) {

  static PusherMember of(Member member) {
    return new PusherMember(member.id(), PusherReader.memberInfo(member.json()));
  }

  /** Returns the member that others see. */
  Member toMember() {
    return new Member(
        id,
        JsonWriter.object(
            json -> {
              json.writeStringField("id", id);
              json.writeFieldName("user_info");
              json.writeRawValue(info);
            }));
  }

  /** Omits what is known of the user. */
  @Override
  public String toString() {
    return "PusherMember[" + id + "]";
  }
}
