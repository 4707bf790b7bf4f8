package io.broadcasty.push.provider;

import io.broadcasty.push.device.DeviceAddress;
import java.util.UUID;

/**
 * A notification for one device, as a provider gets it.
 *
 * @param id the same at each attempt, so that a service can detect a repetition
 * @param remainingMillis the rest of the notification's time to live at this attempt
 */
public record Dispatch(
    UUID id, DeviceAddress device, Notification notification, long remainingMillis) {}
