package io.broadcasty.transport.websocket.frame;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Records what a reader reports. */
final class RecordingFrameListener implements FrameListener {

  final List<String> events = new ArrayList<>();

  /** Returns what a reader reports for bytes in pieces, and the code of the fault at the end. */
  static List<String> of(int maxMessageBytes, byte[]... pieces) {
    RecordingFrameListener recorded = new RecordingFrameListener();
    FrameReader reader = new FrameReader(maxMessageBytes, recorded);
    try {
      for (byte[] piece : pieces) {
        byte[] buffer = piece.clone();
        reader.read(buffer, 0, buffer.length);
      }
    } catch (FrameException e) {
      recorded.events.add(fault(e.closeCode()));
    }
    return recorded.events;
  }

  static String text(String text) {
    return "text " + text;
  }

  static String binary(int length) {
    return "binary " + length;
  }

  static String ping(byte[] body) {
    return "ping " + HexFormat.of().formatHex(body);
  }

  static String pong(byte[] body) {
    return "pong " + HexFormat.of().formatHex(body);
  }

  static String close(int code, String reason) {
    return "close " + code + " " + reason;
  }

  static String fault(int code) {
    return "fault " + code;
  }

  @Override
  public void onText(String text) {
    events.add(text(text));
  }

  @Override
  public void onBinary(int lengthBytes) {
    events.add(binary(lengthBytes));
  }

  @Override
  public void onPing(byte[] body) {
    events.add(ping(body));
  }

  @Override
  public void onPong(byte[] body) {
    events.add(pong(body));
  }

  @Override
  public void onClose(int code, String reason) {
    events.add(close(code, reason));
  }
}
