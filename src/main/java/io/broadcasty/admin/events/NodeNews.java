package io.broadcasty.admin.events;

import io.broadcasty.admin.events.AdminEvent.ChannelChanged;
import java.util.List;
import java.util.Map;

/**
 * What a node tells another that has readers.
 *
 * @param number the number of its latest event
 * @param missed whether it had more events than it tells
 * @param channels the events of its channels
 * @param connections how many connections it has, of all tenants
 * @param services the states of relay and push, by {@code relay:} or {@code push:} and the name
 */
record NodeNews(
    long number,
    boolean missed,
    List<ChannelChanged> channels,
    int connections,
    Map<String, String> services) {}
