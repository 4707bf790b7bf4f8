package io.broadcasty.occupancy;

/** A node that serves alone. */
class LocalOccupancyStoreTest extends OccupancyContract {

  @Override
  protected OccupancyStore open(String node) {
    return new LocalOccupancyStore();
  }
}
