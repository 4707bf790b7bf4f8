package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The presence of a user: an erasure ends its leases; its connections end before. */
@ThreadSafe
final class PresenceData implements PersonalData {

  private static final int PAGE = 1000;
  private static final int CHANNELS = 200;
  private static final long TIMEOUT_SECONDS = 10;
  private static final Holder ANY_LEASE = new Holder.Lease(Duration.ofSeconds(1));

  private final PresenceStore presence;

  PresenceData(PresenceStore presence) {
    this.presence = presence;
  }

  @Override
  public String area() {
    return "presence";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    List<ChannelName> channels = channels(subject, cursor);
    List<String> lines = new ArrayList<>();
    for (ChannelName name : channels) {
      Member member = find(new TenantChannel(subject.tenant(), name), subject.user());
      if (member != null) {
        lines.add(
            ExportedLine.of(
                area(),
                json -> {
                  json.writeStringField("channel", name.value());
                  json.writeFieldName("member");
                  json.writeRawValue(member.json());
                }));
      }
    }
    return new Part(lines.size(), lines, next(channels));
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    List<ChannelName> channels = channels(subject, cursor);
    int left = 0;
    for (ChannelName name : channels) {
      TenantChannel channel = new TenantChannel(subject.tenant(), name);
      if (find(channel, subject.user()) != null && leave(channel, subject.user())) {
        left++;
      }
    }
    return new Part(left, List.of(), next(channels));
  }

  private boolean leave(TenantChannel channel, String user) {
    try {
      return presence
          .leave(channel, user, ANY_LEASE)
          .toCompletableFuture()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new PresenceException("a member cannot be removed now", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PresenceException("interrupted while a member was removed", e);
    }
  }

  private @Nullable Member find(TenantChannel channel, String user) {
    String after = null;
    do {
      PresencePage page = presence.members(channel, after, PAGE);
      for (Member member : page.members()) {
        if (member.id().equals(user)) {
          return member;
        }
      }
      after = page.next();
    } while (after != null);
    return null;
  }

  /** Returns the presence channels whose turn it is. */
  private List<ChannelName> channels(DataSubject subject, @Nullable String cursor) {
    return presence.channels(subject.tenant()).stream()
        .sorted()
        .filter(name -> cursor == null || name.compareTo(new ChannelName(cursor)) > 0)
        .limit(CHANNELS)
        .toList();
  }

  private static @Nullable String next(List<ChannelName> channels) {
    return channels.size() < CHANNELS ? null : channels.get(channels.size() - 1).value();
  }
}
