// The reasons inside a failure's data in the language of the reader. They are written in English where they arise; here each is found again by
// its template and said in Portuguese, and what systems and libraries say gets plain words in both. A text nobody knows stays as it is.
import type { Language } from '../ids.ts';
import { alerts } from './reasons/alerts.ts';
import { anchors } from './reasons/anchors.ts';
import { attempts } from './reasons/attempts.ts';
import { breaks } from './reasons/breaks.ts';
import { doctor } from './reasons/doctor.ts';
import { evidence } from './reasons/evidence.ts';
import { formats } from './reasons/formats.ts';
import { home } from './reasons/home.ts';
import { intake } from './reasons/intake.ts';
import { jobs } from './reasons/jobs.ts';
import { keeping } from './reasons/keeping.ts';
import { legacy } from './reasons/legacy.ts';
import { log } from './reasons/log.ts';
import { maintenance } from './reasons/maintenance.ts';
import { messages } from './reasons/messages.ts';
import { desktopCalls, fieldNames, kindNames, ownerNames, secretNames } from './reasons/names.ts';
import { notes } from './reasons/notes.ts';
import { packageRecord } from './reasons/package-record.ts';
import { packageState } from './reasons/package-state.ts';
import { packages } from './reasons/packages.ts';
import { program } from './reasons/program.ts';
import { repository } from './reasons/repository.ts';
import { review } from './reasons/review.ts';
import { secrets } from './reasons/secrets.ts';
import { snapshots } from './reasons/snapshots.ts';
import { databaseWords, keyringWords, shapeWords, stateWords, systemCodes, typeWords, unknownWords } from './reasons/system.ts';
import { fillTemplate, fitTemplate, fixedLength, parseTemplate, type PlainWords, type Reasons, type Template } from './reasons/template.ts';
import { refusalWords } from './schedule-refusal.ts';
import { whereWords } from './where.ts';

/** A condition that cannot be read, and a schedule that cannot be used, have their words elsewhere. */
const conditions = pairs(whereWords);
const schedules = pairs(refusalWords);

function pairs(words: Record<Language, Readonly<Record<string, string>>>): Reasons {
  return Object.fromEntries(Object.entries(words.en).map(([key, en]) => [en, words['pt-BR'][key] ?? en]));
}

/** By area, for whoever adds one. */
export const reasonTables: Readonly<Record<string, Reasons>> = {
  alerts,
  anchors,
  attempts,
  breaks,
  conditions,
  doctor,
  evidence,
  formats,
  home,
  intake,
  jobs,
  keeping,
  legacy,
  log,
  maintenance,
  messages,
  notes,
  packageRecord,
  packageState,
  packages,
  program,
  repository,
  review,
  schedules,
  secrets,
  snapshots
};
export const plainTables: Readonly<Record<string, PlainWords>> = { databaseWords, desktopCalls, keyringWords, shapeWords, unknownWords };

interface Entry {
  from: Template;
  words: Record<Language, Template>;
}

const whole = new Map<string, Entry>();
const withPlaces: Entry[] = [];

function keep(from: string, en: string, ptBR: string): void {
  const entry: Entry = { from: parseTemplate(from), words: { en: parseTemplate(en), 'pt-BR': parseTemplate(ptBR) } };
  if (entry.from.names.length === 0) whole.set(from, entry);
  else withPlaces.push(entry);
}

for (const table of Object.values(reasonTables)) for (const [en, ptBR] of Object.entries(table)) keep(en, en, ptBR);
for (const table of Object.values(plainTables)) for (const [text, [en, ptBR]] of Object.entries(table)) keep(text, en, ptBR);
for (const [code, [en, ptBR]] of Object.entries(systemCodes)) keep(code, `${en} (${code})`, `${ptBR} (${code})`);
withPlaces.sort((a, b) => fixedLength(b.from) - fixedLength(a.from));

/** Reasons inside reasons end somewhere. */
const deepest = 6;
const longest = 8_192;

/** A reason as it stands in a failure's data, for people. */
export function describeReason(language: Language, text: string): string {
  return text.length > longest ? text : sayReason(language, text, 0);
}

function sayReason(language: Language, text: string, depth: number): string {
  const known = whole.get(text);
  if (known) return fillTemplate(known.words[language], () => '');
  if (depth >= deepest) return text;
  for (const { from, words } of withPlaces) {
    const values = fitTemplate(from, text);
    if (!values) continue;
    return fillTemplate(words[language], (name, before) => {
      const said = sayPlace(language, name, values[name] ?? '', depth + 1);
      return name === 'reason' && before.endsWith(': ') ? asClause(language, said) : said;
    });
  }
  return saySystemMessage(language, text) ?? sayAfterColon(language, text, depth) ?? sayList(language, text, depth) ?? text;
}

function sayPlace(language: Language, place: string, value: string, depth: number): string {
  if (place === 'reason' || place === 'what') return sayReason(language, value, depth);
  if (place === 'owner') return describeName(language, 'owner', value);
  if (place === 'values') return value.replaceAll('|', ', ');
  if (place === 'state') return plain(language, stateWords, value);
  return /type$/i.test(place) ? plain(language, typeWords, value) : value;
}

/** `EACCES: permission denied, open '/x'`, as the runtime writes it. */
function saySystemMessage(language: Language, text: string): string | undefined {
  const [, code = '', path] = /^(E[A-Z0-9_]{2,15}): [^,]{1,60}, \w+(?: '([^']*)')?$/.exec(text.slice(0, longest)) ?? [];
  const known = whole.get(code);
  if (!known) return undefined;
  const words = fillTemplate(known.words[language], () => '');
  return path === undefined ? words : `${path}: ${words}`;
}

/** Before a colon stands where it is; that stays. */
function sayAfterColon(language: Language, text: string, depth: number): string | undefined {
  const at = text.indexOf(': ');
  const [before, after] = [text.slice(0, at), text.slice(at + 2)];
  if (at <= 0 || before.includes('; ')) return undefined;
  const said = sayReason(language, after, depth + 1);
  return said === after ? undefined : `${before}: ${said}`;
}

/** Several reasons one after another. */
function sayList(language: Language, text: string, depth: number): string | undefined {
  const parts = text.split('; ');
  return parts.length === 1 || parts.length > 50 ? undefined : parts.map((part) => sayReason(language, part, depth + 1)).join('; ');
}

function plain(language: Language, table: PlainWords, text: string): string {
  return Object.hasOwn(table, text) ? (table[text]?.[language === 'en' ? 0 : 1] ?? text) : text;
}

const namesByField: Readonly<Record<string, PlainWords>> = { kind: kindNames, owner: ownerNames, field: fieldNames, name: secretNames };

/** A short name inside a failure's data, by the field it stands in. */
export function describeName(language: Language, field: 'kind' | 'owner' | 'field' | 'name', name: string): string {
  return plain(language, namesByField[field] ?? {}, name);
}

/** Reasons often leave out what they speak of (“is empty”): Portuguese can, an English sentence gets its “it”. */
export function asClause(language: Language, reason: string): string {
  return language === 'en' && /^(?:is|are|was|has|had|holds|needs|must|may|cannot|can|does|did|ends|begins|lies|means|belongs|contains|would|lacks|fits|asks)\b/.test(reason) ? `it ${reason}` : reason;
}
