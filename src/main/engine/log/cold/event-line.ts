// One line of a segment (docs/formats/log-package.md): an event, as strictly as it is written there. Nothing is bent: what differs by one byte is not it.
import type { ColdEntry } from './rebuild.ts';

export interface EventLine {
  header: string;
  /** Hex of the chain hash, as stored. */
  hash: string;
  state: 'none' | 'open' | 'sealed' | 'erased';
  payload: ColdEntry['payload'];
  by: number | undefined;
}

/** What a line is that is no sound event: `damaged` was said to be so by whoever packed it. */
export type LineFault = { fault: string; damaged: boolean };

const afterHeader = /^,"hash":"([0-9a-f]{64})","state":"(none|open|sealed|erased)"/;
const open = /^,"salt":"([0-9a-f]{64})","payload":/;
const sealed = /^,"key":"([a-z]{1,40}\/\d{4}-\d{2}-\d{2})","nonce":"([A-Za-z0-9+/=]+)","wrapped":"([A-Za-z0-9+/=]+)","sealed":"([A-Za-z0-9+/=]*)","payload":null\}$/;
const erased = /^,"by":(0|[1-9]\d{0,15}),"payload":null\}$/;
const nothing = ',"payload":null}';
const damaged = /^,"hash":(?:null|"[0-9a-f]{64}"),"state":"damaged","kept":\{/;
const start = '{"header":';

function fault(text: string): LineFault {
  return { fault: text, damaged: false };
}

function bytesOf(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

/** The text of a line, without its line end and the comma behind it. */
export function readEventLine(text: string): EventLine | LineFault {
  if (!text.startsWith(start)) return fault('is no event');
  const end = text.indexOf(',"hash":');
  if (end < 0) return fault('is no event');
  const header = text.slice(start.length, end);
  const marks = afterHeader.exec(text.slice(end, end + 200));
  if (damaged.test(text.slice(end, end + 200)) && text.endsWith('},"payload":null}')) return { fault: 'was damaged already when the package was made', damaged: true };
  if (marks === null || !header.startsWith('{')) return fault('is not written as an event is');
  const [whole, hash, state] = marks as unknown as [string, string, EventLine['state']];
  const rest = text.slice(end + whole.length);
  const payload = readPayload(state, rest);
  return payload === undefined ? fault(`is not written as an event in state "${state}" is`) : { header, hash, state, ...payload };
}

function readPayload(state: EventLine['state'], rest: string): Pick<EventLine, 'payload' | 'by'> | undefined {
  if (state === 'none') return rest === nothing ? { payload: undefined, by: undefined } : undefined;
  if (state === 'open') {
    const match = open.exec(rest);
    if (match === null || !rest.endsWith('}')) return undefined;
    return { payload: { body: rest.slice(match[0].length, -1), salt: match[1] as string }, by: undefined };
  }
  if (state === 'erased') {
    const match = erased.exec(rest);
    const by = Number(match?.[1]);
    return match !== null && Number.isSafeInteger(by) ? { payload: undefined, by } : undefined;
  }
  const match = sealed.exec(rest);
  const [nonce, wrapped, text] = [2, 3, 4].map((at) => bytesOf(match?.[at] ?? '!'));
  return match !== null && nonce?.length === 12 && wrapped !== undefined && text !== undefined ? { payload: { kek: match[1] as string, nonce, wrapped, sealed: text }, by: undefined } : undefined;
}
