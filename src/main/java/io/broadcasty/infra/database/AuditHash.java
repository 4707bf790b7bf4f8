package io.broadcasty.infra.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.core.hash.Hashes;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of the audit log's chains (docs/adr/0047). Texts are preceded by their length, so no
 * two entries are the same sequence of bytes.
 */
public final class AuditHash {

  /** The hash before the first entry of a chain. */
  public static final String NONE = "";

  private static final String FORMAT = "broadcasty-audit-1";

  /** The format of entries with a request id, which releases before it did not write. */
  private static final String FORMAT_WITH_REQUEST = "broadcasty-audit-2";

  /**
   * What a chained entry keeps of its people when their names have been removed.
   *
   * @param actorRef refers to the actor's salt; null for an entry without an actor
   * @param actorHash covers actor and address under the actor's salt; null without an actor
   * @param targetRef refers to the salt of the user concerned; null for none
   * @param targetHash covers the target under that salt; null for none
   */
  public record People(
      @Nullable String actorRef,
      @Nullable String actorHash,
      @Nullable String targetRef,
      @Nullable String targetHash) {}

  private AuditHash() {}

  /** Returns the hash of an entry that follows the entry with the given hash. */
  public static String ofRow(String previous, long number, AuditRow row, People people) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, row.requestId() == null ? FORMAT : FORMAT_WITH_REQUEST);
      write(out, previous);
      out.writeLong(number);
      write(out, row.tenant());
      write(out, row.action());
      write(out, row.outcome());
      write(out, row.actorTenant());
      write(out, people.actorRef());
      write(out, people.actorHash());
      write(out, people.actorRef() == null ? row.actor() : null);
      write(out, people.actorRef() == null ? row.ip() : null);
      write(out, people.targetRef());
      write(out, people.targetHash());
      write(out, people.targetRef() == null ? row.target() : null);
      write(out, row.context());
      out.writeLong(row.timeMillis());
      if (row.requestId() != null) {
        write(out, row.requestId());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return Hashes.sha256Hex(bytes.toByteArray());
  }

  /** Returns the hash of the actor and its address. */
  public static String ofActor(String salt, AuditRow row) {
    return ofPerson(salt, "actor", row.actor(), row.ip());
  }

  /** Returns the hash of a target that is a person. */
  public static String ofTarget(String salt, AuditRow row) {
    return ofPerson(salt, "target", row.target(), null);
  }

  private static String ofPerson(
      String salt, String role, @Nullable String name, @Nullable String address) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, role);
      write(out, name);
      write(out, address);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return HexFormat.of()
        .formatHex(Hashes.hmacSha256(HexFormat.of().parseHex(salt), bytes.toByteArray()));
  }

  private static void write(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
      return;
    }
    byte[] bytes = text.getBytes(UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
