package io.broadcasty.streams.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the origin of a message behind its headers, where earlier versions read nothing: for each
 * part that is present one byte with its number, its length in UTF-8 in two bytes, and its text.
 * Unknown parts are skipped, so that parts may be added without another version.
 */
public final class OriginFormat {

  private static final int SENDER = 1;
  private static final int EXCEPT_SESSION = 2;
  private static final int ERASED = 3; // without a text
  private static final int COMPACTION_KEY = 4;

  private OriginFormat() {}

  /** Encodes an origin; writes nothing for {@link Origin#NONE}. */
  public static void write(DataOutputStream out, Origin origin) throws IOException {
    write(out, SENDER, origin.sender());
    write(out, EXCEPT_SESSION, origin.exceptSession());
    write(out, ERASED, origin.erased() ? "" : null);
    write(out, COMPACTION_KEY, origin.compactionKey());
  }

  /**
   * Decodes an origin from all bytes that are left.
   *
   * @throws IOException when the bytes end within a part
   */
  public static Origin read(DataInputStream in) throws IOException {
    if (in.available() == 0) {
      return Origin.NONE;
    }
    String sender = null;
    String exceptSession = null;
    String compactionKey = null;
    boolean erased = false;
    while (in.available() > 0) {
      int part = in.readUnsignedByte();
      byte[] bytes = new byte[in.readUnsignedShort()];
      in.readFully(bytes);
      if (part == SENDER) {
        sender = new String(bytes, UTF_8);
      } else if (part == EXCEPT_SESSION) {
        exceptSession = new String(bytes, UTF_8);
      } else if (part == ERASED) {
        erased = true;
      } else if (part == COMPACTION_KEY) {
        compactionKey = new String(bytes, UTF_8);
      }
    }
    return new Origin(sender, exceptSession, compactionKey, erased);
  }

  private static void write(DataOutputStream out, int part, @Nullable String text)
      throws IOException {
    if (text == null) {
      return;
    }
    byte[] bytes = text.getBytes(UTF_8);
    out.writeByte(part);
    out.writeShort(bytes.length);
    out.write(bytes);
  }
}
