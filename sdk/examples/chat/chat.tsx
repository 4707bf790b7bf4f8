/** A chat: who is here, who is typing, the last 50 messages, and messages that wait for the network. */
import { StrictMode, useEffect, useRef, useState } from 'react';
import type { ReactElement, SyntheticEvent } from 'react';
import { createRoot } from 'react-dom/client';
import BroadcastyClient from '@broadcasty/client';
import type { BroadcastyError, Publication } from '@broadcasty/client';
import { BroadcastyProvider, useBroadcasty, useChannel, usePresence, useSubscription } from '@broadcasty/client/react';
import { devToken } from '../dev-token.js';
import { Connection } from '../connection.js';
import '../example.css';
import './chat.css';

interface Message {
  text: string;
}

/** A message of this page that has not come back from the server. */
interface Waiting {
  id: string;
  text: string;
  error?: string;
}

const CHANNEL = 'presence-chat';
/** How long somebody counts as typing after a key. */
const TYPING_MILLIS = 3000;

function Room({ name }: { name: string }): ReactElement {
  return (
    <>
      <header>
        <h1>Chat</h1>
        <Connection />
      </header>
      <main>
        <Members />
        <Conversation name={name} />
      </main>
    </>
  );
}

function Members(): ReactElement {
  const { members, error } = usePresence(CHANNEL, { join: true });
  return (
    <section className="card" id="here" aria-labelledby="here-title">
      <h2 id="here-title">Here now</h2>
      {error && <p role="alert">{error.message}</p>}
      <ul id="members">
        {members.map(({ id }) => (
          <li key={id}>{id}</li>
        ))}
      </ul>
    </section>
  );
}

function Conversation({ name }: { name: string }): ReactElement {
  const client = useBroadcasty();
  const { publications, error } = useChannel<Message>(CHANNEL, { last: 50, limit: 50 });
  const [waiting, setWaiting] = useState<readonly Waiting[]>([]);
  const log = useRef<HTMLOListElement>(null);
  const arrived = new Set(publications.map(({ id }) => id));
  const unsent = waiting.filter(({ id }) => !arrived.has(id));
  useEffect(() => {
    const shown = new Set(publications.map(({ id }) => id)); // later ones push them out of the last 50
    setWaiting((all) => (all.some(({ id }) => shown.has(id)) ? all.filter(({ id }) => !shown.has(id)) : all));
  }, [publications]);
  const last = unsent.at(-1)?.id ?? publications.at(-1)?.id;
  useEffect(() => {
    log.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }, [last]);

  const fail = (id: string, { message }: Error) => setWaiting((all) => all.map((one) => (one.id === id ? { ...one, error: message } : one)));
  useEffect(() => client.on('refused', ({ id, error: reason }) => fail(id, reason)), [client]); // after it has waited for the network

  const send = (text: string) => {
    const id = crypto.randomUUID(); // the message is stored once, however often it is sent
    setWaiting((all) => [...all, { id, text }]);
    client.publish<Message>({ channel: CHANNEL, id, payload: { text } }).catch((thrown: unknown) => fail(id, thrown as BroadcastyError));
  };

  return (
    <section className="card" id="talk" aria-label="Conversation">
      {error && <p role="alert">{error.message}</p>}
      <ol id="messages" ref={log} role="log" tabIndex={0} aria-label="Messages">
        {publications.map((publication) => (
          <Line key={`${publication.epoch}:${publication.partition}:${publication.sequence}`} publication={publication} name={name} />
        ))}
        {unsent.map(({ id, text, error: reason }) => (
          <li key={id} className={reason === undefined ? 'own waiting' : 'own failed'}>
            <span className="from">{name}</span>
            <span className="when">{reason ?? 'waits'}</span>
            <p>{text}</p>
          </li>
        ))}
      </ol>
      <Typing name={name} />
      <Composer onSend={send} />
    </section>
  );
}

/** The server says who sent a message; what a payload says anybody could have written. */
function Line({ publication: { sender = 'unknown', payload, time }, name }: { publication: Publication<Message>; name: string }): ReactElement {
  return (
    <li className={sender === name ? 'own' : ''}>
      <span className="from">{sender}</span>
      <time className="when">{time === undefined ? '' : new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}</time>
      <p>{payload.text}</p>
    </li>
  );
}

/** Shows who is typing, by publications that are delivered and not kept. */
function Typing({ name }: { name: string }): ReactElement {
  const [typing, setTyping] = useState<ReadonlyMap<string, number>>(new Map());
  useSubscription({
    channel: CHANNEL,
    onMessage: ({ push, sender }) => {
      if (sender === undefined || sender === name) {
        return;
      }
      setTyping((all) => {
        const now = new Map(all);
        now.delete(sender); // a message ends it
        return push === 'ephemeral' ? now.set(sender, Date.now() + TYPING_MILLIS) : now;
      });
    },
  });
  useEffect(() => {
    const timer = setTimeout(() => setTyping((all) => new Map([...all].filter(([, until]) => until > Date.now()))), TYPING_MILLIS);
    return () => clearTimeout(timer);
  }, [typing]);
  const names = [...typing.keys()];
  return (
    <p id="typing" className="quiet" role="status">
      {names.length === 0 ? '' : `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} typing`}
    </p>
  );
}

function Composer({ onSend }: { onSend: (text: string) => void }): ReactElement {
  const client = useBroadcasty();
  const [text, setText] = useState('');
  const toldAt = useRef(0);

  const change = (value: string) => {
    setText(value);
    if (Date.now() - toldAt.current > TYPING_MILLIS / 2) {
      toldAt.current = Date.now();
      client.publish({ channel: CHANNEL, event: 'typing', payload: {}, store: false, toOthers: true, timeoutMs: TYPING_MILLIS }).catch(() => undefined);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (text.trim() !== '') {
      onSend(text.trim());
      setText('');
      toldAt.current = 0;
    }
  };
  return (
    <form id="composer" onSubmit={submit}>
      <input id="text" autoFocus aria-label="Message" placeholder="Say something" autoComplete="off" maxLength={1000} value={text} onChange={({ target }) => change(target.value)} />
      <button className="primary">Send</button>
    </form>
  );
}

/** Asks for a name, which your application knows from its login. */
function Hello({ onName }: { onName: (name: string) => void }): ReactElement {
  const [name, setName] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onName(name.trim() || 'Somebody');
  };
  return (
    <form id="hello" className="card" onSubmit={submit}>
      <h1>Join the chat</h1>
      <div>
        <label htmlFor="name">Your name</label>
        <input id="name" autoFocus autoComplete="nickname" maxLength={40} required value={name} onChange={({ target }) => setName(target.value)} />
      </div>
      <button className="primary">Join</button>
    </form>
  );
}

const root = createRoot(document.getElementById('root') as HTMLElement);

function join(name: string): void {
  sessionStorage.setItem('name', name);
  const client = new BroadcastyClient({
    baseUrl: location.origin,
    getToken: () => devToken(location.origin, 'participant', name),
    include: ['id', 'time'],
  });
  root.render(
    <StrictMode>
      <BroadcastyProvider client={client}>
        <Room name={name} />
      </BroadcastyProvider>
    </StrictMode>,
  );
}

const known = sessionStorage.getItem('name');
if (known === null) {
  root.render(<Hello onName={join} />);
} else {
  join(known);
}
