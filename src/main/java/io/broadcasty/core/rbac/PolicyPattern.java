package io.broadcasty.core.rbac;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The channels of a policy: a channel's name in which segments may be placeholders, such as {@code
 * private-user:{sub}}, and which may end in {@code *}.
 *
 * <p>A segment is what stands between {@code :} and {@code .}, the beginning after the prefix of
 * the kind, and the end. A placeholder is a whole segment. It covers every segment there; its own
 * channels are those whose segment equals the caller's value. A value is compared as it is, so it
 * can be neither a wildcard nor several segments nor change the kind of the channel: {@code
 * ann:inbox}, {@code *} or an empty text equal no segment.
 */
public final class PolicyPattern {

  /** The longest pattern in characters. */
  public static final int MAX_LENGTH = ChannelName.MAX_LENGTH;

  private static final String SUBJECT = "sub";

  /** One that no placeholder may follow or precede in the same segment. */
  private static final String SAMPLE = "x";

  private static final char STAR_RANK = '\u0000';
  private static final char END_RANK = '\u0001';
  private static final char PLACEHOLDER_RANK = '\u0002';

  private final String text;
  private final boolean open;
  private final ChannelName.Kind kind;
  private final List<Part> parts;
  private final String shape;
  private final String rank;
  private final boolean placeholders;

  /**
   * A part of a pattern.
   *
   * @param literal characters that are compared as they are; empty for a placeholder
   * @param claim whose value a segment must equal; null for a literal
   */
  private record Part(String literal, @Nullable ClaimPath claim) {}

