package io.broadcasty.presence;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ChannelEvent.MemberJoined;
import io.broadcasty.core.lifecycle.ChannelEvent.MemberLeft;
import io.broadcasty.core.lifecycle.RealtimeListener;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Notifies the listener of joins and leaves in the order in which they occurred, outside the locks
 * under which they were detected.
 */
@ThreadSafe
public final class MemberEvents {

  private final RealtimeListener listener;
  private final ConcurrentLinkedQueue<ChannelEvent> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  public MemberEvents(RealtimeListener listener) {
    this.listener = listener;
  }

  /** Adds a join, which the next {@link #flush} reports. */
  public void joined(TenantChannel channel, String memberId) {
    add(new MemberJoined(channel, memberId));
  }

  /** Adds a leave, which the next {@link #flush} reports. */
  public void left(TenantChannel channel, String memberId) {
    add(new MemberLeft(channel, memberId));
  }

  private void add(ChannelEvent event) {
    if (listener != RealtimeListener.NONE) {
      queue.add(event);
    }
  }

  /**
   * Reports the events that were added. If another thread is already doing so, that thread reports
   * them too.
   */
  public void flush() {
    if (queue.isEmpty() || calls.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      for (ChannelEvent event = queue.poll(); event != null; event = queue.poll()) {
        if (event instanceof MemberJoined joined) {
          listener.onMemberJoined(joined);
        } else if (event instanceof MemberLeft left) {
          listener.onMemberLeft(left);
        }
      }
      seen = calls.addAndGet(-seen);
    } while (seen != 0);
  }
}
