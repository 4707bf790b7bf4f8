/** Enables and disables notifications, which also arrive while the page is closed. */
import { WebPush } from '@broadcasty/client/push';
import type { PushDevice } from '@broadcasty/client/push';
import { devToken } from '../dev-token.js';
import { $ } from '../page.js';
import '../example.css';
import './push.css';

const TOPIC = 'news';

const getToken = () => devToken(location.origin);
const push = new WebPush({ baseUrl: location.origin, getToken });
/** This browser's registration, while it is enabled. */
let registered: PushDevice | undefined;

async function start(): Promise<void> {
  registered = await push.resume(); // confirms the user's earlier choice without a prompt
  if (registered || (await push.isAvailable())) {
    $('#push').hidden = false;
    await render();
  } else if (push.isSupported() && Notification.permission !== 'denied') {
    $('#off').hidden = false;
  } else {
    showError(new Error('This browser does not support notifications here, or they are blocked; you can change this in the site settings.'));
  }
}

async function render(): Promise<void> {
  $('#here').textContent = registered ? 'Receives notifications and follows the news.' : 'Receives no notifications.';
  $('#toggle').textContent = registered ? 'Stop notifications' : 'Notify me here';
  $('#toggle').classList.toggle('primary', !registered);
  const devices = await push.devices();
  $('#devices').replaceChildren(
    ...devices.map(({ id, device = 'A device', confirmedAt }) => {
      const item = document.createElement('li');
      const remove = document.createElement('button');
      remove.textContent = 'Remove';
      remove.addEventListener('click', () => void run(() => (id === registered?.id ? unsubscribe() : push.remove(id))));
      item.append(`${device}, confirmed ${new Date(confirmedAt).toLocaleString()}`, remove);
      return item;
    }),
  );
}

async function unsubscribe(): Promise<void> {
  await push.unsubscribe();
  registered = undefined;
}

/** Sends a notification, as a back end does; only the back end should have a token that may. */
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
  $('#status').textContent = `On its way to ${said.devices} ${said.devices === 1 ? 'device' : 'devices'}.`;
}

/** Runs an action, then shows the new state or the error. */
async function run(action: () => Promise<unknown>): Promise<void> {
  $('#error').hidden = true;
  try {
    await action();
    await render();
  } catch (error) {
    showError(error as Error);
  }
}

function showError({ message }: Error): void {
  $('#error').hidden = false;
  $('#error').textContent = message;
}

$('#toggle').addEventListener('click', () => {
  void run(async () => {
    if (registered) {
      await unsubscribe();
    } else {
      registered = await push.subscribe({ device: navigator.userAgent.includes('Mobile') ? 'A phone' : 'A computer', topics: [TOPIC] });
    }
  });
});
$('#news').addEventListener('submit', (submit) => {
  submit.preventDefault();
  void run(() => send($<HTMLInputElement>('#text').value));
});
start().catch(showError);
