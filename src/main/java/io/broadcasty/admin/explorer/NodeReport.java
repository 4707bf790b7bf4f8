package io.broadcasty.admin.explorer;

import io.broadcasty.cluster.nodes.NodeInfo;

/**
 * What a node tells of itself, and of one tenant on it.
 *
 * @param connections those of the tenant
 * @param channels the tenant's channels that have subscribers on the node
 * @param published how many publications of the tenant the node accepted in the last minute
 * @param load of the whole node
 */
public record NodeReport(NodeInfo info, int connections, int channels, long published, Load load) {

  /**
   * How much a node has to do.
   *
   * @param connections of all tenants
   * @param channels of all tenants, with subscribers on the node
   * @param loadAverage of the machine in the last minute, as the operating system counts; below 0
   *     where it does not
   * @param processors that the node may use
   */
  public record Load(int connections, long channels, double loadAverage, int processors) {}
}