  private PolicyPattern(String text, boolean open, ChannelName.Kind kind, List<Part> parts) {
    this.text = text;
    this.open = open;
    this.kind = kind;
    this.parts = List.copyOf(parts);
    StringBuilder shown = new StringBuilder();
    StringBuilder ranked = new StringBuilder();
    boolean any = false;
    for (Part part : parts) {
      any |= part.claim() != null;
      shown.append(part.claim() == null ? part.literal() : "{}");
      ranked.append(part.claim() == null ? part.literal() : String.valueOf(PLACEHOLDER_RANK));
    }
    this.placeholders = any;
    this.shape = shown + (open ? "*" : "");
    this.rank = ranked.append(open ? STAR_RANK : END_RANK).toString();
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException when it is malformed; the message says why
   */
  public static PolicyPattern parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("a pattern must have 1 to " + MAX_LENGTH + " characters");
    }
    boolean open = text.endsWith("*");
    String body = open ? text.substring(0, text.length() - 1) : text;
    List<Part> parts = new ArrayList<>();
    StringBuilder sample = new StringBuilder();
    int from = 0;
    for (int brace = body.indexOf('{'); brace >= 0; brace = body.indexOf('{', from)) {
      int end = body.indexOf('}', brace);
      if (end < 0) {
        throw new IllegalArgumentException("a placeholder ends in }");
      }
      addLiteral(parts, sample, body.substring(from, brace));
      requireSegment(sample, body, end + 1, open);
      parts.add(new Part("", claim(body.substring(brace + 1, end))));
      sample.append(SAMPLE);
      from = end + 1;
    }
    addLiteral(parts, sample, body.substring(from));
    return new PolicyPattern(text, open, kind(sample.toString(), open), parts);
  }

  private static void addLiteral(List<Part> parts, StringBuilder sample, String literal) {
    if (!literal.isEmpty()) {
      parts.add(new Part(literal, null));
      sample.append(literal);
    }
  }

  private static ClaimPath claim(String name) {
    if (name.indexOf('{') >= 0) {
      throw new IllegalArgumentException("a placeholder contains no other");
    }
    try {
      return new ClaimPath(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a placeholder names a claim: " + e.getMessage(), e);
    }
  }

  private static void requireSegment(StringBuilder before, String body, int end, boolean open) {
    boolean begins =
        before.toString().equals(ChannelPattern.kind(before.toString()).prefix())
            || isSeparator(before.charAt(before.length() - 1));
    boolean ends = end == body.length() ? !open : isSeparator(body.charAt(end));
    if (!begins || !ends) {
      throw new IllegalArgumentException(
          "a placeholder is a whole segment: before and after it there must be : or . or nothing");
    }
  }

  private static ChannelName.Kind kind(String sample, boolean open) {
    try {
      return open ? new ChannelPattern(sample).kind() : new ChannelName(sample).kind();
    } catch (InvalidChannelException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static boolean isSeparator(char c) {
    return c == ':' || c == '.';
  }

  /** Returns the pattern without the names of its claims; two policies must differ in it. */
  public String shape() {
    return shape;
  }

  /** Returns whether it has placeholders. */
  public boolean hasPlaceholders() {
    return placeholders;
  }

  /** Returns whether it is the name of one channel. */
  boolean isName() {
    return !open && !placeholders;
  }

  /**
   * Returns a text by whose order, of two patterns that cover the same channel, the more specific
   * one comes last: at the first difference a character precedes a placeholder, which precedes the
   * end, which precedes {@code *}.
   */
  String rank() {
    return rank;
  }

  /** Returns whether it covers a channel, or all channels of a requested pattern. */
  boolean covers(String nameOrPattern) {
    return matches(nameOrPattern, null);
  }

  /** Returns whether it covers a channel, or requested pattern, with the caller's own values. */
  boolean coversAsOwn(String nameOrPattern, AccessRequest caller) {
    return matches(nameOrPattern, caller);
  }

  private boolean matches(String nameOrPattern, @Nullable AccessRequest caller) {
    boolean requestIsOpen = ChannelPattern.isPattern(nameOrPattern);
    if (ChannelPattern.kind(nameOrPattern) != kind || (requestIsOpen && !open)) {
      return false;
    }
    int length = requestIsOpen ? nameOrPattern.length() - 1 : nameOrPattern.length();
    int at = 0;
    for (Part part : parts) {
      ClaimPath claim = part.claim();
      int next;
      if (claim == null) {
        next = at + part.literal().length();
        if (next > length || !nameOrPattern.startsWith(part.literal(), at)) {
          return false;
        }
      } else {
        next = segmentEnd(nameOrPattern, at, length);
        if (next == at || (caller != null && !isValue(caller, claim, nameOrPattern, at, next))) {
          return false;
        }
      }
      at = next;
    }
    return open || at == length;
  }

  /** Returns whether a channel has this user's id in the place of {@code {sub}}. */
  boolean isForSubject(String name, String subject) {
    if (ChannelPattern.kind(name) != kind) {
      return false;
    }
    boolean named = false;
    int at = 0;
    for (Part part : parts) {
      ClaimPath claim = part.claim();
      int next = claim == null ? at + part.literal().length() : segmentEnd(name, at, name.length());
      boolean isSubject = claim != null && claim.toString().equals(SUBJECT);
      boolean matches =
          claim == null
              ? name.startsWith(part.literal(), at)
              : next > at && (!isSubject || name.substring(at, next).equals(subject));
      if (!matches) {
        return false;
      }
      named |= isSubject;
      at = next;
    }
    return named && (open || at == name.length());
  }

  private static int segmentEnd(String name, int from, int length) {
    int end = from;
    while (end < length && !isSeparator(name.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isValue(
      AccessRequest caller, ClaimPath claim, String name, int from, int to) {
    String value = value(caller, claim);
    return value != null && value.length() == to - from && name.startsWith(value, from);
  }

  /**
   * Returns whether a requested pattern covers channels of this one, which is narrower: the
   * caller's own ones, or any.
   */
  boolean isWithin(String requestedPattern, boolean own, AccessRequest caller) {
    ChannelPattern requested = ChannelPattern.parse(requestedPattern);
    StringBuilder concrete = new StringBuilder();
    for (Part part : parts) {
      ClaimPath claim = part.claim();
      if (claim == null) {
        concrete.append(part.literal());
        continue;
      }
      String value = own ? value(caller, claim) : null;
      if (own && (value == null || !isSegment(value))) {
        return false;
      }
      if (value == null) { // any value, so what comes before it decides
        break;
      }
      concrete.append(value);
    }
    return requested.kind() == kind && concrete.toString().startsWith(requested.prefix());
  }

  private static boolean isSegment(String value) {
    try {
      return segmentEnd(new ChannelName(value).value(), 0, value.length()) == value.length();
    } catch (InvalidChannelException e) { // so no channel has it as a segment
      return false;
    }
  }

  /** Returns the caller's value of a claim; null when it has none, or no text or whole number. */
  private static @Nullable String value(AccessRequest caller, ClaimPath claim) {
    if (claim.toString().equals(SUBJECT)) {
      return caller.userId();
    }
    Object value = claim.find(caller.claims());
    return value instanceof String || value instanceof Integer || value instanceof Long
        ? value.toString()
        : null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PolicyPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the pattern as it was given. */
  @Override
  public String toString() {
    return text;
  }
}
