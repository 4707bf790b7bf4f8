package io.broadcasty.cdi;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.persistence.PostPersist;
import jakarta.persistence.PostRemove;
import jakarta.persistence.PostUpdate;

/** Publishes entities with {@link BroadcastEntity} as they are written to the database. */
public class BroadcastEntityListener {

  /** Called by the persistence provider. */
  public BroadcastEntityListener() {}

  @PostPersist
  void created(Object entity) {
    publish(entity, "created");
  }

  @PostUpdate
  void updated(Object entity) {
    publish(entity, "updated");
  }

  @PostRemove
  void deleted(Object entity) {
    publish(entity, "deleted");
  }

  private static void publish(Object entity, String event) {
    BroadcastEntity broadcast = null;
    for (Class<?> type = entity.getClass();
        type != null && broadcast == null;
        type = type.getSuperclass()) {
      broadcast = type.getDeclaredAnnotation(BroadcastEntity.class);
    }
    if (broadcast == null) {
      throw new PublishException(
          PublishException.NO_CHANNEL, entity.getClass().getName() + " has no @BroadcastEntity");
    }
    Object payload =
        broadcast.payload().isEmpty()
            ? entity
            : ChannelTemplate.property(entity, broadcast.payload());
    CDI.current()
        .select(Publishing.class)
        .get()
        .publish(
            ChannelTemplate.resolve(broadcast.value(), entity),
            payload,
            PublishOptions.NONE.withEvent(event));
  }
}
