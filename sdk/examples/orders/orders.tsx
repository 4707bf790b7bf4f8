/**
 * A live board of orders. The board is computed from all events of the stream, so a reload, a
 * second screen and the slider that goes back in time need no other data. Without a network, changes
 * are shown at once and sent later, in order.
 */
import { StrictMode, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import BroadcastyClient from '@broadcasty/client';
import type { BroadcastyError, Publication } from '@broadcasty/client';
import { BroadcastyProvider, useBroadcasty, useChannel } from '@broadcasty/client/react';
import { devToken } from '../dev-token.js';
import { Connection } from '../connection.js';
import '../example.css';
import './orders.css';

/** The steps of an order. */
const STEPS = ['placed', 'paid', 'packed', 'sent'] as const;
type Step = (typeof STEPS)[number];

interface Order {
  order: string;
  item: string;
  total: number;
}

/** An order came to a step. */
interface Change {
  id: string;
  step: Step;
  order: Order;
}

const CHANNEL = 'orders.board';
const ITEMS = ['Espresso cups', 'Reading lamp', 'Garden chair', 'Wool blanket', 'Tea kettle', 'Wall clock'];
const EUROS = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

function Page(): ReactElement {
  return (
    <>
      <header>
        <h1>Orders</h1>
        <Latest />
        <Connection />
      </header>
      <Board />
    </>
  );
}

/** The last event, by a subscription of its own. */
function Latest(): ReactElement {
  const { publications } = useChannel<Order>(CHANNEL, { last: 1, limit: 1 });
  const last = publications.at(-1);
  return <p id="latest" className="quiet">{last ? `${last.payload.order} was ${last.event ?? ''} last` : ''}</p>;
}

function Board(): ReactElement {
  const client = useBroadcasty();
  const { publications: events, error, lost } = useChannel<Order>(CHANNEL, { fromSequence: 0, limit: 10_000 });
  const [changes, setChanges] = useState<readonly Change[]>([]);
  const [failure, setFailure] = useState('');
  /** How many of the events are shown; undefined: all, including new ones. */
  const [moment, setMoment] = useState<number>();

  const drop = (id: string, { message }: Error) => {
    setChanges((all) => all.filter((one) => one.id !== id));
    setFailure(message);
  };
  useEffect(() => client.on('refused', ({ id, error: reason }) => drop(id, reason)), [client]);

  /** Two clicks, or two people with the same action, publish the same id, so it happens once. */
  const publish = (step: Step, order: Order) => {
    const id = `${order.order}-${step}`;
    setChanges((all) => [...all, { id, step, order }]);
    client.publish({ channel: CHANNEL, event: step, payload: order, id }).catch((thrown: unknown) => drop(id, thrown as BroadcastyError));
  };
  const place = () => {
    const number = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    publish('placed', { order: `A${(number % 1_000_000).toString().padStart(6, '0')}`, item: ITEMS[number % ITEMS.length] ?? '', total: 10 + (number % 9000) / 100 });
  };

  const shown = events.slice(0, moment ?? events.length);
  const known = new Set(events.map(({ id }) => id));
  const waiting = changes.filter(({ id }) => !known.has(id));
  const orders = board(shown, moment === undefined ? waiting : []);
  const last = shown.at(-1);
  const problem = lost ? `The events ${lost.requested.sequence + 1} to ${lost.resumeFrom.sequence} are no longer retained.` : (error?.message ?? failure);

  return (
    <>
      <div className="card" id="time">
        <label htmlFor="moment">
          History{' '}
          <output id="status" htmlFor="moment">
            {last ? `${shown.length} of ${events.length}: ${last.payload.order} was ${last.event ?? ''} at ${new Date(last.time ?? 0).toLocaleTimeString()}` : 'no events yet'}
          </output>
          <output id="waiting">{waiting.length > 0 ? `${waiting.length} ${waiting.length === 1 ? 'change waits' : 'changes wait'}` : ''}</output>
        </label>
        <input type="range" id="moment" min={0} max={events.length} value={shown.length} onChange={({ target }) => setMoment(Number(target.value) === events.length ? undefined : Number(target.value))} />
        <button id="live" aria-pressed={moment === undefined} onClick={() => setMoment(undefined)}>
          Live
        </button>
        <button id="place" className="primary" onClick={place}>
          New order
        </button>
      </div>
      {problem && (
        <p className="state" id="error" data-state="failed" role="alert">
          {problem}
        </p>
      )}
      <main id="board">
        {STEPS.map((step) => (
          <Column key={step} step={step} changes={orders.filter((one) => one.step === step)} fresh={last?.payload.order} waiting={waiting} onNext={moment === undefined ? publish : undefined} />
        ))}
      </main>
    </>
  );
}

interface ColumnProps {
  step: Step;
  changes: Change[];
  fresh: string | undefined;
  waiting: readonly Change[];
  /** Undefined: the board is shown as it was. */
  onNext: ((step: Step, order: Order) => void) | undefined;
}

function Column({ step, changes, fresh, waiting, onNext }: ColumnProps): ReactElement {
  const next = STEPS[STEPS.indexOf(step) + 1];
  return (
    <section className="card" aria-label={step}>
      <h2>
        {step.charAt(0).toUpperCase() + step.slice(1)}
        <span>{changes.length}</span>
      </h2>
      <ul>
        {changes.slice(-50).reverse().map(({ id, order }) => (
          <li key={order.order} className={waiting.some((one) => one.id === id) ? 'waiting' : order.order === fresh ? 'fresh' : ''}>
            <div className="what">
              <span className="number">{order.order}</span>
              <span className="total">{EUROS.format(order.total)}</span>
            </div>
            <div>{order.item}</div>
            {next && onNext && (
              <button aria-label={`Mark ${order.order} ${next}`} onClick={() => onNext(next, order)}>
                Mark {next}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Returns the last change of each order after these events and the changes that wait. */
function board(events: readonly Publication<Order>[], waiting: readonly Change[]): Change[] {
  const orders = new Map<string, Change>();
  for (const { id = '', event, payload } of events) {
    orders.set(payload.order, { id, step: event as Step, order: payload });
  }
  waiting.forEach((change) => orders.set(change.order.order, change));
  return [...orders.values()];
}

const client = new BroadcastyClient({ baseUrl: location.origin, getToken: () => devToken(location.origin), include: ['id', 'time'] });
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <BroadcastyProvider client={client}>
      <Page />
    </BroadcastyProvider>
  </StrictMode>,
);
