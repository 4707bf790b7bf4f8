package io.broadcasty.occupancy;

/** Tests that the fake keeps the contract of a shared store. */
class SharedStatesTest extends SharedOccupancyContract {

  private final SharedStates states = new SharedStates();

  @Override
  protected OccupancyStore open(String node) {
    return states.of(node);
  }

  @Override
  protected void loseAll() {
    states.loseAll();
  }
}
