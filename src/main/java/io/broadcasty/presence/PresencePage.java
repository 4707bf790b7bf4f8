package io.broadcasty.presence;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a channel's members.
 *
 * @param version the last change that the page contains
 * @param count how many members the channel has in all
 * @param members in order of id
 * @param next the id after which the next page begins; null at the end
 */
public record PresencePage(long version, int count, List<Member> members, @Nullable String next) {}
