package io.broadcasty.core.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keeps the tickets of one node in memory, where they count in bytes for their tenant. */
@ThreadSafe
public final class LocalTicketStore implements TicketStore {

  /** The objects of an entry, without its content. */
  private static final long ENTRY_BYTES = 300;

  private final Cache<String, Content> contents;
  private final MemoryBudget memory;

  private record Content(TenantId tenant, byte[] bytes) {

    long costBytes() {
      return ENTRY_BYTES + bytes.length;
    }
  }

  /**
   * @param life how long a content is kept
   * @param memory counts the contents
   */
  public LocalTicketStore(Duration life, MemoryBudget memory, Ticker ticker) {
    this.memory = memory;
    this.contents =
        Caffeine.newBuilder()
            .expireAfterWrite(life)
            .ticker(ticker::readNanos)
            .executor(Runnable::run)
            .<String, Content>evictionListener((id, content, cause) -> release(content))
            .build();
  }

  @Override
  public void put(TenantId tenant, String id, byte[] content) {
    Content kept = new Content(tenant, content.clone());
    if (!reserve(kept)) {
      throw new AuthenticationUnavailableException(
          "Cannot keep a ticket", new IllegalStateException("The memory for ids is used up"));
    }
    contents.put(id, kept);
  }

  private boolean reserve(Content content) {
    if (memory.tryReserveUncounted(content.tenant(), content.costBytes()) == Grant.GRANTED) {
      return true;
    }
    contents.cleanUp(); // contents that have expired are released at the latest now
    return memory.tryReserve(content.tenant(), content.costBytes()) == Grant.GRANTED;
  }

  @Override
  public byte @Nullable [] take(String id) {
    Content content = contents.getIfPresent(id);
    if (content == null || !contents.asMap().remove(id, content)) {
      return null;
    }
    release(content);
    return content.bytes();
  }

  private void release(@Nullable Content content) {
    if (content != null) {
      memory.release(content.tenant(), content.costBytes());
    }
  }
}
