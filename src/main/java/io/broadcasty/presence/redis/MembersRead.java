package io.broadcasty.presence.redis;

import static io.broadcasty.presence.redis.PresenceKeys.bytes;

import io.broadcasty.core.format.TextVersion;
import io.broadcasty.presence.Member;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the members of a channel with {@code read.lua}, a part at a time. Changes in the meantime
 * are announced; applied to the result, they make it exact. Not thread-safe.
 */
final class MembersRead {

  private static final byte[] PART = bytes("500");

  private final MembershipCache cache;
  private final int generation;
  private final Map<String, Member> members = new HashMap<>();
  private List<String> nodes = List.of();
  private String cursor = MemberChanges.END;
  private long version = -1;

  /** Begins a read for a copy, which has to receive announcements already. */
  MembersRead(MembershipCache cache) {
    this.cache = cache;
    this.generation = cache.generation();
  }

  MembershipCache cache() {
    return cache;
  }

  /** Returns the arguments of the script for the next part. */
  List<byte[]> arguments() {
    return List.of(bytes(cursor), PART);
  }

  /**
   * Adds a part as the script returned it; returns whether it was the last one.
   *
   * @throws io.broadcasty.core.format.UnknownVersionException when a node of another version has
   *     written a member
   */
  boolean add(List<?> part) {
    if (version < 0) {
      version = (Long) part.get(0);
      nodes = ((List<?>) part.get(3)).stream().map(MembersRead::text).toList();
    }
    List<?> flat = (List<?>) part.get(1);
    for (int i = 0; i < flat.size(); i += 2) {
      TextVersion.requireVersionOne("members", (byte[]) flat.get(i + 1));
      String id = text(flat.get(i));
      members.put(id, new Member(id, text(flat.get(i + 1))));
    }
    cursor = text(part.get(2));
    return cursor.equals(MemberChanges.END);
  }

  /** Hands the members to the copy, as of the beginning of the read. */
  void finish() {
    cache.replaceAll(generation, version, members);
  }

  /** Returns the nodes that may hold members. */
  List<String> nodes() {
    return nodes;
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
