/**
 * A live board of orders. The board is computed from all events of the stream, so a reload, a
 * second screen and the slider that goes back in time need no other data.
 */
import BroadcastyClient from '@broadcasty/client';
import type { BroadcastyError, Publication } from '@broadcasty/client';
import { devToken } from '../dev-token.js';
import { $, showState } from '../page.js';

/** The steps of an order. */
const STEPS = ['placed', 'paid', 'packed', 'sent'] as const;
type Step = (typeof STEPS)[number];

interface Order {
  order: string;
  item: string;
  total: number;
}

const CHANNEL = 'orders.board';
const ITEMS = ['Espresso cups', 'Reading lamp', 'Garden chair', 'Wool blanket', 'Tea kettle', 'Wall clock'];
const EUROS = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

const client = new BroadcastyClient({ baseUrl: location.origin, getToken: () => devToken(location.origin), include: ['time'] });
/** All events, replayed and live. */
const events: Publication<Order>[] = [];
/** How many of the events are shown; undefined: all, including new ones. */
let shownCount: number | undefined;
let renderPending = false;

async function start(): Promise<void> {
  showState(client, $('#state'));
  const orders = await client.subscribe<Order>({
    channel: CHANNEL,
    fromSequence: 0,
    onMessage: (publication) => {
      events.push(publication);
      render();
    },
  });
  // the server retains events for a limited time; report a loss instead of showing an incomplete
  // board
  orders.on('lost', ({ requested, resumeFrom }) => showError(`The events ${requested.sequence + 1} to ${resumeFrom.sequence} are no longer retained.`));
}

/** Two clicks, or two people with the same action, publish the same id, so it happens once. */
async function publish(step: Step, order: Order): Promise<void> {
  try {
    await client.publish({ channel: CHANNEL, event: step, payload: order, id: `${order.order}-${step}` });
  } catch (error) {
    showError((error as BroadcastyError).message);
  }
}

/** Returns the state of each order after these events. */
function board(events: readonly Publication<Order>[]): Map<string, { order: Order; step: Step }> {
  const orders = new Map<string, { order: Order; step: Step }>();
  for (const { event, payload } of events) {
    orders.set(payload.order, { order: payload, step: event as Step });
  }
  return orders;
}

/** Renders once for any number of events in a frame. */
function render(): void {
  if (renderPending) {
    return;
  }
  renderPending = true;
  requestAnimationFrame(() => {
    renderPending = false;
    const shown = events.slice(0, shownCount ?? events.length);
    const last = shown.at(-1);
    const orders = [...board(shown).values()];
    $('#board').replaceChildren(...STEPS.map((step) => column(step, orders.filter((one) => one.step === step).map(({ order }) => order), last)));
    const slider = $<HTMLInputElement>('#moment');
    slider.max = String(events.length);
    slider.value = String(shown.length);
    $('#status').textContent = last ? `${shown.length} of ${events.length}: ${last.payload.order} was ${last.event ?? ''} at ${new Date(last.time ?? 0).toLocaleTimeString()}` : 'no events yet';
    $('#live').setAttribute('aria-pressed', String(shownCount === undefined));
  });
}

function column(step: Step, orders: Order[], last: Publication<Order> | undefined): HTMLElement {
  const section = element('section', 'card');
  const title = element('h2', '', step.charAt(0).toUpperCase() + step.slice(1));
  title.append(element('span', '', String(orders.length)));
  const list = element('ul');
  for (const order of orders.slice(-50).reverse()) {
    const item = element('li', order.order === last?.payload.order ? 'fresh' : '');
    const summary = element('div', 'what');
    summary.append(element('span', 'number', order.order), element('span', 'total', EUROS.format(order.total)));
    item.append(summary, element('div', '', order.item));
    const next = STEPS[STEPS.indexOf(step) + 1];
    if (next && shownCount === undefined) {
      const button = element('button', '', `Mark ${next}`);
      button.addEventListener('click', () => void publish(next, order));
      item.append(button);
    }
    list.append(item);
  }
  section.append(title, list);
  return section;
}

function element(name: string, kind = '', text = ''): HTMLElement {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = text;
  return made;
}

function showError(message: string): void {
  $('#error').hidden = false;
  $('#error').textContent = message;
}

$('#place').addEventListener('click', () => {
  const number = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const item = ITEMS[number % ITEMS.length] ?? '';
  void publish('placed', { order: `A${(number % 1_000_000).toString().padStart(6, '0')}`, item, total: 10 + (number % 9000) / 100 });
});
$('#moment').addEventListener('input', () => {
  const value = Number($<HTMLInputElement>('#moment').value);
  shownCount = value === events.length ? undefined : value;
  render();
});
$('#live').addEventListener('click', () => {
  shownCount = undefined;
  render();
});
render();
void start();
