/** What the example pages share. */
import type { ReactElement } from 'react';
import { useConnectionState } from '@broadcasty/client/react';
import { connectionText } from './connection-text.js';

/** Shows the state of the connection. */
export function Connection(): ReactElement {
  const status = useConnectionState();
  return (
    <p className="state" id="state" role="status" data-state={status.state}>
      {connectionText(status)}
    </p>
  );
}
