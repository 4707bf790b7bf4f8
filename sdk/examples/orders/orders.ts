/**
 * A live board of orders. The stream is the only truth: the board is what all events so far make of it, so that a reload, a
 * second screen, and the slider that goes back in time need nothing else.
 */
import BroadcastyClient from '@broadcasty/client';
import type { BroadcastyError, Publication } from '@broadcasty/client';
import { devToken } from '../dev-token.js';
import { $, showState } from '../page.js';

/** What happens to an order, in this order. */
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
/** Everything that has happened, as it is replayed and as it goes on. */
const happened: Publication<Order>[] = [];
/** How many of the events are shown; undefined: all of them, also those that come. */
let moment: number | undefined;
let drawing = false;

async function start(): Promise<void> {
  showState(client, $('#state'));
  const orders = await client.subscribe<Order>({
    channel: CHANNEL,
    fromSequence: 0,
    onMessage: (publication) => {
      happened.push(publication);
      draw();
    },
  });
  // the server keeps events for a while only; who was away for longer is told, instead of shown a board with holes
  orders.on('lost', ({ requested, resumeFrom }) => complain(`The events ${requested.sequence + 1} to ${resumeFrom.sequence} are not kept any more.`));
}

/** Two clicks, or two people who do the same, publish the same id: it happens once. */
async function publish(step: Step, order: Order): Promise<void> {
  try {
    await client.publish({ channel: CHANNEL, event: step, payload: order, id: `${order.order}-${step}` });
  } catch (error) {
    complain((error as BroadcastyError).message);
  }
}

/** Where each order stands after some of the events. */
function board(events: readonly Publication<Order>[]): Map<string, { order: Order; step: Step }> {
  const orders = new Map<string, { order: Order; step: Step }>();
  for (const { event, payload } of events) {
    orders.set(payload.order, { order: payload, step: event as Step });
  }
  return orders;
}

/** Draws once, however many events have come. */
function draw(): void {
  if (drawing) {
    return;
  }
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const shown = happened.slice(0, moment ?? happened.length);
    const last = shown.at(-1);
    const orders = [...board(shown).values()];
    $('#board').replaceChildren(...STEPS.map((step) => column(step, orders.filter((one) => one.step === step).map(({ order }) => order), last)));
    const slider = $<HTMLInputElement>('#moment');
    slider.max = String(happened.length);
    slider.value = String(shown.length);
    $('#told').textContent = last ? `${shown.length} of ${happened.length}: ${last.payload.order} was ${last.event ?? ''} at ${new Date(last.time ?? 0).toLocaleTimeString()}` : 'nothing yet';
    $('#live').setAttribute('aria-pressed', String(moment === undefined));
  });
}

function column(step: Step, orders: Order[], last: Publication<Order> | undefined): HTMLElement {
  const section = element('section', 'card');
  const title = element('h2', '', step.charAt(0).toUpperCase() + step.slice(1));
  title.append(element('span', '', String(orders.length)));
  const list = element('ul');
  for (const order of orders.slice(-50).reverse()) {
    const item = element('li', order.order === last?.payload.order ? 'fresh' : '');
    const what = element('div', 'what');
    what.append(element('span', 'number', order.order), element('span', 'total', EUROS.format(order.total)));
    item.append(what, element('div', '', order.item));
    const next = STEPS[STEPS.indexOf(step) + 1];
    if (next && moment === undefined) {
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

function complain(what: string): void {
  $('#trouble').hidden = false;
  $('#trouble').textContent = what;
}

$('#place').addEventListener('click', () => {
  const number = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const item = ITEMS[number % ITEMS.length] ?? '';
  void publish('placed', { order: `A${(number % 1_000_000).toString().padStart(6, '0')}`, item, total: 10 + (number % 9000) / 100 });
});
$('#moment').addEventListener('input', () => {
  const value = Number($<HTMLInputElement>('#moment').value);
  moment = value === happened.length ? undefined : value;
  draw();
});
$('#live').addEventListener('click', () => {
  moment = undefined;
  draw();
});
draw();
void start();
