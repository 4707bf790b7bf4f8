package io.broadcasty.occupancy;

/** The fake keeps what it stands for. */
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
