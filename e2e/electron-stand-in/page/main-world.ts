// Runs in the page's own world before its first script: receives what contextBridge exposes and stands in for the two things only a real
// window host can do, visibility and window.close(). Injected by its source text: stands alone.
import type { Membrane, MembraneMessage, Unpack } from './membrane.ts';

export function mainWorld({ secret }: { secret: string }, membrane: Membrane): void {
  if (window !== window.top) return;
  let hidden = false;
  const { tell } = membrane({
    incoming: `${secret}:page`,
    outgoing: `${secret}:preload`,
    other: (message: MembraneMessage, unpack: Unpack) => {
      if (message.op === 'expose') {
        const key = String(message['key']);
        if (Object.hasOwn(window, key)) throw new Error(`Cannot bind an API on top of an existing property on the window object: ${key}`);
        Object.defineProperty(window, key, { value: unpack(message['api'], true), enumerable: true });
      } else if (message.op === 'visibility' && message['hidden'] !== hidden) {
        hidden = message['hidden'] === true;
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      }
    }
  });
  Object.defineProperty(Document.prototype, 'hidden', { get: () => hidden, configurable: true });
  Object.defineProperty(Document.prototype, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible'), configurable: true });
  window.close = () => void tell({ op: 'window-close' });
}
