// Custom schemes. Chromium as shipped cannot be taught a new scheme, so `varve://app/x` is shown to it as `https://app.varve.test/x` and
// every request there is answered by the app's own protocol.handle(). Main-process code only ever sees varve:// (request.url, senderFrame,
// getURL, will-navigate); page code sees https://app.varve.test.
import type { Session } from './chromium.ts';

interface Privileges {
  standard?: boolean;
  secure?: boolean;
}
type Handler = (request: Request) => Response | Promise<Response>;
export interface PausedRequest {
  requestId: string;
  frameId?: string;
  resourceType?: string;
  redirectedRequestId?: string;
  request: { url: string; method: string; headers: Record<string, string>; postData?: string };
}

const privileged = new Map<string, Privileges>();
const handlers = new Map<string, Handler>();
let ready = false;

export function markReady(): void {
  ready = true;
}

export function toWeb(url: string): string {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  return handlers.has(scheme.toLowerCase()) ? `https://${authority}.${scheme.toLowerCase()}.test${rest || '/'}` : url;
}

export function fromWeb(url: string): string {
  const [, authority = '', scheme = '', rest = ''] = /^https:\/\/([a-z0-9.-]+)\.([a-z0-9+-]+)\.test(?=[/?#]|$)(.*)$/i.exec(url) ?? [];
  return handlers.has(scheme) ? `${scheme}://${authority}${rest}` : url;
}

/** Origin as the main process would see it. */
export function originOf(url: string): string {
  const own = /^([a-z][a-z0-9+.-]*):\/\/[^/?#]*/i.exec(url);
  if (own && handlers.has(own[1] ?? '')) return privileged.get(own[1] ?? '')?.standard ? own[0] : 'null';
  return URL.parse(url)?.origin ?? 'null';
}

/** A policy may name our scheme; Chromium knows it under the other name. */
function rewriteHeader(name: string, value: string): string {
  if (!/^(content-security-policy|access-control-allow-origin|location)/i.test(name)) return value;
  let out = value;
  for (const scheme of handlers.keys()) {
    out = out
      .replace(new RegExp(`\\b${scheme}://([a-z0-9.-]+)`, 'gi'), (_all, authority: string) => `https://${authority}.${scheme}.test`)
      .replace(new RegExp(`(^|[\\s;])${scheme}:(?=[\\s;]|$)`, 'gi'), (_all, before: string) => `${before}https://*.${scheme}.test`);
  }
  return out;
}

/** Answers one paused request from the app's handler; false when the address is not of a handled scheme. */
export async function answer(session: Session, paused: PausedRequest): Promise<boolean> {
  const url = fromWeb(paused.request.url);
  const handle = handlers.get(url.split(':')[0] ?? '');
  if (!handle) return false;
  try {
    const { method, postData } = paused.request;
    const headers = new Headers(paused.request.headers);
    for (const name of ['origin', 'referer']) {
      const value = headers.get(name);
      if (value !== null) headers.set(name, fromWeb(value));
    }
    const response = await handle(new Request(url, { method, headers, body: method === 'GET' || method === 'HEAD' ? undefined : (postData ?? null) }));
    if (response.type === 'error') throw new Error('Response.error()');
    await session.send('Fetch.fulfillRequest', {
      requestId: paused.requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value: rewriteHeader(name, value) })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64') // whole: a streamed body arrives at its end
    });
  } catch (error) {
    console.error(`stand-in: protocol handler for ${url} failed:`, error);
    await session.send('Fetch.failRequest', { requestId: paused.requestId, errorReason: 'Failed' }).catch(() => {});
  }
  return true;
}

export const protocol = {
  registerSchemesAsPrivileged(list: { scheme: string; privileges?: Privileges }[]): void {
    if (ready) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    privileged.clear(); // the last call wins
    for (const { scheme, privileges = {} } of list) privileged.set(scheme, privileges);
  },
  handle(scheme: string, handler: Handler): void {
    if (!ready) throw new Error('protocol.handle must be called after app is ready');
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    const { standard, secure } = privileged.get(scheme) ?? {};
    if (!standard || !secure) console.error(`stand-in: ${scheme}: is not registered as standard and secure; Electron would give it an opaque or insecure origin, the stand-in cannot`);
    handlers.set(scheme, handler);
  },
  unhandle: (scheme: string) => handlers.delete(scheme),
  isProtocolHandled: (scheme: string) => handlers.has(scheme)
};
