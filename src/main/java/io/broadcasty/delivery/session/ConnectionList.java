package io.broadcasty.delivery.session;

import java.util.List;

/**
 * Some of the connections that a filter selects.
 *
 * @param count how many it selects in all
 * @param connections in order of their numbers
 */
public record ConnectionList(int count, List<ConnectionState> connections) {}
