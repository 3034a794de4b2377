// Facts a sentence about a log entry can use, taken from its payload and subject. Payloads are data from anywhere: every value is
// made visible text, shortened, and nothing here fails on a strange shape.
import type { Language } from '../ids.ts';
import { ruleName } from './alerts.ts';
import { errorWords } from './errors.ts';
import type { Params } from './format.ts';
import { visibleText } from './text.ts';
import { formatBytes, formatSpan } from './values.ts';

export interface EventLike {
  action: string;
  subjectName: string | null;
  payload: unknown;
}

const longestText = 160;

function shortText(text: string): string {
  const safe = visibleText(text, true);
  return safe.length > longestText ? `${safe.slice(0, longestText)}…` : safe;
}

function collect(value: unknown, into: Record<string, string | number>, depth: number): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value).slice(0, 60)) {
    if (typeof inner === 'string') into[key] ??= shortText(inner);
    else if (typeof inner === 'number' && Number.isFinite(inner)) into[key] ??= inner;
    else if (Array.isArray(inner)) {
      into[`${key}Count`] ??= inner.length;
      // Entries are named when there is only one.
      if (key === 'seqs' && into['seqsCount'] === 1 && typeof inner[0] === 'number') into['seq'] ??= inner[0];
      // The names of changed settings, one after another.
      const settings = inner.flatMap((item) => (typeof item === 'object' && item !== null && 'setting' in item && typeof item.setting === 'string' ? [item.setting] : []));
      if (settings.length > 0) into['setting'] ??= shortText(settings.join(', '));
    }
    else if (depth > 0) collect(inner, into, depth - 1);
  }
}

const aliases: Record<string, readonly string[]> = {
  id: ['snapshotShortId', 'shortId', 'snapshotId', 'snapshot'],
  plan: ['planTitle', 'planName', 'plan', 'title'],
  job: ['job'],
  name: ['name'],
  channel: ['channel'],
  failures: ['failures'],
  reasonText: ['reason'],
  repository: ['repositoryName', 'repository', 'name'],
  added: ['dataAdded', 'addedBytes', 'bytesAdded', 'dataAddedPacked'],
  filesNew: ['filesNew', 'newFiles'],
  filesChanged: ['filesChanged', 'changedFiles'],
  files: ['files', 'filesRestored', 'totalFiles', 'fileCount'],
  freed: ['freed'],
  work: ['work'],
  copied: ['snapshotsCount'],
  steps: ['stepsCount'],
  identical: ['identical', 'identicalFiles'],
  target: ['target', 'path'],
  folder: ['folder'],
  gaps: ['gapCount', 'gaps', 'gapsCount', 'skippedCount', 'skipped'],
  error: ['errorCode', 'code', 'error', 'reason'],
  label: ['label', 'tokenLabel', 'token'],
  entries: ['entries', 'entryCount'],
  errors: ['errors', 'errorCount'],
  address: ['address', 'url', 'origin', 'host'],
  prefix: ['prefix', 'namespace'],
  what: ['setting', 'kind', 'what', 'verdict', 'keys', 'keysCount', 'changed'],
  seqs: ['seqsCount'],
  scanned: ['scanned'],
  entry: ['seq'],
  text: ['text'],
  category: ['category'],
  rule: ['rule'],
  size: ['size'],
  source: ['source'],
  imported: ['imported'],
  refused: ['refused'],
  places: ['findingsCount'],
  purpose: ['purpose'],
  removeCount: ['removeCount'],
  chosen: ['chosen'],
  kept: ['kept'],
  changedCount: ['changedCount'],
  note: ['note'],
  secret: ['secret'],
  by: ['by', 'holder', 'owner', 'hostname', 'lockId']
};

const anchorOutcomes: Record<Language, Readonly<Record<string, string>>> = {
  en: { fits: 'it fits', behind: 'the record is shorter than that', 'other-history': 'the record has another history', 'foreign-key': 'it was signed with a foreign key' },
  'pt-BR': { fits: 'confere', behind: 'o registro é mais curto que isso', 'other-history': 'o registro tem outro histórico', 'foreign-key': 'foi assinado com uma chave alheia' }
};

