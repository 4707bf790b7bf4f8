package io.broadcasty.core.rbac;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What exactly is done on a channel; stored policies allow each of these on its own. */
public enum ChannelOperation {
  /** Receive live publications, and follow the channel as a topic of notifications. */
  SUBSCRIBE(Action.SUBSCRIBE),
  /** Read earlier publications. */
  REPLAY(Action.SUBSCRIBE),
  /** Publish to the channel. */
  PUBLISH(Action.PUBLISH),
  /** Be a member of a presence channel. */
  JOIN(Action.PRESENCE),
  /** List and watch the members of a presence channel. */
  MEMBERS(Action.PRESENCE),
  /** Send notifications to the devices that follow the channel. */
  PUSH(Action.PUBLISH);

  private final Action action;
  private final String wireName = name().toLowerCase(Locale.ROOT);

  ChannelOperation(Action action) {
    this.action = action;
  }

  /** Returns the action that the scopes of API keys and a {@link PolicyResolver} know it by. */
  public Action action() {
    return action;
  }

  /** Returns the name in requests and answers. */
  public String wireName() {
    return wireName;
  }

  /** Returns the operation of a name in requests; null for none. */
  public static @Nullable ChannelOperation fromWireName(@Nullable String name) {
    for (ChannelOperation each : values()) {
      if (each.wireName.equals(name)) {
        return each;
      }
    }
    return null;
  }

  /** Returns the operation that an action stands for where no other is named. */
  static ChannelOperation of(Action action) {
    return switch (action) {
      case SUBSCRIBE -> SUBSCRIBE;
      case PUBLISH -> PUBLISH;
      case PRESENCE -> JOIN;
    };
  }
}
