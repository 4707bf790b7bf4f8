package io.broadcasty.transport.websocket;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.WireFormat;
import io.broadcasty.transport.websocket.frame.Frames;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins messages that wait together into one: a JSON array of them, in their order ({@link
 * io.broadcasty.delivery.session.MessageProtocol#joinsMessages}). Other frames keep their place
 * between them.
 */
final class JoinedMessages implements WireFormat {

  static final JoinedMessages INSTANCE = new JoinedMessages();

  private static final int BRACKETS = 2;

  private JoinedMessages() {}

  @Override
  public byte[] encode(EncodedFrame frame) {
    return FrameFormat.INSTANCE.encode(frame);
  }

  @Override
  public byte[] encode(List<EncodedFrame> frames) {
    int length = 0;
    for (int from = 0, to; from < frames.size(); from = to) {
      to = endOfRun(frames, from);
      int body = to - from == 1 ? 0 : bodyBytes(frames, from, to);
      length +=
          to - from == 1 ? frames.get(from).bytes(this).length : Frames.headerBytes(body) + body;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (int from = 0, to; from < frames.size(); from = to) {
      to = endOfRun(frames, from);
      if (to - from == 1) {
        byte[] bytes = frames.get(from).bytes(this);
        System.arraycopy(bytes, 0, all, at, bytes.length);
        at += bytes.length;
      } else {
        at = writeArray(frames, from, to, all, at);
      }
    }
    return all;
  }

  /** Joins messages into frames, for an engine that makes the bytes itself. */
  static List<EncodedFrame> join(List<EncodedFrame> frames) {
    if (frames.size() == 1) {
      return frames;
    }
    List<EncodedFrame> joined = new ArrayList<>();
    for (int from = 0, to; from < frames.size(); from = to) {
      to = endOfRun(frames, from);
      joined.add(
          to - from == 1
              ? frames.get(from)
              : EncodedFrame.message(array(frames.subList(from, to))));
    }
    return joined;
  }

  /**
   * Returns the end of the run of messages that begins here; a frame of another kind is a run of
   * one.
   */
  private static int endOfRun(List<EncodedFrame> frames, int from) {
    int to = from;
    while (to < frames.size() && frames.get(to).kind() == EncodedFrame.Kind.MESSAGE) {
      to++;
    }
    return Math.max(to, from + 1);
  }

  private static String array(List<EncodedFrame> messages) {
    StringBuilder array = new StringBuilder("[");
    for (EncodedFrame message : messages) {
      String text = message.text();
      String elements = text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
      if (!elements.isEmpty()) {
        array.append(array.length() == 1 ? "" : ",").append(elements);
      }
    }
    return array.append(']').toString();
  }

  private int bodyBytes(List<EncodedFrame> frames, int from, int to) {
    int body = BRACKETS;
    boolean first = true;
    for (int i = from; i < to; i++) {
      byte[] frame = frames.get(i).bytes(this);
      int elements = frame.length - Frames.bodyStart(frame) - (isArray(frame) ? BRACKETS : 0);
      if (elements > 0) {
        body += elements + (first ? 0 : 1);
        first = false;
      }
    }
    return body;
  }

  private int writeArray(List<EncodedFrame> frames, int from, int to, byte[] all, int start) {
    int at = Frames.writeTextHeader(all, start, bodyBytes(frames, from, to));
    all[at++] = '[';
    boolean first = true;
    for (int i = from; i < to; i++) {
      byte[] frame = frames.get(i).bytes(this);
      int inside = isArray(frame) ? 1 : 0;
      int elementsStart = Frames.bodyStart(frame) + inside;
      int elements = frame.length - elementsStart - inside;
      if (elements > 0) {
        if (!first) {
          all[at++] = ',';
        }
        first = false;
        System.arraycopy(frame, elementsStart, all, at, elements);
        at += elements;
      }
    }
    all[at++] = ']';
    return at;
  }

  private static boolean isArray(byte[] frame) {
    int start = Frames.bodyStart(frame);
    return start < frame.length && frame[start] == '[';
  }
}
