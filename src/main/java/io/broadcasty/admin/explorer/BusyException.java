package io.broadcasty.admin.explorer;

/** Thrown when too many administrators are exploring on this node; trying again soon is right. */
public final class BusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BusyException() {
    super("too many questions are being asked on this node", null, false, false);
  }
}