/** Placeholders for the sentences of `events.ts`; sizes and spans already written for the language. */
export function eventFacts(language: Language, event: EventLike): Params {
  const raw: Record<string, string | number> = {};
  collect(event.payload, raw, 2);
  const facts: Record<string, string | number> = {};
  for (const [fact, names] of Object.entries(aliases)) {
    const name = names.find((candidate) => raw[candidate] !== undefined && raw[candidate] !== '');
    const value = name === undefined ? undefined : raw[name];
    if (value !== undefined) facts[fact] = value;
  }
  if (event.subjectName !== null) {
    const colon = event.subjectName.indexOf(':');
    const kind = event.subjectName.slice(0, Math.max(0, colon));
    const name = shortText(event.subjectName.slice(colon + 1));
    if (kind === 'plan') facts['plan'] ??= name;
    if (kind === 'repository') facts['repository'] = name;
    if (kind === 'snapshot') facts['id'] ??= name;
    if (kind === 'secret') facts['secret'] ??= name;
    if (kind === 'token') facts['label'] ??= name;
  }
  const id = facts['id'];
  if (typeof id === 'string' && /^[0-9a-f]{64}$/.test(id)) facts['id'] = id.slice(0, 8);
  if (typeof raw['vkey'] === 'string') facts['witness'] = raw['vkey'].split('+')[0] ?? '';
  if (typeof raw['rule'] === 'string') facts['ruleText'] = ruleName(language, raw['rule']);
  if (event.action === 'log.verified') Object.assign(facts, verdictFacts(raw));
  if (event.action === 'log.anchored' && typeof raw['outcome'] === 'string') facts['outcome'] = anchorOutcomes[language][raw['outcome']] ?? raw['outcome'];
  if (typeof facts['error'] === 'string') facts['error'] = errorText(language, facts['error']);
  if (typeof facts['freed'] === 'number') facts['freed'] = formatBytes(language, facts['freed']);
  if (typeof facts['added'] === 'number') facts['added'] = formatBytes(language, facts['added']);
  if (typeof raw['durationMs'] === 'number') facts['span'] = formatSpan(language, raw['durationMs'] / 1000);
  return facts;
}

/** What a code of the catalogue means; anything else says itself. */
function errorText(language: Language, code: string): string {
  const words: Readonly<Record<string, { title: string }>> = errorWords[language];
  const title = Object.hasOwn(words, code) ? words[code]?.title : undefined;
  if (title === undefined || title.includes('{')) return code;
  return title.startsWith('Varve') ? title : title.charAt(0).toLowerCase() + title.slice(1);
}

/** A verdict that is bad news, or that rests on more than the record itself, has a sentence of its own. */
function verdictFacts({ verdict, seq, entries }: Readonly<Record<string, string | number>>): Params {
  if (verdict === 'broken' && seq !== undefined) return { brokenAt: seq };
  if (verdict === 'behind' && entries !== undefined) return { behindAt: entries };
  return verdict === 'anchored' && entries !== undefined ? { anchoredTo: entries } : {};
}

/** For entries of one's own: the payload's own words, else its first few values. */
export function payloadGist(payload: unknown): string | undefined {
  if (typeof payload === 'string') return shortText(payload);
  if (typeof payload !== 'object' || payload === null) return payload === null || payload === undefined ? undefined : String(payload);
  const values = payload as Record<string, unknown>;
  // An imported line speaks with what it said then.
  if (typeof values['source'] === 'string' && typeof values['line'] === 'number' && values['data'] !== undefined) return payloadGist(values['data']);
  for (const key of ['message', 'text', 'summary', 'title', 'note', 'decision']) {
    const value = values[key];
    if (typeof value === 'string' && value !== '') return shortText(value);
  }
  const simple = Object.entries(values).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  if (simple.length === 0) return undefined;
  return shortText(simple.slice(0, 5).map(([key, value]) => `${key} ${String(value)}`).join(', '));
}
