package io.broadcasty.transport.websocket.frame;

import io.broadcasty.core.memory.ByteChunks;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryReservation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's frames (RFC 6455, section 5) from bytes split anywhere, and passes whole
 * messages to a {@link FrameListener}.
 *
 * <p>It rejects whatever the RFC forbids as soon as it shows, including invalid UTF-8. It keeps no
 * buffer between two messages; within one, at most twice the bytes received, and never more than a
 * message may have. A message whose only frame lies whole in the input is decoded in place. What it
 * keeps is reserved first; a refused reservation is a fault.
 *
 * <p>There is one reader for each connection, used by one thread at a time.
 */
public final class FrameReader {

  private static final byte[] NO_BYTES = new byte[0];

  private static final byte FIRST_BYTE = 0;
  private static final byte SECOND_BYTE = 1;
  private static final byte LENGTH = 2;
  private static final byte KEY = 3;
  private static final byte BODY = 4;
  private static final byte OVER = 5;

  private static final MemoryBudget UNLIMITED = MemoryBudget.unlimited(MemoryArea.INBOUND);

  private final FrameListener listener;
  private final MemoryReservation memory;
  private int maxMessageBytes;

  /** The part of a frame that the next byte belongs to. */
  private byte stage = FIRST_BYTE;

  private byte opcode;
  private boolean lastFrame;

  /** The lower seven bits of the second byte: a length, or how the length follows. */
  private byte lengthForm;

  /** The number of bytes of the length or the key that are still missing. */
  private byte missing;

  private int key;
  private long bodyLength;
  private int bodyRead;

  /** The body of a control frame that does not lie whole in the input. */
  private byte[] controlBody = NO_BYTES;

  /** {@link Frames#TEXT} or {@link Frames#BINARY} within a message, otherwise 0. */
  private byte messageOpcode;

  private int messageLength;

  /**
   * The first {@link #messageLength} bytes of a text, null for none, and the state of the UTF-8
   * check after them.
   */
  private @Nullable ByteChunks text;

  private byte textState = Utf8Validator.BOUNDARY;

  /**
   * Creates a reader at the start of a connection.
   *
   * @param maxMessageBytes the longest accepted message, over all its frames
   * @param listener called on the thread that calls {@link #read}
   */
  public FrameReader(int maxMessageBytes, FrameListener listener) {
    this(maxMessageBytes, new MemoryReservation(UNLIMITED), listener);
  }

  /**
   * Creates a reader at the start of a connection, whose buffers have a limit.
   *
   * @param memory for the bytes of an unfinished message; the reader alone changes its size
   */
  public FrameReader(int maxMessageBytes, MemoryReservation memory, FrameListener listener) {
    this.memory = memory;
    this.listener = listener;
    setMaxMessageBytes(maxMessageBytes);
  }

