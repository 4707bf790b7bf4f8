package io.broadcasty.delivery.occupancy;

/** Tests the store of a node that serves alone. */
class LocalOccupancyStoreTest extends OccupancyContract {

  @Override
  protected OccupancyStore open(String node) {
    return new LocalOccupancyStore();
  }
}
