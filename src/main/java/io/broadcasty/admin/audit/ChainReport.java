package io.broadcasty.admin.audit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the verification of a chain has found.
 *
 * @param fault what is wrong; null for nothing so far
 * @param faultNumber the first entry that is wrong or missing; 0 without a fault
 * @param complete whether the whole chain was verified; otherwise call again with {@code verified}
 * @param verified the last entry that was verified
 * @param from the last entry that retention has removed; the chain is verified from there
 * @param entries how many entries this call has verified
 * @param erased how many of them have lost the name of a person
 * @param outside how many entries are in no chain although the chain had begun: inserted by
 *     somebody, or written by a node of an earlier release. Only known when complete
 * @param before how many entries are from before the chain. Only known when complete
 */
public record ChainReport(
    @Nullable Fault fault,
    long faultNumber,
    boolean complete,
    ChainHead verified,
    ChainHead from,
    long entries,
    long erased,
    long outside,
    long before) {

  /** What is wrong with a chain. */
  public enum Fault {
    /** The entry is not as it was written, or not at its place. */
    CHANGED,
    /** The entry is missing. */
    REMOVED,
    /** The entry was written by nobody who extends chains. */
    INSERTED,
    /** The entry and all behind it are missing. */
    TRUNCATED,
    /** The chain is not the one of the exported head, or of the stored one. */
    REPLACED;

    /** Returns the name over HTTP. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns whether the whole chain was verified, and nothing is wrong. */
  public boolean intact() {
    return complete && fault == null && outside == 0;
  }
}
