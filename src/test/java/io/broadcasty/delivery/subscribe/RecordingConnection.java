package io.broadcasty.delivery.subscribe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A connection that records its publications and checks that each follows the one before. */
final class RecordingConnection implements SubscriberConnection {

  static final ConnectionInfo INFO =
      new ConnectionInfo(1, TransportType.WEBSOCKET, new TenantId("acme"), "ann", null);

  private static final Executor AT_ONCE = Runnable::run;

  final List<String> record = new ArrayList<>();
  final Map<String, Position> lasts = new HashMap<>();
  String story = "";
  boolean failed;
  boolean tooMany;
  int room = Integer.MAX_VALUE;
  private @Nullable Runnable whenRoom;

  void at(String channel, Position position) {
    lasts.put(channel + "/" + position.partition(), position);
  }

  @Override
  public ConnectionInfo info() {
    return INFO;
  }

  @Override
  public Executor eventLoop() {
    return AT_ONCE;
  }

  @Override
  public void sendPublication(EncodedPublication encoded) {
    if (encoded.isEphemeral()) {
      record.add("ephemeral " + encoded.publication().envelope().message().payload());
      return;
    }
    Position position = encoded.publication().position();
    ChannelName channel = encoded.publication().envelope().channel().name();
    String key = channel + "/" + position.partition();
    Position last = lasts.getOrDefault(key, new Position(position.epoch(), 0, 0));
    assertEquals(last.sequence() + 1, position.sequence(), () -> story + key + record);
    assertEquals(last.epoch(), position.epoch(), () -> story + key + record);
    lasts.put(key, position);
    record.add(channel + " " + position.sequence());
    room--;
  }

  @Override
  public void sendLost(ChannelName channel, LostPosition lost) {
    String key = channel + "/" + lost.requested().partition();
    Position last = lasts.getOrDefault(key, new Position(lost.requested().epoch(), 0, 0));
    assertEquals(last.epoch(), lost.requested().epoch(), () -> story + key + record);
    assertEquals(last.sequence(), lost.requested().sequence(), () -> story + key + record);
    lasts.put(key, lost.resumeFrom());
    record.add(channel + " " + lost.reason() + " to " + lost.resumeFrom().sequence());
  }

  @Override
  public void sendPresence(EncodedPresence change) {
    record.add("presence " + change.change().version() + describe(change.change()));
  }

  @Override
  public void sendPresenceReset(ChannelName channel, PresencePage page) {
    record.add("presence " + page.version() + " reset " + page.members().size());
  }

  private static String describe(PresenceChange change) {
    StringBuilder text = new StringBuilder();
    change.joined().forEach(member -> text.append(" +").append(member.id()));
    change.left().forEach(id -> text.append(" -").append(id));
    return text.toString();
  }

  @Override
  public boolean hasRoom() {
    return room > 0;
  }

  @Override
  public void whenRoom(Runnable action) {
    if (hasRoom()) {
      action.run();
    } else {
      whenRoom = action;
    }
  }

  void makeRoom(int frames) {
    room = frames;
    Runnable action = whenRoom;
    whenRoom = null;
    if (action != null) {
      action.run();
    }
  }

  @Override
  public void endWithFailure(Throwable failure) {
    failed = true;
  }

  @Override
  public void endWithoutMemory(MemoryBudget.Grant full) {
    throw new AssertionError("memory is not limited here");
  }

  @Override
  public void endTooManyChannels() {
    tooMany = true;
  }
}
