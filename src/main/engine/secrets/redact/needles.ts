// What one secret can look like in a text. Pure, and free of dependencies: it runs in the small process that holds a job's output.

/** Below this many characters a needle would hit ordinary text; a secret shorter than this cannot be masked. */
export const shortestNeedle = 6;
/** A line of a value of several lines is looked for by itself from this length on. */
const shortestLine = 8;
/** Where programs break base64: `base64` and MIME at 76, PEM at 64. */
const wrapWidths = [64, 76];

/** Whether a value can be found in a text at all. */
export function isMaskable(value: string | Uint8Array): boolean {
  const text = textOf(value);
  return text === undefined ? value.length >= shortestNeedle : characters(text.trim()) >= shortestNeedle;
}

/** Every form in which the value is looked for; none for a value too short to be masked. No duplicates. */
export function needlesOf(value: string | Uint8Array): Uint8Array[] {
  if (!isMaskable(value)) return [];
  const text = textOf(value);
  const forms = new Set<string>();
  for (const bytes of text === undefined ? [value as Uint8Array] : [Buffer.from(text), Buffer.from(text.trim())]) for (const form of encodedForms(Buffer.from(bytes))) forms.add(form);
  if (text === undefined) return [new Uint8Array(value as Uint8Array), ...longEnough(forms)];
  for (const form of textForms(text)) forms.add(form);
  for (const form of textForms(text.trim())) forms.add(form);
  for (const line of text.split(/\r\n|\r|\n/)) for (const form of [line, line.trim()]) if (characters(form) >= shortestLine && form.trim() !== '') for (const each of [form, escapedInJson(form)]) forms.add(each);
  return longEnough(forms);
}

function longEnough(forms: ReadonlySet<string>): Uint8Array[] {
  return [...forms].filter((form) => characters(form) >= shortestNeedle).map((form) => new Uint8Array(Buffer.from(form)));
}

/** As itself with each kind of line end, in JSON (also with only ASCII, and with `\/`), percent-encoded (also as forms and Python do it). */
function textForms(text: string): string[] {
  const newline = text.replaceAll('\r\n', '\n');
  const json = escapedInJson(text);
  const strict = percentEncoded(text);
  const loose = encodeURIComponent(text.toWellFormed());
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  const percent = [strict, loose, form, strict.replaceAll('%2F', '/'), strict.replaceAll('%20', '+'), loose.replaceAll('%20', '+')];
  return [text, newline, newline.replaceAll('\n', '\r\n'), json, json.replaceAll('/', '\\/'), onlyAscii(json), ...percent, ...percent.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

function escapedInJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function onlyAscii(json: string): string {
  return json.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function* encodedForms(bytes: Buffer): Generator<string> {
  const hex = bytes.toString('hex');
  yield hex;
  yield hex.toUpperCase();
  const padded = bytes.toString('base64');
  const alone = padded.replaceAll('=', '');
  const forms = [padded, alone, ...[0, 1, 2].map((before) => stableBase64(bytes, before))];
  for (const width of wrapWidths) for (let at = 0; padded.length > width && at < padded.length; at += width) forms.push(...[padded.slice(at, at + width)].filter((piece) => piece.length >= shortestLine));
  for (const form of forms) {
    yield form;
    yield form.replaceAll('+', '-').replaceAll('/', '_');
  }
}

/** The characters of the base64 of a text that has the bytes after `before` (0 to 2) others, without those that its neighbours change. */
function stableBase64(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]);
  return whole.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6));
}

function textOf(value: string | Uint8Array): string | undefined {
  if (typeof value === 'string') return value;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined; // not text: looked for as bytes
  }
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
