/** A document for frameworks to draw into, without the rest of a browser: network and timers stay those of Node. */
import { Window } from 'happy-dom';

const window = new Window();
const { document: page, Element: AnyElement, SVGElement: AnySvg, ShadowRoot: AnyRoot } = window;
Object.assign(globalThis, { window, document: page, Element: AnyElement, SVGElement: AnySvg, ShadowRoot: AnyRoot });
if (!('navigator' in globalThis)) {
  Object.assign(globalThis, { navigator: { userAgent: 'Node' } });
}

/** Where a test draws, empty. */
export function root(): Element {
  const element = document.createElement('main');
  document.body.replaceChildren(element);
  return element;
}

export function closePage(): Promise<void> {
  return window.happyDOM.close();
}
