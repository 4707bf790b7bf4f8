package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.wire.JsonWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Publications by a user and to it, in streams or in the archive. */
@ThreadSafe
final class PublicationData implements PersonalData {

  /** After this time a part ends, before the next page. */
  private static final Duration PART = Duration.ofSeconds(3);

  private static final long PART_BYTES = 1024 * 1024;
  private static final int PART_ERASED = 10_000;

  /** The sequence of a cursor behind a stream. */
  private static final long END = Long.MAX_VALUE;

  private final String area;
  private final KeptStreams streams;
  private final StoredPolicies policies;
  private final Ticker ticker;

  PublicationData(String area, KeptStreams streams, StoredPolicies policies, Ticker ticker) {
    this.area = area;
    this.streams = streams;
    this.policies = policies;
    this.ticker = ticker;
  }

  @Override
  public String area() {
    return area;
  }

  /** Where a part has ended. */
  private record Cursor(StreamKey stream, long after) {

    String text() {
      return String.join(
          "\n",
          stream.channel().name().value(),
          Integer.toString(stream.partition()),
          stream.epoch(),
          Long.toString(after));
    }

    static @Nullable Cursor parse(TenantId tenant, @Nullable String text) {
      if (text == null) {
        return null;
      }
      String[] parts = text.split("\n", -1);
      return new Cursor(
          new StreamKey(
              new TenantChannel(tenant, new ChannelName(parts[0])),
              Integer.parseInt(parts[1]),
              parts[2]),
          Long.parseLong(parts[3]));
    }
  }

  /** Takes the user's publications of a page; returns whether the part has to end. */
  private interface Visitor {
    boolean visit(StreamKey stream, List<Publication> found);
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    List<String> lines = new ArrayList<>();
    long[] bytes = {0};
    String next =
        walk(
            subject,
            cursor,
            (stream, found) -> {
              for (Publication each : found) {
                String line = ExportedLine.of(area, json -> JsonWriter.write(json, each));
                lines.add(line);
                bytes[0] += line.length();
              }
              return bytes[0] > PART_BYTES;
            });
    return new Part(lines.size(), lines, next);
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    StreamKey[] last = new StreamKey[1];
    Set<Long> sequences = new HashSet<>();
    long[] erased = {0};
    String next =
        walk(
            subject,
            cursor,
            (stream, found) -> {
              if (!stream.equals(last[0])) {
                erased[0] += flush(last[0], sequences);
                last[0] = stream;
              }
              found.forEach(each -> sequences.add(each.position().sequence()));
              return sequences.size() > PART_ERASED;
            });
    erased[0] += flush(last[0], sequences);
    return new Part(erased[0], List.of(), next);
  }

  /** Erases what was found in a stream together, since a stream may have to be copied for it. */
  private int flush(@Nullable StreamKey stream, Set<Long> sequences) {
    int erased = stream == null || sequences.isEmpty() ? 0 : streams.erase(stream, sequences);
    sequences.clear();
    return erased;
  }

  /** Returns the cursor of the next part; null at the end. */
  private @Nullable String walk(DataSubject subject, @Nullable String cursor, Visitor visitor) {
    UserChannels channels = new UserChannels(subject, policies.of(subject.tenant().value()));
    long start = ticker.readNanos();
    Cursor at = Cursor.parse(subject.tenant(), cursor);
    if (at != null && at.after() != END) {
      Cursor end = walk(channels, at, start, visitor);
      if (end.after() != END) {
        return end.text();
      }
      at = end;
    }
    Iterator<StreamKey> left = streams.after(subject.tenant(), at == null ? null : at.stream());
    while (left.hasNext()) {
      Cursor end = walk(channels, new Cursor(left.next(), 0), start, visitor);
      if (end.after() != END || isOver(start)) {
        return end.text();
      }
    }
    return null;
  }

  /** Goes through a stream; returns where it has stopped. */
  private Cursor walk(UserChannels channels, Cursor from, long start, Visitor visitor) {
    StreamKey stream = from.stream();
    long after = from.after();
    while (true) {
      List<Publication> page = streams.read(stream, after);
      if (page.isEmpty()) {
        return new Cursor(stream, END);
      }
      after = page.get(page.size() - 1).position().sequence();
      List<Publication> found =
          page.stream().filter(each -> channels.contains(each.envelope())).toList();
      if (visitor.visit(stream, found) || isOver(start)) {
        return new Cursor(stream, after);
      }
    }
  }

  private boolean isOver(long start) {
    return ticker.readNanos() - start > PART.toNanos();
  }
}
