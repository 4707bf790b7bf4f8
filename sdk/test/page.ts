/** A document for rendering without a browser; network and timers are those of Node. */
import { Window } from 'happy-dom';

const window = new Window();
const { document: page, Element: AnyElement, SVGElement: AnySvg, ShadowRoot: AnyRoot } = window;
Object.assign(globalThis, { window, document: page, Element: AnyElement, SVGElement: AnySvg, ShadowRoot: AnyRoot });
if (!('navigator' in globalThis)) {
  Object.assign(globalThis, { navigator: { userAgent: 'Node' } });
}

/** Returns an empty element to render into. */
export function root(): Element {
  const element = document.createElement('main');
  document.body.replaceChildren(element);
  return element;
}

export function closePage(): Promise<void> {
  return window.happyDOM.close();
}
