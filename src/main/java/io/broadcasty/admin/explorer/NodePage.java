package io.broadcasty.admin.explorer;

import java.util.List;
import java.util.SortedSet;

/**
 * The nodes that run.
 *
 * @param reports of those that have answered, in the order of their start
 * @param missing the names of those that have not
 */
public record NodePage(List<NodeReport> reports, SortedSet<String> missing) {}
