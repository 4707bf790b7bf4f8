/** Opting in to notifications, and out again; what is sent comes with the page closed too. */
import { WebPush } from '@broadcasty/client/push';
import type { PushDevice } from '@broadcasty/client/push';
import { devToken } from '../dev-token.js';
import { $ } from '../page.js';

const TOPIC = 'news';

const getToken = () => devToken(location.origin);
const push = new WebPush({ baseUrl: location.origin, getToken });
/** This browser, while it gets notifications. */
let here: PushDevice | undefined;

async function start(): Promise<void> {
  here = await push.resume(); // confirms what the user has chosen before, and asks nothing
  if (here || (await push.isAvailable())) {
    $('#push').hidden = false;
    await show();
  } else if (push.isSupported() && Notification.permission !== 'denied') {
    $('#off').hidden = false;
  } else {
    complain(new Error('This browser has no notifications here, or they are forbidden for this site; its site settings change that.'));
  }
}

async function show(): Promise<void> {
  $('#here').textContent = here ? 'Gets notifications, and follows the news.' : 'Gets no notifications.';
  $('#toggle').textContent = here ? 'Stop notifications' : 'Notify me here';
  $('#toggle').classList.toggle('primary', !here);
  const devices = await push.devices();
  $('#devices').replaceChildren(
    ...devices.map(({ id, device = 'A device', confirmedAt }) => {
      const item = document.createElement('li');
      const remove = document.createElement('button');
      remove.textContent = 'Remove';
      remove.addEventListener('click', () => void attempt(() => (id === here?.id ? leave() : push.remove(id))));
      item.append(`${device}, confirmed ${new Date(confirmedAt).toLocaleString()}`, remove);
      return item;
    }),
  );
}

async function leave(): Promise<void> {
  await push.unsubscribe();
  here = undefined;
}

/** As a back end sends: it alone should have a token that may. */
async function send(text: string): Promise<void> {
  const answer = await fetch('/broadcasty/push/send', {
    method: 'POST',
    headers: { Authorization: `Bearer ${await getToken()}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ to: { topics: [TOPIC] }, notification: { title: 'News', body: text, url: '/' } }),
  });
  const said = (await answer.json()) as { devices: number; detail?: string };
  if (!answer.ok) {
    throw new Error(said.detail);
  }
  $('#told').textContent = `On its way to ${said.devices} ${said.devices === 1 ? 'device' : 'devices'}.`;
}

/** Does it, and shows how things are then, or what was wrong. */
async function attempt(what: () => Promise<unknown>): Promise<void> {
  $('#trouble').hidden = true;
  try {
    await what();
    await show();
  } catch (error) {
    complain(error as Error);
  }
}

function complain({ message }: Error): void {
  $('#trouble').hidden = false;
  $('#trouble').textContent = message;
}

$('#toggle').addEventListener('click', () => {
  void attempt(async () => {
    if (here) {
      await leave();
    } else {
      here = await push.subscribe({ device: navigator.userAgent.includes('Mobile') ? 'A phone' : 'A computer', topics: [TOPIC] });
    }
  });
});
$('#news').addEventListener('submit', (submit) => {
  submit.preventDefault();
  void attempt(() => send($<HTMLInputElement>('#text').value));
});
start().catch(complain);
