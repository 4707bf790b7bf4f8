package io.broadcasty.delivery.occupancy;

import static io.broadcasty.delivery.occupancy.OccupancyAnswer.NOTHING;
import static io.broadcasty.delivery.occupancy.OccupancyAnswer.OCCUPIED;
import static io.broadcasty.delivery.occupancy.OccupancyAnswer.VACATED;
import static io.broadcasty.delivery.occupancy.OccupancyAnswer.WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.occupancy.OccupancyChange.Kind;
import org.junit.jupiter.api.Test;

class ChannelStateTest {

  private static final TenantChannel NEWS =
      new TenantChannel(new TenantId("acme"), new ChannelName("news"));

  private final ChannelState state = new ChannelState();
  private long now = 1_000_000;

  private OccupancyAnswer says(String node, Kind kind, long number) {
    return says(node, node, kind, number);
  }

  private OccupancyAnswer says(String by, String node, Kind kind, long number) {
    return state.apply(new OccupancyChange(NEWS, node, kind, number), by, now, 0);
  }

  @Test
  void occupyingWaitsWhileVacatedIsBeingNotified() {
    assertEquals(OCCUPIED, says("a", Kind.OCCUPY, 1));
    assertEquals(VACATED, says("a", Kind.LEAVE, 2));
    assertEquals(WAIT, says("b", Kind.OCCUPY, 1));
    assertEquals(WAIT, says("c", Kind.OCCUPY, 1));
    assertEquals(VACATED, says("a", Kind.LEAVE, 2), "its answer may have been lost");
    assertEquals(NOTHING, says("b", Kind.TOLD_VACATED, 2), "it was not b");
    assertEquals(WAIT, says("b", Kind.OCCUPY, 1));
    assertEquals(NOTHING, says("a", Kind.TOLD_VACATED, 2));
    assertEquals(OCCUPIED, says("c", Kind.OCCUPY, 1));
    assertEquals(OCCUPIED, says("c", Kind.OCCUPY, 1), "its answer may have been lost");
    assertEquals(NOTHING, says("b", Kind.OCCUPY, 1));
  }

  @Test
  void aNodeThatDiesWhileNotifyingDelaysOthersForAWhile() {
    says("a", Kind.OCCUPY, 1);
    says("a", Kind.LEAVE, 2);
    assertEquals(WAIT, says("b", Kind.OCCUPY, 1));
    now += ChannelState.MAX_NOTIFICATION_MILLIS;
    assertEquals(OCCUPIED, says("b", Kind.OCCUPY, 1));
    assertEquals(NOTHING, says("a", Kind.LEAVE, 2), "it is too late to tell");
    assertEquals(NOTHING, says("a", Kind.TOLD_VACATED, 2));
    assertEquals(VACATED, says("b", Kind.LEAVE, 2));
  }

  @Test
  void leavingWhileVacatedIsBeingNotifiedNotifiesNothing() {
    says("a", Kind.OCCUPY, 1);
    says("a", Kind.LEAVE, 2);
    assertEquals(WAIT, says("b", Kind.OCCUPY, 1));
    assertEquals(NOTHING, says("b", Kind.LEAVE, 2));
    assertEquals(NOTHING, says("a", Kind.TOLD_VACATED, 2));
    assertFalse(state.isOccupied());
  }

  @Test
  void aLateConfirmationDoesNothing() {
    says("a", Kind.OCCUPY, 1);
    says("a", Kind.LEAVE, 2);
    says("a", Kind.TOLD_VACATED, 2);
    assertEquals(NOTHING, says("a", Kind.OCCUPY, 1));
    assertFalse(state.isOccupied());
  }

  @Test
  void oneSurvivorNotifies() {
    says("a", Kind.OCCUPY, 7);
    assertEquals(VACATED, says("b", "a", Kind.LEAVE, 1));
    assertEquals(NOTHING, says("c", "a", Kind.LEAVE, 1));
    assertEquals(VACATED, says("b", "a", Kind.LEAVE, 1), "its answer may have been lost");
    says("b", Kind.TOLD_VACATED, 1);
    assertEquals(OCCUPIED, says("a", Kind.OCCUPY_AGAIN, 8), "it lives after all");
  }

  @Test
  void nothingIsRemovedForAReturnedNode() {
    says("a", Kind.OCCUPY, 7);
    now += 100;
    OccupancyChange leave = new OccupancyChange(NEWS, "a", Kind.LEAVE, 1);
    assertEquals(OccupancyAnswer.RETURNED, state.apply(leave, "b", now, 101));
    assertTrue(state.isOccupied());
    assertEquals(VACATED, state.apply(leave, "b", now, 100));
  }

  @Test
  void aLostReportIsNotNotifiedAgain() {
    assertEquals(NOTHING, says("a", Kind.OCCUPY_AGAIN, 5));
    assertEquals(NOTHING, says("b", Kind.OCCUPY_AGAIN, 5));
    assertTrue(state.isOccupied());
    assertEquals(NOTHING, says("a", Kind.LEAVE, 6));
    assertEquals(VACATED, says("b", Kind.LEAVE, 6));
  }

  @Test
  void theEndOfALostReportIsNotified() {
    assertEquals(VACATED, says("a", Kind.LEAVE, 5), "it had occupied it");
    assertEquals(WAIT, says("b", Kind.OCCUPY_AGAIN, 5), "and so had b");
    says("a", Kind.TOLD_VACATED, 5);
    assertEquals(OCCUPIED, says("b", Kind.OCCUPY_AGAIN, 5));
  }

  /** The store has fallen back to the state before the channel was left. */
  @Test
  void aLostLeaveIsNotNotifiedAgain() {
    says("a", Kind.OCCUPY, 1);
    assertEquals(NOTHING, says("a", Kind.LEAVE_AGAIN, 3));
    assertFalse(state.isOccupied());
    assertEquals(OCCUPIED, says("b", Kind.OCCUPY, 1));
  }

  @Test
  void aRepeatedKnownReportChangesNothing() {
    says("a", Kind.OCCUPY, 1);
    assertEquals(NOTHING, says("a", Kind.OCCUPY_AGAIN, 2));
    assertEquals(VACATED, says("a", Kind.LEAVE, 3));
    says("a", Kind.TOLD_VACATED, 3);
    assertEquals(NOTHING, says("a", Kind.LEAVE_AGAIN, 4));
    assertEquals(NOTHING, says("b", "nobody", Kind.LEAVE, 1));
    assertFalse(state.isOccupied());
  }
}
