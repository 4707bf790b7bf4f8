package io.broadcasty.push;

import java.util.UUID;

/**
 * One notification on its way to one device.
 *
 * @param id the same each time it is tried, so that a service can tell a repetition
 * @param remainingMillis of the notification's time to live, when it is tried
 */
public record Dispatch(
    UUID id, DeviceAddress device, Notification notification, long remainingMillis) {}
