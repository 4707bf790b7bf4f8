/** Returns the element of a selector, which must exist. */
export function $<E extends HTMLElement = HTMLElement>(selector: string): E {
  return document.querySelector<E>(selector) as E;
}
