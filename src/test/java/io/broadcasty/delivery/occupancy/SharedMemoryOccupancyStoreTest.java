package io.broadcasty.delivery.occupancy;

/** Tests that the fake keeps the contract of a shared store. */
class SharedMemoryOccupancyStoreTest extends SharedOccupancyContract {

  private final SharedMemoryOccupancyStore states = new SharedMemoryOccupancyStore();

  @Override
  protected OccupancyStore open(String node) {
    return states.of(node);
  }

  @Override
  protected void loseAll() {
    states.loseAll();
  }
}
