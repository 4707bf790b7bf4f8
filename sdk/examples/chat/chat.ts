/** A chat with earlier messages, a list of members, and messages that wait for the network. */
import BroadcastyClient from '@broadcasty/client';
import type { Member } from '@broadcasty/client';
import { devToken } from '../dev-token.js';
import { $, showState } from '../page.js';

interface Message {
  from: string;
  text: string;
}

const CHANNEL = 'presence-chat';

async function join(name: string): Promise<void> {
  const client = new BroadcastyClient({ baseUrl: location.origin, getToken: () => devToken(location.origin), include: ['id', 'time'] });
  showState(client, $('#state'));
  $('#composer').addEventListener('submit', (submit) => {
    submit.preventDefault();
    const text = $<HTMLInputElement>('#text');
    void send(client, { from: name, text: text.value.trim() });
    text.value = '';
  });

  // first all retained messages, then the new ones, across reconnects without gaps or duplicates
  await client.subscribe<Message>({
    channel: CHANNEL,
    fromSequence: 0,
    onMessage: ({ id = '', payload, time }) => show(id, payload, name, time),
  });

  // a token that may publish can choose the member's id; otherwise it is the token's subject
  const room = await client.presence(CHANNEL, { member: { id: name, name } });
  room.on('change', () => showMembers(room.members));
  showMembers(room.members);
}

/** Shows the message as waiting until it arrives from the stream with the same id. */
async function send(client: BroadcastyClient, message: Message): Promise<void> {
  if (message.text === '') {
    return;
  }
  const id = crypto.randomUUID();
  show(id, message, message.from);
  try {
    await client.publish({ channel: CHANNEL, id, payload: message });
  } catch (error) {
    const line = document.getElementById(id);
    line?.classList.add('failed');
    line?.setAttribute('title', (error as Error).message);
  }
}

/** @param time when the server stored it; undefined while it waits */
function show(id: string, { from, text }: Message, name: string, time?: number): void {
  const messages = $('#messages');
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 40;
  const line = document.getElementById(id) ?? document.createElement('li');
  line.id = id;
  line.className = time === undefined ? 'waiting own' : from === name ? 'own' : '';
  line.replaceChildren(span('from', from), span('when', time === undefined ? 'waits' : clock(time)), document.createElement('br'), text);
  // waiting messages come last
  messages.insertBefore(line, time === undefined ? null : messages.querySelector(`.waiting:not([id="${id}"])`));
  if (atEnd || from === name) {
    messages.scrollTop = messages.scrollHeight;
  }
}

function showMembers(members: ReadonlyMap<string, Member>): void {
  const names = [...members.values()].map(({ id, name }) => (typeof name === 'string' ? name : id)).sort((a, b) => a.localeCompare(b));
  $('#members').replaceChildren(
    ...names.map((name) => {
      const item = document.createElement('li');
      item.textContent = name;
      return item;
    }),
  );
}

function span(kind: string, text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = kind;
  element.textContent = text;
  return element;
}

function clock(time: number): string {
  return new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

const known = sessionStorage.getItem('name');
if (known) {
  void join(known);
} else {
  const hello = $<HTMLDialogElement>('#hello');
  hello.addEventListener('cancel', (cancel) => cancel.preventDefault());
  hello.addEventListener('close', () => {
    const name = $<HTMLInputElement>('#name').value.trim() || 'Somebody';
    sessionStorage.setItem('name', name);
    void join(name);
  });
  hello.showModal();
}
