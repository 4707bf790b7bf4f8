package io.broadcasty.messaging;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the channel of a message from a template: {@code orders.{region}} takes the segment from
 * the message's property {@code region}, and {@code {channel}} the whole name from the property
 * {@code channel}.
 *
 * @param template a channel's name in which names of properties stand in braces
 * @param allowed the channels that messages may choose; empty allows all that fit the template
 */
public record ChannelTemplate(String template, List<ChannelPattern> allowed) {

  private static final Pattern NAME = Pattern.compile("\\{([^{}]*)}");
  private static final Pattern PROPERTY = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");

  /** What may stand in a segment of a channel's name. */
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_=@,;:-]+");

  /**
   * @throws InvalidChannelException when no message could lead to a channel
   */
  public ChannelTemplate {
    allowed = List.copyOf(allowed);
    Matcher names = NAME.matcher(template);
    while (names.find()) {
      if (!PROPERTY.matcher(names.group(1)).matches()) {
        throw new InvalidChannelException("`" + names.group() + "` names no property of messages");
      }
    }
    var unused = new ChannelName(names.replaceAll("x"));
  }

  /** Returns whether every message has the same channel. */
  public boolean isFixed() {
    return !NAME.matcher(template).find();
  }

  /**
   * Returns the channel of a message.
   *
   * @throws InvalidChannelException when the message has no allowed channel; says why
   */
  public ChannelName resolve(Map<String, String> properties) {
    Matcher names = NAME.matcher(template);
    StringBuilder text = new StringBuilder();
    while (names.find()) {
      String property = names.group(1);
      String value = properties.get(property);
      if (value == null) {
        throw new InvalidChannelException(
            "the message has no property `" + property + "`, of which its channel is made");
      }
      boolean whole = template.equals(names.group());
      if (!whole && !SEGMENT.matcher(value).matches()) {
        throw new InvalidChannelException(
            "the property `"
                + property
                + "` cannot be a segment of a channel; allowed are A-Z a-z 0-9 _ - = @ , ; :");
      }
      names.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    ChannelName channel = new ChannelName(names.appendTail(text).toString());
    if (!allowed.isEmpty() && allowed.stream().noneMatch(each -> each.matches(channel))) {
      throw new InvalidChannelException(
          "this connector may not publish to the message's channel; see its allowed channels");
    }
    return channel;
  }
}
