package io.broadcasty.integration.load;

import java.net.URI;
import java.net.http.WebSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows one channel over WebSocket and is present on another. It reconnects to another node when
 * its own is gone, and resumes from its last position. It records what it received; unexpected
 * differences are faults in the ledger.
 */
final class Subscriber implements WebSocket.Listener {

  /** The channel on which all are present. */
  static final String PRESENCE_CHANNEL = "presence-ledger";

  private static final long MIN_WAIT_MILLIS = 200;
  private static final long MAX_WAIT_MILLIS = 4000;

  private final Nodes nodes;
  private final Ledger ledger;
  private final String channel;
  private final String member;
  private final StringBuilder partial = new StringBuilder(); // used by the connection's reader only

  // guarded by this
  private int node;
  private @Nullable WebSocket socket;
  private boolean subscribed;
  private boolean left;
  private int failures;
  private String epoch = "";
  private long start;
  private long last;
  private final Map<Long, String> received = new HashMap<>();
  private long deliveries;
  private long resumes;
  private long lost;
  private final Map<String, Long> departures;

  /**
   * Creates a subscriber that is not connected.
   *
   * @param member its member id
   * @param departures the reasons why connections ended with their number, shared by all
   */
  Subscriber(
      Nodes nodes,
      Ledger ledger,
      String channel,
      String member,
      int node,
      Map<String, Long> departures) {
    this.nodes = nodes;
    this.ledger = ledger;
    this.departures = departures;
    this.channel = channel;
    this.member = member;
    this.node = node;
  }

