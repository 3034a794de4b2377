// The doctor: looks at everything Varve rests on and says what it found. Each check stands alone: whatever it looks at may be broken in any
// way, and the others still answer. Changes nothing (one temporary file in the home is made and removed).
import { join } from 'node:path';
import type { Ping } from '../../../contract/alerts.ts';
import type { DrillReport } from '../../../contract/drills.ts';
import type { SchedulerState } from '../../../contract/jobs.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import type { Repository } from '../../../contract/repository.ts';
import type { Run } from '../../../contract/runs.ts';
import type { DoctorCheck, Settings } from '../../../contract/system.ts';
import { isGrave, standsAgainst, type AnchorStatus } from '../../../contract/anchors.ts';
import type { VerifyState } from '../../../contract/log.ts';
import { toWire } from '../kit/errors.ts';
import type { Clock, Files, Keyring, Machine, Random } from '../ports.ts';
import type { Secrets } from '../secrets/index.ts';
import type { Database, Outbox } from '../store/index.ts';
import { channelFinding, drillFinding, pingFinding, schedulerFinding, testRunFinding, serviceFinding, type ChannelState, type Finding } from './doctor-work.ts';

type CheckId = DoctorCheck['id'];

/** What the doctor looks at in an open home. */
export interface DoctorHome {
  homeId: string;
  db: Database;
  outbox: Pick<Outbox, 'failure' | 'waiting'>;
  secrets: Secrets;
  settings: { get(): Settings; setAside: string | undefined };
  verifyState(): VerifyState;
  anchors(): AnchorStatus;
  lastEntryAt(): string | undefined;
  keysWereExported(): boolean;
  /** Keys of encrypted entries that should be in payload-keys.json and are not. Throws HOME_DAMAGED, HOME_TOO_NEW. */
  missingPayloadKeys(): string[];
  repositories(): Promise<Repository[]>;
  plans(): Promise<Plan[]>;
  scheduler(): Promise<SchedulerState>;
  channels(): Promise<ChannelState[]>;
  /** With the name of the job; null for Varve's own. */
  pings(): Promise<(Pick<Ping, 'at' | 'ok' | 'error'> & { name: string | null })[]>;
  /** Newest first. */
  drills(): Promise<DrillReport[]>;
  lastTestRun(): Run | undefined;
}

