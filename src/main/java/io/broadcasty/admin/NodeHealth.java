package io.broadcasty.admin;

import java.util.List;
import java.util.Map;

/** Reports the health of this node with its reasons, for operators. */
public interface NodeHealth {

  /** Returns every check as it is now; may read from the store. */
  List<Check> checks();

  /**
   * One check of the node's health.
   *
   * @param data facts and reasons, which may name the store, drivers and hosts: texts, booleans and
   *     whole numbers
   */
  record Check(String name, boolean up, Map<String, Object> data) {

    public Check {
      data = Map.copyOf(data);
    }
  }
}
