// One line of another program -> an event, or the reason why not. The line stays in the payload as it was; only where a key or token stood in it, it
// is written anew without it.
import type { Mapping, RefusalCode } from '../../../../contract/intake.ts';
import { isVarveError } from '../../kit/errors.ts';
import { canonicalize } from '../jcs.ts';
import { NumberText, parseJsonNumbersAsText } from '../json-text.ts';
import type { NewEvent } from '../model.ts';
import { maxSubjectLength } from '../names.ts';
import { canonicalPayload, maxPayloadBytes, maxPayloadDepth } from '../payload.ts';
import { claimedTime } from './claimed-time.ts';
import { plainValue } from './line-value.ts';
import type { Line } from './lines.ts';
import { actionOf, levelOf, memberAt, textOf, traceOf } from './mapping.ts';
import type { Finding, Mask } from './mask/index.ts';
import { digestOf } from './sources.ts';

export type Prepared =
  | { kind: 'blank' }
  | { kind: 'refused'; code: RefusalCode; detail: string; value: undefined }
  /** `value`: the parsed line with its numbers as text, for the old chain. */
  | { kind: 'event'; line: Line; event: NewEvent; digest: Buffer; findings: Finding[]; claimed: string | undefined; value: unknown };

export interface PrepareOptions {
  mapping: Mapping;
  mask: Mask;
  source: string;
  /** Who takes the lines in. */
  actor: string;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const longestDetail = 200;
const longestSession = 200;

export function prepareLine(line: Line, { mapping, mask, source, actor }: PrepareOptions): Prepared {
  if (line.bytes === undefined) return refused('too-long', `${line.long?.length ?? 0} bytes`);
  if (isBlank(line.bytes)) return { kind: 'blank' };
  const decoded = decode(line.bytes, mapping);
  if (decoded === undefined) return refused('not-text', 'is not valid UTF-8');
  let value: unknown;
  try {
    value = parseJsonNumbersAsText(decoded.text);
  } catch (error) {
    if (!isVarveError(error) || error.code !== 'EVENT_REFUSED') throw error;
    // The reason may quote a name from the line.
    return refused('not-json', mask.text((error.data as { reason: string }).reason).text);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused('not-an-object', 'the line is JSON, but no object');
  const whole = plainValue(value, maxPayloadDepth - 2);
  const masked = mask.value(whole ?? plainValue(value, 600), '/payload/original');
  const changed = masked.findings.some(({ sample }) => !sample);
  const action = actionOf(value, mapping, (text) => mask.text(text).findings.length === 0);
  if (action === undefined) return refused('no-action', `has no text at ${'field' in mapping.action ? mapping.action.field : ''}`);
  const session = mapping.session === undefined ? undefined : textOf(memberAt(masked.value, mapping.session))?.slice(0, longestSession).toWellFormed();
  const claimed = mapping.time === undefined ? undefined : claimedTime(timeOf(value, masked.value, mapping.time.field), mapping.time);
  const trace = traceOf(session);
  const data = whole === undefined ? undefined : mapping.data === undefined ? masked.value : memberAt(masked.value, mapping.data);
  const original = changed ? { original: canonicalize(masked.value), originalMasked: true } : decoded.original;
  const facts = { source, line: line.number, ...original, ...(claimed !== undefined && { claimedTs: claimed }), ...(session !== undefined && trace === undefined && { session }) };
  const payload = fitting(facts, data);
  if (payload === undefined) return refused('too-long', `more than the ${maxPayloadBytes} bytes an entry can hold`);
  const subject = subjectOf(masked.value, mapping, source);
  return {
    kind: 'event', line, digest: digestOf(line.bytes), findings: masked.findings, claimed, value,
    event: { action, category: mapping.category, level: levelOf(value, mapping), actor, subject, ...(trace !== undefined && { trace }), payload }
  };
}

/** A number as it was written, a text as it was masked. */
function timeOf(value: unknown, masked: unknown, pointer: string): unknown {
  const written = memberAt(value, pointer);
  return written instanceof NumberText ? written : memberAt(masked, pointer);
}

function refused(code: RefusalCode, detail: string): Extract<Prepared, { kind: 'refused' }> {
  return { kind: 'refused', code, detail: detail.toWellFormed().slice(0, longestDetail).toWellFormed(), value: undefined };
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 32 && byte !== 9 && byte !== 13) return false;
  return true;
}

/** `original`: how the bytes are kept, so that they can be had again exactly. */
function decode(bytes: Buffer, mapping: Mapping): { text: string; original: Record<string, unknown> } | undefined {
  try {
    const text = strict.decode(bytes);
    if (mapping.encoding === 'utf-8') return { text, original: { original: text } };
  } catch {
    if (mapping.encoding === 'utf-8') return undefined;
  }
  // Every byte is a character of Latin-1; one that is ASCII alone is the same in both.
  const text = bytes.toString('latin1');
  return { text, original: isAscii(text) ? { original: text } : { originalBase64: bytes.toString('base64') } };
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** With the parsed data where there is room for it, without it otherwise: the original has it all. */
function fitting(facts: Record<string, unknown>, data: unknown): Record<string, unknown> | undefined {
  const length = (facts['original'] ?? facts['originalBase64']) as string;
  const withData = data === undefined ? facts : { ...facts, data };
  // Escaped twice at worst, and the data once more.
  if (length.length * 6 < maxPayloadBytes) return withData;
  return fits(withData) ? withData : fits(facts) ? facts : undefined;
}

function fits(payload: unknown): boolean {
  try {
    canonicalPayload(payload);
    return true;
  } catch (error) {
    if (isVarveError(error) && error.code === 'EVENT_REFUSED') return false;
    throw error;
  }
}

function subjectOf(line: unknown, { subject }: Mapping, source: string): string {
  const own = subject === undefined ? undefined : textOf(memberAt(line, subject.field));
  const named = own === undefined ? undefined : `${subject?.prefix ?? ''}${own}`;
  return named !== undefined && named.length <= maxSubjectLength && named.isWellFormed() ? named : `source:${source}`;
}