export interface DoctorDeps {
  clock: Clock;
  files: Files;
  random: Random;
  keyring: Keyring;
  machine: Pick<Machine, 'platform' | 'userHome' | 'username'>;
  homePath: string;
  host: 'desktop' | 'serve' | 'cli';
  versions: { node: string; electron: string | null };
  owner: (() => { socket: string | null }) | undefined;
  home(): DoctorHome | undefined;
  /** Why the home could not be opened, when that was tried. */
  homeFailure(): unknown;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const gib = 1_073_741_824;

export async function examine(deps: DoctorDeps): Promise<DoctorCheck[]> {
  const home = deps.home();
  const simple: [CheckId, () => Finding | Promise<Finding>][] = [
    ['node', () => node(deps)],
    ['electron', () => electron(deps)],
    ['home', () => homeFolder(deps)],
    ['disk-space', () => diskSpace(deps)],
    ['native-files', () => nativeFiles(deps)],
    ['secret-store', () => secretStore(deps, home)]
  ];
  const inHome: [CheckId, (home: DoctorHome) => Finding | Promise<Finding>][] = [
    ['lease', () => lease(deps)],
    ['state', stateDatabase],
    ['settings', settings],
    ['keys', keys],
    ['log', (open) => record(deps, open)],
    ['anchors', anchors],
    ['clock', (open) => clock(deps, open)],
    ['gateway', gateway],
    ['scheduler', async (open) => schedulerFinding(await open.scheduler(), deps.clock.now())],
    ['service', () => serviceFinding(deps.files, deps.machine)],
    ['test-run', (open) => testRunFinding(open.lastTestRun())]
  ];
  const checks = await Promise.all([...simple.map(([id, check]) => attempt(id, check)), ...(home ? inHome.map(([id, check]) => attempt(id, () => check(home))) : [])]);
  if (!home) return checks;
  const drills = async (): Promise<Finding[]> => {
    const [rows, reports] = [await home.plans(), await home.drills()];
    return rows.map(({ id, name }) => drillFinding(name, reports.find(({ planId }) => planId === id), deps.clock.now()));
  };
  const lists = [
    repositories(home),
    plans(deps, home),
    each('drill', drills),
    each('channel', async () => (await home.channels()).map(channelFinding)),
    each('ping', async () => (await home.pings()).map(pingFinding))
  ];
  return [...checks, ...(await Promise.all(lists)).flat()];
}

async function attempt(id: CheckId, check: () => Finding | Promise<Finding>): Promise<DoctorCheck> {
  try {
    const finding = await check();
    return { id, state: finding.state, data: finding.data ?? {}, detail: finding.detail };
  } catch (error) {
    const { code, message } = toWire(error);
    const damaged = code === 'HOME_DAMAGED' || code === 'LOG_DAMAGED' || code === 'SECRET_MISSING';
    return { id, state: damaged ? 'broken' : 'unknown', data: { code }, detail: message };
  }
}

function node({ versions }: DoctorDeps): Finding {
  const major = Number.parseInt(versions.node, 10);
  return { state: major >= 24 ? 'well' : major >= 22 ? 'attention' : 'broken', data: { version: versions.node }, detail: `Node ${versions.node}; tested with 24` };
}

function electron({ versions, host }: DoctorDeps): Finding {
  if (versions.electron !== null) return { state: 'well', data: { version: versions.electron }, detail: `Electron ${versions.electron}` };
  return { state: 'unknown', detail: `runs as ${host}` };
}

function homeFolder({ files, random, homePath, home, homeFailure }: DoctorDeps): Finding {
  const failure = homeFailure();
  if (failure !== undefined) return { state: 'broken', data: { path: homePath, code: toWire(failure).code }, detail: toWire(failure).message };
  if (!home()) return { state: 'broken', data: { path: homePath, missing: true }, detail: 'there is no home yet; run init' };
  const probe = join(homePath, `.doctor.tmp-${Buffer.from(random.bytes(8)).toString('hex')}`);
  files.close(files.open(probe, 'wx', 0o600));
  files.unlink(probe);
  const mode = files.stat(homePath)?.mode ?? 0;
  const open = (mode & 0o077) !== 0;
  return { state: open ? 'attention' : 'well', data: { path: homePath }, detail: open ? `others may look into the home (mode ${mode.toString(8)})` : 'there and writable' };
}

function diskSpace({ files, homePath, home }: DoctorDeps): Finding {
  if (!home()) return { state: 'unknown', detail: 'no home yet' };
  const { freeBytes, totalBytes } = files.space(homePath);
  return { state: freeBytes < gib / 16 ? 'broken' : freeBytes < gib ? 'attention' : 'well', data: { path: homePath, freeBytes, totalBytes }, detail: `${freeBytes} of ${totalBytes} bytes free where the home is` };
}

function nativeFiles({ files, homePath, home }: DoctorDeps): Finding {
  if (home()) files.xattrs(homePath); // wakes the native part, which loads at first use
  const missing = [...files.degraded()].map(([what, count]) => `${what} (${count})`);
  return missing.length === 0 ? { state: 'well', detail: 'nothing was missing so far' } : { state: 'attention', data: { missing: missing.join(', ') }, detail: `missing: ${missing.join(', ')}` };
}

async function secretStore({ keyring }: DoctorDeps, home: DoctorHome | undefined): Promise<Finding> {
  const state = home?.secrets.state();
  if (state?.kind === 'vault') return { state: state.state === 'open' ? 'well' : state.state === 'locked' ? 'attention' : 'broken', data: { kind: 'vault', store: 'vault.json', passphraseFrom: home?.secrets.passphraseFrom() ?? 'person' }, detail: `vault file: ${state.detail}` };
  const probe = await keyring.probe();
  const data = { kind: 'keyring', store: probe.backend };
  if (probe.available) return { state: 'well', data, detail: `keyring: ${probe.backend}` };
  const reason = probe.reason ?? 'unknown reason';
  return state ? { state: 'broken', data, detail: `no keyring: ${reason}` } : { state: 'attention', data, detail: `no keyring: ${reason}; the vault file can be used` };
}

function lease({ owner }: DoctorDeps): Finding {
  if (!owner) return { state: 'unknown', detail: 'the host holds no lease' };
  const { socket } = owner();
  return { state: 'well', data: { socket: socket ?? '' }, detail: socket === null ? 'this process owns the home' : `this process owns the home and listens at ${socket}` };
}

function stateDatabase({ db, outbox }: DoctorHome): Finding {
  const answer = db.prepare('PRAGMA quick_check(1)').get<Record<string, unknown>>();
  const found = String(Object.values(answer ?? {})[0] ?? 'no answer');
  const { count: waiting, refused } = outbox.waiting();
  if (found !== 'ok' || waiting === 0) return { state: found === 'ok' ? 'well' : 'broken', detail: `quick_check: ${found}` };
  const failure = outbox.failure();
  const reason = failure?.message ?? refused[0]?.reason ?? 'not tried yet';
  return { state: 'attention', data: { waiting, refused: refused.length, ...(failure && { code: failure.code }) }, detail: `${waiting} events wait to be recorded: ${reason}` };
}

function settings({ settings: store }: DoctorHome): Finding {
  return store.setAside === undefined ? { state: 'well', detail: 'readable' } : { state: 'attention', data: { file: store.setAside }, detail: `the broken file is kept as ${store.setAside}` };
}

async function keys({ secrets, keysWereExported, missingPayloadKeys }: DoctorHome): Promise<Finding> {
  const lost = missingPayloadKeys();
  if (lost.length > 0) return { state: 'broken', data: { missing: lost.length }, detail: `not in payload-keys.json: ${lost.slice(0, 10).join(', ')}` };
  if (secrets.state()?.state === 'locked') return { state: 'unknown', detail: 'the vault is locked' };
  const found = await secrets.inspect();
  if (found.missing.length > 0) return { state: 'broken', data: { missing: found.missing.length }, detail: `known but not found: ${found.missing.join(', ')}` };
  return { state: keysWereExported() ? 'well' : 'attention', data: { keys: found.keys, secrets: found.secrets }, detail: `${found.keys} keys, ${found.secrets} secrets, all there` };
}

function record({ clock: time }: DoctorDeps, home: DoctorHome): Finding {
  const { verdict, at, entries } = home.verifyState();
  if (verdict?.kind === 'broken') return { state: 'broken', data: { entries, seq: verdict.seq }, detail: verdict.detail };
  if (verdict?.kind === 'behind') return { state: 'broken', data: { entries }, detail: `${verdict.entries} entries, fewer than a checkpoint from outside covers` };
  if (verdict === null || at === null) return { state: 'attention', data: { entries }, detail: 'never verified' };
  const days = Math.floor((time.now() - Date.parse(at)) / dayMs);
  return { state: days > 30 ? 'attention' : 'well', data: { entries, days }, detail: `${verdict.kind}, ${verdict.entries} of ${entries} entries, ${days} days ago` };
}

function anchors({ anchors: status }: DoctorHome): Finding {
  const { newest, days, due, uncovered, refused } = status();
  if (refused !== null && isGrave(refused) && standsAgainst(refused, newest)) return { state: 'broken', data: { size: refused.size, entries: refused.entries }, detail: `${refused.outcome}: ${refused.size} entries against ${refused.entries} (${refused.kind}, ${refused.at})` };
  const data = { uncovered, ...(days !== null && { days }) };
  if (newest === null) return { state: due ? 'attention' : 'unknown', data, detail: 'never anchored outside' };
  return { state: due ? 'attention' : 'well', data, detail: `${newest.kind}, ${newest.size} entries, ${days} days ago; ${uncovered} newer` };
}

function clock({ clock: time }: DoctorDeps, home: DoctorHome): Finding {
  const last = home.lastEntryAt();
  const nowMs = time.now();
  if (nowMs < Date.UTC(2026, 0, 1)) return { state: 'broken', data: { now: new Date(nowMs).toISOString() }, detail: 'the clock is before 2026' };
  if (last === undefined) return { state: 'unknown', detail: 'the record is empty' };
  const behindMs = Date.parse(last) - nowMs;
  return behindMs > 2 * minuteMs ? { state: behindMs > dayMs ? 'broken' : 'attention', data: { last, behindMs }, detail: `the last entry is ${behindMs} ms ahead of the clock` } : { state: 'well', detail: `last entry at ${last}` };
}

function gateway({ settings: store }: DoctorHome): Finding {
  const { host, port } = store.get().gateway;
  const local = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return { state: local ? 'well' : 'attention', data: { host, port }, detail: local ? 'this computer only' : 'other computers can reach it' };
}

async function repositories(home: DoctorHome): Promise<DoctorCheck[]> {
  try {
    const rows = await home.repositories();
    return rows.map((row) => ({ id: 'repository', state: row.state === 'ready' ? (row.lastCheck?.ok === false ? 'broken' : 'well') : row.state === 'absent' || row.state === 'other' ? 'attention' : 'broken', data: { name: row.name, path: row.path, freeBytes: row.freeBytes ?? -1 }, detail: row.lastCheck ? `${row.state}, last check ${row.lastCheck.at}: ${row.lastCheck.errors} errors` : `${row.state}, never checked` }));
  } catch (error) {
    return [await attempt('repository', () => Promise.reject(error))];
  }
}

async function plans({ clock: time, files }: DoctorDeps, home: DoctorHome): Promise<DoctorCheck[]> {
  try {
    const rows = await home.plans();
    return await Promise.all(rows.map((plan) => attempt('plan', () => planFinding(plan, files, time.now()))));
  } catch (error) {
    return [await attempt('plan', () => Promise.reject(error))];
  }
}

/** One check for each that there is. */
async function each(id: CheckId, list: () => Promise<Finding[]>): Promise<DoctorCheck[]> {
  try {
    return (await list()).map(({ state, data = {}, detail }) => ({ id, state, data, detail }));
  } catch (error) {
    return [await attempt(id, () => Promise.reject(error))];
  }
}

function planFinding(plan: Plan, files: Files, nowMs: number): Finding {
  const missing = plan.paths.filter((path) => files.stat(path) === undefined);
  if (missing.length > 0) return { state: 'broken', data: { name: plan.name, missing: missing.length }, detail: `not there: ${missing.slice(0, 3).join(', ')}` };
  if (!plan.lastSnapshot) return { state: 'attention', data: { name: plan.name }, detail: 'no snapshot yet' };
  const days = Math.floor((nowMs - Date.parse(plan.lastSnapshot.time)) / dayMs);
  return { state: days > 7 || plan.lastSnapshot.incomplete ? 'attention' : 'well', data: { name: plan.name, days }, detail: plan.lastSnapshot.incomplete ? `last snapshot ${days} days ago, with gaps` : `last snapshot ${days} days ago` };
}
