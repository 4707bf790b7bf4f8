/**
 * Connects the elements of b:channel with channels of Broadcasty. All elements of a page that name
 * the same server and the same source of tokens share one connection, which resumes after breaks.
 */
(() => {
  'use strict';

  const SELECTOR = '.broadcasty-channel[data-channel]';
  const clients = new Map();
  const open = new Map();

  /** Returns the function that a name such as desk.show stands for. */
  const find = (name, element) => {
    if (!name) {
      return () => {};
    }
    const found = name.split('.').reduce((object, part) => object?.[part], window);
    if (typeof found === 'function') {
      return found;
    }
    console.error(
      `b:channel of ${element.dataset.channel}: there is no function ${name}; give the name of a` +
        ' function that is defined in a script of the page',
    );
    return () => {};
  };

  /** Returns the token in an answer: a text, or JSON; development mode has it as `reader`. */
  const token = async (url) => {
    const answer = await fetch(url, { credentials: 'same-origin' });
    if (!answer.ok) {
      throw new Error(`b:channel: ${url} answers ${answer.status} instead of a token`);
    }
    const text = (await answer.text()).trim();
    if (!text.startsWith('{')) {
      return text;
    }
    const json = JSON.parse(text);
    return json.token ?? json.reader;
  };

  const client = async (url, tokenUrl) => {
    const key = JSON.stringify([url, tokenUrl]);
    if (!clients.has(key)) {
      const made = import(`${url}/broadcasty-client.js`).then(
        ({ BroadcastyClient }) =>
          new BroadcastyClient({
            baseUrl: url || location.origin,
            getToken: () => token(tokenUrl),
          }),
      );
      made.catch(() => clients.delete(key));
      clients.set(key, made);
    }
    return clients.get(key);
  };

  const subscribe = async (element) => {
    const { channel, onmessage, onopen, onclose, tokenUrl, url, replay } = element.dataset;
    const entry = { subscription: undefined, closed: false };
    open.set(element, entry);
    try {
      const shared = await client(url, tokenUrl);
      const show = find(onmessage, element);
      const subscription = await shared.subscribe({
        channel,
        ...(replay === 'true' ? { fromSequence: 0 } : {}),
        onMessage: (publication) => show(publication.payload, channel, publication),
      });
      if (entry.closed) {
        subscription.close();
        return;
      }
      entry.subscription = subscription;
      find(onopen, element)(channel);
    } catch (error) {
      console.error(`b:channel of ${channel}: ${error.code ?? ''} ${error.message ?? error}`);
      find(onclose, element)(error.code ?? 'unreachable', channel, error);
    }
  };

  /** Subscribes elements that have come, and closes those that are gone, also after Ajax updates. */
  const update = () => {
    for (const [element, entry] of open) {
      if (!element.isConnected) {
        entry.closed = true;
        entry.subscription?.close();
        open.delete(element);
      }
    }
    document.querySelectorAll(SELECTOR).forEach((element) => {
      if (!open.has(element)) {
        subscribe(element);
      }
    });
  };

  const start = () => {
    update();
    new MutationObserver(update).observe(document.body, { childList: true, subtree: true });
  };
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', start);
  } else {
    start();
  }
})();
