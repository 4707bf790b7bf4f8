package io.broadcasty.cluster.counter;

import io.broadcasty.core.tenant.TenantId;

/**
 * What is counted on each node.
 *
 * @param name of a channel or a user, as the kind says; without line ends
 */
public record Counter(Kind kind, TenantId tenant, String name) {

  /** What a name names. */
  public enum Kind {
    /** A channel, of which each node counts its subscribers. */
    SUBSCRIBERS('c'),
    /** A user, of whom each node says whether it has signed in there: 1 or 0. */
    SIGNED_IN('u');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    /** Returns whether exactly those nodes watch a counter that count something. */
    boolean isWatchedWhereCounted() {
      return this == SUBSCRIBERS;
    }
  }

  /** Returns the counter as text, which {@link #parse} reads. */
  String text() {
    return kind.letter + tenant.value() + ":" + name;
  }

  /**
   * Reads a counter.
   *
   * @throws IllegalArgumentException when the text is none
   */
  static Counter parse(String text) {
    int colon = text.indexOf(':');
    for (Kind kind : Kind.values()) {
      if (colon > 0 && text.charAt(0) == kind.letter) {
        return new Counter(kind, new TenantId(text.substring(1, colon)), text.substring(colon + 1));
      }
    }
    throw new IllegalArgumentException("this is no counter");
  }

  /** Omits the name, which may be a user's. */
  @Override
  public String toString() {
    return kind + " of " + tenant;
  }
}
