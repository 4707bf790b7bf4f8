package io.broadcasty.streams.compaction;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads a stream from its oldest publication to its head, and erases those that were replaced. */
@ThreadSafe
final class CompactionPass {

  /** A key that was not published for longer than so many other keys is not recognised. */
  static final int MAX_KEYS = 100_000;

  /** The maximum number of publications that one pass erases. */
  static final int MAX_ERASED = 100_000;

  private static final int PAGE_COUNT = 1000;
  private static final long PAGE_BYTES = 1024 * 1024;

  private final Broker streams;

  /**
   * What a pass has done.
   *
   * @param read how many publications it has read
   * @param erased how many of them it has erased
   * @param complete false when another pass has to erase more
   */
  record Result(long read, int erased, boolean complete) {}

  CompactionPass(Broker streams) {
    this.streams = streams;
  }

  /**
   * Compacts the stream of a partition.
   *
   * @throws BrokerException when the store cannot be reached, or a message of the stream is being
   *     erased by somebody else; trying again later is right
   */
  Result run(TenantChannel channel, int partition) {
    Map<String, Long> newest = new NewestOfKeys();
    Set<Long> replaced = new HashSet<>();
    String epoch = null;
    long after = StreamState.FROM_OLDEST;
    long read = 0;
    while (true) {
      ReplayPage page =
          streams.replay(
              new ReplayRequest(channel, partition, epoch, after, PAGE_COUNT, PAGE_BYTES));
      if (epoch == null) {
        epoch = page.state().epoch();
      } else if (!epoch.equals(page.state().epoch())) {
        return new Result(read, 0, false); // the stream has begun anew meanwhile
      }
      for (Publication publication : page.publications()) {
        after = publication.position().sequence();
        String key = publication.envelope().message().origin().compactionKey();
        Long before = key == null ? null : newest.put(key, after);
        if (before != null) {
          replaced.add(before);
        }
      }
      read += page.publications().size();
      if (page.publications().isEmpty()
          || after >= page.state().head()
          || replaced.size() >= MAX_ERASED) {
        break;
      }
    }
    int erased =
        replaced.isEmpty() ? 0 : streams.erase(new StreamKey(channel, partition, epoch), replaced);
    return new Result(read, erased, replaced.size() < MAX_ERASED);
  }

  /** The newest sequence of each key, of the keys that were published last. */
  private static final class NewestOfKeys extends LinkedHashMap<String, Long> {
    private static final long serialVersionUID = 1;

    NewestOfKeys() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
      return size() > MAX_KEYS;
    }
  }
}
