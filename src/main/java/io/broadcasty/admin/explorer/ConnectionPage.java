package io.broadcasty.admin.explorer;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * A page of connections, in order of their nodes and numbers.
 *
 * @param next after which the next page begins; null at the end
 * @param counts how many connections match on each node that has answered
 * @param missing the nodes that did not answer, whose connections are not shown
 */
public record ConnectionPage(
    List<Row> rows,
    @Nullable ConnectionCursor next,
    SortedMap<String, Integer> counts,
    SortedSet<String> missing) {

  /** A connection and its node. */
  public record Row(String node, ExploredConnection connection) {}
}