  /**
   * Changes the longest accepted message, for frames whose length has not been read yet. Called by
   * the thread that reads.
   */
  public void setMaxMessageBytes(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("maxMessageBytes must be positive: " + bytes);
    }
    maxMessageBytes = bytes;
  }

  /**
   * Reads more bytes. Does nothing after a close frame, a fault or an exception of the listener.
   *
   * @param buffer the bytes received; bodies are unmasked in place
   * @throws FrameException when the peer violated the protocol; whole messages before the fault
   *     have been passed on
   */
  public void read(byte[] buffer, int offset, int length) throws FrameException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    int end = offset + length;
    int at = offset;
    boolean good = false;
    try {
      while (at < end && stage != OVER) {
        at = step(buffer, at, end);
      }
      good = true;
    } finally {
      if (!good) {
        stop();
      }
    }
  }

  /** Returns whether all further bytes are ignored. */
  public boolean isDone() {
    return stage == OVER;
  }

  /**
   * Returns whether a frame or a message has begun that is not whole. False once {@linkplain
   * #isDone done}.
   */
  public boolean isWithinMessage() {
    return stage != OVER && (stage != FIRST_BYTE || messageOpcode != 0);
  }

  /**
   * Ignores all further bytes, including the rest of a {@link #read} under way, and releases the
   * buffers. Called by the thread that reads.
   */
  public void stop() {
    stage = OVER;
    text = null;
    controlBody = NO_BYTES;
    memory.close();
  }

  /**
   * Reads one part of a frame.
   *
   * @return the index after the bytes read
   */
  private int step(byte[] buffer, int at, int end) throws FrameException {
    switch (stage) {
      case FIRST_BYTE -> {
        firstByte(buffer[at] & 0xFF);
        return at + 1;
      }
      case SECOND_BYTE -> {
        secondByte(buffer[at] & 0xFF);
        return at + 1;
      }
      case LENGTH -> {
        lengthByte(buffer[at] & 0xFF);
        return at + 1;
      }
      case KEY -> {
        return key(buffer, at, end);
      }
      default -> {
        int to = at + (int) Math.min(end - at, bodyLength - bodyRead);
        key = Mask.remove(key, buffer, at, to);
        bodyRead += to - at;
        body(buffer, at, to);
        return to;
      }
    }
  }

  private void firstByte(int b) throws FrameException {
    if ((b & 0x70) != 0) {
      throw protocolError("a reserved bit is set, but no extension was negotiated");
    }
    lastFrame = (b & Frames.FIN) != 0;
    opcode = (byte) (b & 0x0F);
    switch (opcode) {
      case Frames.CONTINUATION -> {
        if (messageOpcode == 0) {
          throw protocolError("a continuation frame came without a message to continue");
        }
      }
      case Frames.TEXT, Frames.BINARY -> {
        if (messageOpcode != 0) {
          throw protocolError("a new message began before the fragmented one was whole");
        }
        messageOpcode = opcode;
      }
      case Frames.CLOSE, Frames.PING, Frames.PONG -> {
        if (!lastFrame) {
          throw protocolError("a control frame must not be fragmented");
        }
      }
      default -> throw protocolError("the opcode " + opcode + " is not defined");
    }
    stage = SECOND_BYTE;
  }

  private void secondByte(int b) throws FrameException {
    if ((b & Frames.MASKED) == 0) {
      throw protocolError("a frame from a client must be masked");
    }
    lengthForm = (byte) (b & 0x7F);
    if (isControl() && lengthForm > Frames.MAX_CONTROL_BODY) {
      throw protocolError("a control frame has a body of at most 125 bytes");
    }
    if (opcode == Frames.CLOSE && lengthForm == 1) {
      throw protocolError("a close frame has a body of one byte, too short for a code");
    }
    if (lengthForm < Frames.TWO_BYTES) {
      bodyLength = lengthForm;
      lengthIsKnown();
    } else {
      bodyLength = 0;
      missing = (byte) (lengthForm == Frames.TWO_BYTES ? Short.BYTES : Long.BYTES);
      stage = LENGTH;
    }
  }

  private void lengthByte(int b) throws FrameException {
    if (missing == Long.BYTES && b > 0x7F) {
      throw protocolError("the highest bit of a length of eight bytes is set");
    }
    bodyLength = bodyLength << 8 | b;
    if (--missing == 0) {
      if (bodyLength < (lengthForm == Frames.TWO_BYTES ? Frames.TWO_BYTES : 0x10000)) {
        throw protocolError("the length " + bodyLength + " is not in its shortest form");
      }
      lengthIsKnown();
    }
  }

  private void lengthIsKnown() throws FrameException {
    if (!isControl() && bodyLength > maxMessageBytes - messageLength) {
      throw new FrameException(
          CloseCodes.TOO_BIG, "a message may have at most " + maxMessageBytes + " bytes");
    }
    bodyRead = 0;
    missing = Integer.BYTES;
    stage = KEY;
  }

  private int key(byte[] buffer, int at, int end) throws FrameException {
    int next = at;
    if (missing == Integer.BYTES && end - at >= Integer.BYTES) {
      key = Mask.keyAt(buffer, at);
      next += Integer.BYTES;
      missing = 0;
    } else {
      for (; missing > 0 && next < end; next++, missing--) {
        key = key >>> 8 | buffer[next] << 24;
      }
    }
    if (missing == 0) {
      stage = BODY;
      if (bodyLength == 0) {
        body(buffer, next, next);
      }
    }
    return next;
  }

  /** Unmasks and processes a part of the body, which may be the last part or the whole. */
  private void body(byte[] buffer, int from, int to) throws FrameException {
    boolean frameIsWhole = bodyRead == bodyLength;
    if (frameIsWhole) {
      stage = FIRST_BYTE;
    }
    if (isControl()) {
      controlPart(buffer, from, to, frameIsWhole);
      return;
    }
    boolean messageIsWhole = frameIsWhole && lastFrame;
    if (messageOpcode == Frames.BINARY) {
      messageLength += to - from;
      if (messageIsWhole) {
        int length = messageLength;
        nextMessage();
        listener.onBinary(length);
      }
    } else if (messageIsWhole && messageLength == 0) {
      nextMessage();
      listener.onText(decoded(buffer, from, to));
    } else {
      ByteChunks chunks = textPart(buffer, from, to);
      if (messageIsWhole) {
        if (textState != Utf8Validator.BOUNDARY) {
          throw new FrameException(CloseCodes.INVALID_DATA, "a text ends within a character");
        }
        String whole = new String(chunks.toArray(), StandardCharsets.UTF_8);
        nextMessage();
        listener.onText(whole);
      }
    }
  }

  private void nextMessage() {
    messageOpcode = 0;
    messageLength = 0;
    if (text != null) {
      text = null;
      memory.close();
    }
  }

  /**
   * Decodes a text that lies whole in the buffer. Decoding replaces invalid UTF-8 by U+FFFD, so
   * only a text with that character needs the exact check.
   */
  private static String decoded(byte[] buffer, int from, int to) throws FrameException {
    String decoded = new String(buffer, from, to - from, StandardCharsets.UTF_8);
    if (decoded.indexOf('\uFFFD') >= 0
        && Utf8Validator.check(Utf8Validator.BOUNDARY, buffer, from, to)
            != Utf8Validator.BOUNDARY) {
      throw notUtf8();
    }
    return decoded;
  }

  /** Keeps a part of a text; returns everything that is kept of it. */
  private ByteChunks textPart(byte[] buffer, int from, int to) throws FrameException {
    textState = Utf8Validator.check(textState, buffer, from, to);
    if (textState == Utf8Validator.INVALID) {
      throw notUtf8();
    }
    ByteChunks chunks = text == null ? new ByteChunks() : text;
    int part = to - from;
    messageLength += part;
    int atMost = lastFrame ? messageLength + (int) (bodyLength - bodyRead) : maxMessageBytes;
    int capacity = chunks.capacityFor(part, atMost);
    if (capacity > chunks.capacity()) {
      reserve(capacity + controlBody.length);
    }
    chunks.append(buffer, from, part, atMost);
    text = chunks;
    return chunks;
  }

  private void controlPart(byte[] buffer, int from, int to, boolean whole) throws FrameException {
    int length = (int) bodyLength;
    if (whole && to - from == length) {
      control(Arrays.copyOfRange(buffer, from, to));
      return;
    }
    if (controlBody.length == 0) {
      reserve(textCapacity() + length);
      controlBody = new byte[length];
    }
    System.arraycopy(buffer, from, controlBody, bodyRead - (to - from), to - from);
    if (whole) {
      byte[] body = controlBody;
      controlBody = NO_BYTES;
      reserve(textCapacity());
      control(body);
    }
  }

  private int textCapacity() {
    return text == null ? 0 : text.capacity();
  }

  private void reserve(int bytes) throws FrameException {
    switch (memory.tryResize(bytes)) {
      case GRANTED -> {}
      case TENANT_FULL ->
          throw FrameException.outOfMemory(
              FrameException.Cause.TENANT_MEMORY, "the tenant's memory is used up");
      case NODE_FULL ->
          throw FrameException.outOfMemory(
              FrameException.Cause.NODE_MEMORY, "the node's memory is used up");
    }
  }

  private void control(byte[] body) throws FrameException {
    switch (opcode) {
      case Frames.PING -> listener.onPing(body);
      case Frames.PONG -> listener.onPong(body);
      default -> close(body);
    }
  }

  private void close(byte[] body) throws FrameException {
    int code = CloseCodes.NONE;
    String reason = "";
    if (body.length > 0) {
      code = (body[0] & 0xFF) << 8 | (body[1] & 0xFF);
      if (!CloseCodes.isSendable(code)) {
        throw protocolError("a close frame must not carry the code " + code);
      }
      reason = decoded(body, 2, body.length);
    }
    stop();
    listener.onClose(code, reason);
  }

  private boolean isControl() {
    return opcode >= Frames.CLOSE;
  }

  private static FrameException notUtf8() {
    return new FrameException(CloseCodes.INVALID_DATA, "a text is not UTF-8");
  }

  private static FrameException protocolError(String reason) {
    return new FrameException(CloseCodes.PROTOCOL_ERROR, reason);
  }
}
