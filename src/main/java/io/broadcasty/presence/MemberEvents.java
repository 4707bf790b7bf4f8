package io.broadcasty.presence;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.lifecycle.ChannelEvent;
import io.broadcasty.lifecycle.ChannelEvent.MemberJoined;
import io.broadcasty.lifecycle.ChannelEvent.MemberLeft;
import io.broadcasty.lifecycle.RealtimeListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells the listener who has come and gone, outside of the locks under which that is found out, and
 * in the order in which it was.
 */
@ThreadSafe
public final class MemberEvents {

  private final RealtimeListener listener;
  private final Queue<ChannelEvent> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  public MemberEvents(RealtimeListener listener) {
    this.listener = listener;
  }

  /** Somebody is present who was not; to be told by the next {@link #tell}. */
  public void joined(TenantChannel channel, String memberId) {
    add(new MemberJoined(channel, memberId));
  }

  /** Somebody is not present any more; to be told by the next {@link #tell}. */
  public void left(TenantChannel channel, String memberId) {
    add(new MemberLeft(channel, memberId));
  }

  private void add(ChannelEvent event) {
    if (listener != RealtimeListener.NONE) {
      waiting.add(event);
    }
  }

  /** Tells what waits, unless another thread does already, which then tells it too. */
  public void tell() {
    if (waiting.isEmpty() || calls.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      for (ChannelEvent event = waiting.poll(); event != null; event = waiting.poll()) {
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