  /** Connects, and retries until it succeeds. */
  synchronized void connect() {
    if (left) {
      return;
    }
    subscribed = false;
    partial.setLength(0);
    URI at = nodes.node(node);
    URI address = URI.create("ws://" + at.getAuthority() + "/broadcasty/ws");
    CompletableFuture<WebSocket> opening;
    try {
      opening =
          nodes
              .http()
              .newWebSocketBuilder()
              .connectTimeout(Nodes.PATIENCE)
              .subprotocols("broadcasty.v1", "bearer." + nodes.token())
              .buildAsync(address, this);
    } catch (RuntimeException e) {
      again();
      return;
    }
    var unused =
        opening.whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                again();
              }
            });
  }

  @Override
  public void onOpen(WebSocket webSocket) {
    synchronized (this) {
      socket = webSocket;
      String since =
          epoch.isEmpty()
              ? ""
              : ",\"since\":[{\"epoch\":\"%s\",\"partition\":0,\"sequence\":%d}]"
                  .formatted(epoch, last);
      var unused =
          webSocket.sendText(
              "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"%s\"%s}".formatted(channel, since),
              true);
    }
    webSocket.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean end) {
    partial.append(data);
    if (end) {
      String frame = partial.toString();
      partial.setLength(0);
      take(webSocket, frame);
    }
    webSocket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
    gone(webSocket, "closed with " + code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    gone(webSocket, error.toString());
  }

  private synchronized void take(WebSocket from, String frame) {
    if (from != socket) {
      return;
    }
    if (frame.startsWith("{\"push\":\"publication\"")) {
      publication(frame);
    } else if (frame.startsWith("{\"push\":\"lost\"")) {
      lost(frame);
    } else if (frame.startsWith("{\"reply\":2,") && frame.contains("\"error\":")) {
      joinLater(from);
    } else if (frame.contains("\"error\":")) {
      from.abort();
      gone(from, frame);
    } else if (frame.startsWith("{\"reply\":1,")) {
      if (epoch.isEmpty()) {
        epoch = JsonText.between(frame, "\"epoch\":\"", '"');
        start = last = JsonText.number(frame, "\"sequence\":");
      } else {
        resumes++;
      }
      subscribed = true;
      failures = 0;
      join(from);
    }
  }

  private void join(WebSocket on) {
    var unused =
        on.sendText(
                "{\"id\":2,\"command\":\"join\",\"channel\":\"%s\",\"member\":{\"id\":\"%s\"}}"
                    .formatted(PRESENCE_CHANNEL, member),
                true)
            .whenComplete(
                (sent, failure) -> {
                  // The previous send has not completed yet, although it was answered.
                  if (failure != null) {
                    joinLater(on);
                  }
                });
  }

  /**
   * Joins again later, because the request could not be sent or was refused, as during an outage of
   * the store.
   */
  private void joinLater(WebSocket on) {
    CompletableFuture.delayedExecutor(MIN_WAIT_MILLIS * 5, TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              synchronized (this) {
                if (on == socket) {
                  join(on);
                }
              }
            });
  }

  private void publication(String frame) {
    String ofEpoch = JsonText.between(frame, "\"epoch\":\"", '"');
    long sequence = JsonText.number(frame, "\"sequence\":");
    deliveries++;
    if (!ofEpoch.equals(epoch) || sequence != last + 1) {
      ledger.fault(channel + ": " + ofEpoch + ":" + sequence + " came after " + epoch + ":" + last);
      epoch = ofEpoch;
    }
    last = sequence;
    received.put(sequence, JsonText.between(frame, "\"id\":\"", '"'));
  }

  /**
   * Handles a reported loss, which is no fault of this subscriber; what it received before is
   * compared.
   */
  private void lost(String frame) {
    compare();
    String resumeFrom = frame.substring(frame.indexOf("\"resumeFrom\""));
    epoch = JsonText.between(resumeFrom, "\"epoch\":\"", '"');
    start = last = JsonText.number(resumeFrom, "\"sequence\":");
    received.clear();
    lost++;
  }

  private void gone(WebSocket from, String why) {
    synchronized (this) {
      if (from != socket) {
        return;
      }
      departures.merge(nodes.node(node) + " " + why, 1L, Long::sum);
      socket = null;
      subscribed = false;
    }
    again();
  }

  private void again() {
    long wait;
    synchronized (this) {
      if (left) {
        return;
      }
      node++;
      failures++;
      wait = Math.min(MAX_WAIT_MILLIS, MIN_WAIT_MILLIS << Math.min(failures, 5));
    }
    CompletableFuture.delayedExecutor(
            ThreadLocalRandom.current().nextLong(wait / 2, wait), TimeUnit.MILLISECONDS)
        .execute(this::connect);
  }

  synchronized boolean isSubscribed() {
    return subscribed;
  }

  /** Returns whether it has everything that was acknowledged in its epoch. */
  synchronized boolean isUpToDate() {
    return subscribed && last >= ledger.head(channel, epoch);
  }

  /** Compares the received with the acknowledged publications; differences are faults. */
  synchronized void compare() {
    for (Map.Entry<Long, String> got : received.entrySet()) {
      String acknowledged = ledger.at(channel, epoch, got.getKey());
      if (acknowledged != null && !acknowledged.equals(got.getValue())) {
        ledger.fault(
            channel
                + " "
                + epoch
                + ":"
                + got.getKey()
                + " came as "
                + got.getValue()
                + ", was given to "
                + acknowledged);
      }
    }
    for (long sequence = start + 1; sequence <= last; sequence++) {
      if (!received.containsKey(sequence)) {
        ledger.fault(channel + " " + epoch + ":" + sequence + " did not come");
      }
    }
  }

  synchronized String place() {
    return channel
        + " "
        + epoch
        + ":"
        + last
        + " of "
        + ledger.head(channel, epoch)
        + (subscribed ? "" : ", not connected")
        + " on "
        + nodes.node(node);
  }

  synchronized long deliveries() {
    return deliveries;
  }

  synchronized long resumes() {
    return resumes;
  }

  /** Returns how often a lost position was reported to it. */
  synchronized long lost() {
    return lost;
  }

  synchronized void leave() {
    left = true;
    if (socket != null) {
      socket.abort();
    }
  }
}
