// A home out of a package of the record (decisions.md 16, 17). It is built under a temporary name beside its place and gets its name at the very end, so a stop
// leaves nothing half under it. Steps, and what is left if we stop after each:
//
//   1. look at the place: missing, free, or a home that may be moved aside      -> nothing changed
//   2. the package into a log.db in `.NAME.restoring-<16 hex>`, all checked      -> a temporary folder, which the next restore removes
//   3. keys, state, settings, the first event, a checkpoint, the marker          -> the same; a home whole in itself, under a name nobody opens
//   4. an old home's folder is renamed to `NAME.before-<time>`                   -> no home at its place; the old one beside it, whole; run it again
//   5. the temporary folder gets the name                                       -> the restored home
//
// Free: a folder is there with nothing in it but what a host leaves that waits for a home (its lease). It may be held by that host, or be where a drive is mounted: so it
// stays, the home is built inside it, and at the end moved up, the marker last (`moveIntoHome`).
//
// Old home gone: the record goes on under its origin, with its keys, and says `log.restored`. Otherwise: a new origin with new keys, whose first event of
// its own, `home.created`, cites the old checkpoint; the old record lies beside it in `earlier/<old id>/`, only to be read. One key never signs two histories.
import { basename, dirname, join } from 'node:path';
import type { HomePlace, HomeRestoreReport } from '../../contract/packages.ts';
import type { AnchorInput, Verdict } from '../../contract/verify.ts';
import type { EngineConfig } from './config.ts';
import { writeFileDurable } from './kit/durable.ts';
import { errnoOf, fail, isVarveError, throwIfAborted } from './kit/errors.ts';
import { hashFile } from './kit/hash-file.ts';
import { homeMarker } from './kit/paths.ts';
import { openLog, openRebuild, originOf, payloadKeysName, readPayloadKeys, runVerify, writePayloadKeys, type LogKeys, type Rebuild } from './log/index.ts';
import { formatVkey } from './log/note/index.ts';
import type { ReadMember } from './packages/archive/model.ts';
import { readRecordPackage, type RecordPackage } from './packages/restore/read-package.ts';
import { loadState, parseState, pausedReason, statePath, type LoadedState, type PackageAtHand, type ParsedState } from './packages/state/index.ts';
import type { Files, Ports } from './ports.ts';
import { createLogKeys, createSecrets, openExport, type ExportContent, type Secrets } from './secrets/index.ts';
import { openDatabase } from './store/index.ts';
import { stateMigrations } from './state-migrations.ts';
import { homeSchema, homeStands, moveIntoHome, nearestExisting, readHome, restoringName, type HomeStands, type Marker } from './system/home.ts';

export interface RestoreHomeInput {
  packagePath: string;
  /** The members, read anew each time. */
  members(): AsyncIterable<ReadMember>;
  /** Of a sealed package; it opens the keys in it, too. */
  passphrase?: string | undefined;
  oldHome: 'gone' | 'unsure';
  /** Exported keys, or a folder with the `keys.json` of the old home, whose keyring or vault is at hand. */
  keys?: { text: string; passphrase: string } | { folder: string } | undefined;
  secretStore: 'keyring' | 'vault';
  /** Of the vault. */
  vaultPassphrase?: string | undefined;
  /** A home at the place is moved aside. */
  replace: boolean;
  anchors?: readonly AnchorInput[] | undefined;
  vkeys?: readonly string[] | undefined;
  language: 'en' | 'pt-BR';
  signal?: AbortSignal | undefined;
  onProgress?: ((bytes: number) => void) | undefined;
}

type Deps = { ports: Ports; config: Pick<EngineConfig, 'homePath' | 'version' | 'session' | 'environment'> };

/** Throws PACKAGE_REFUSED, SECRET_MISSING (no keys for a record that is to go on), HOME_EXISTS, BAD_INPUT, HOME_ON_NETWORK, NO_SPACE, NOT_WRITABLE, CANCELLED. */
export async function restoreHome(deps: Deps, input: RestoreHomeInput): Promise<HomeRestoreReport> {
  const { ports: { files, random }, config: { homePath } } = deps;
  const existing = requirePlace(deps, input.replace); // 1
  const [parent, start] = existing === 'free' ? [homePath, restoringName] : [dirname(homePath), `.${basename(homePath)}${restoringName}`];
  sweepEarlierTries(files, parent, start);
  const folder = join(parent, `${start}${Buffer.from(random.bytes(8)).toString('hex')}`);
  try {
    files.mkdirs(folder, 0o700);
    const built = await buildHome(deps, input, folder, existing); // 2, 3
    throwIfAborted(input.signal);
    const movedAside = takePlace(deps, folder, existing); // 4, 5
    return { ...built, homePath, movedAside };
  } catch (error) {
    files.removeTree(folder);
    const errno = errnoOf(error);
    if (errno === 'ENOSPC') fail('NO_SPACE', 'no space for the restored home', { path: homePath }, error);
    if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') fail('NOT_WRITABLE', `the home cannot be written: ${errno}`, { path: homePath, reason: errno }, error);
    throw error;
  }
}

function sweepEarlierTries(files: Files, parent: string, start: string): void {
  if (files.stat(parent) === undefined) return;
  for (const { name, type } of files.readdir(parent)) if (type === 'dir' && name.startsWith(start) && /^[0-9a-f]{16}$/.test(name.slice(start.length))) files.removeTree(join(parent, name));
}

/** Where a home would be made, and whether one can be. Writes nothing. */
export function homePlace({ ports: { files, volumes }, config: { homePath } }: Deps): HomePlace {
  const nearest = nearestExisting(files, homePath);
  const { freeBytes } = files.space(nearest);
  const stands = homeStands(files, homePath);
  const state = volumes.kindOf(nearest).network ? 'network' : stands === 'missing' ? 'free' : stands;
  return { path: homePath, state, freeBytes };
}

type Place = Exclude<HomeStands, 'other-files' | 'not-a-folder'>;

/** Throws what keeps a home from being made there; `replace`: a home that is there keeps nobody. */
export function requirePlace({ ports: { files, volumes }, config: { homePath } }: Deps, replace: boolean): Place {
  const { network, fileSystem } = volumes.kindOf(nearestExisting(files, homePath));
  if (network) fail('HOME_ON_NETWORK', `${homePath} is on a network file system (${fileSystem})`, { path: homePath, fileSystem });
  const stands = homeStands(files, homePath);
  switch (stands) {
    case 'not-a-folder':
      return fail('NOT_A_FOLDER', `${homePath} is not a folder`, { path: homePath });
    case 'other-files':
      return fail('BAD_INPUT', `${homePath} holds other files`, { field: 'home', reason: 'the folder holds other files and is no home; choose an empty folder or one that does not exist yet' });
    case 'home':
      return replace ? stands : fail('HOME_EXISTS', `${homePath} is a home already`, { path: homePath });
    default:
      return stands;
  }
}

/** The name for the old home: with the time, and a number where that is taken. */
function asideOf(files: Files, homePath: string, nowMs: number): string {
  const name = `${homePath}.before-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
  for (let no = 1; ; no++) {
    const path = no === 1 ? name : `${name}-${no}`;
    if (files.lstat(path) === undefined) return path;
  }
}

function takePlace({ ports: { files, clock, random }, config: { homePath } }: Deps, folder: string, existing: Place): string | null {
  let aside: string | null = null;
  if (existing === 'free') {
    moveIntoHome({ files, random, homePath }, folder);
    return null;
  }
  if (existing === 'home') {
    aside = asideOf(files, homePath, clock.now());
    files.renameNew(homePath, aside); // 4
  }
  files.renameNew(folder, homePath); // 5
  files.fsyncFolder(dirname(homePath));
  return aside;
}

type Built = Omit<HomeRestoreReport, 'homePath' | 'movedAside'>;

async function buildHome(deps: Deps, input: RestoreHomeInput, folder: string, existing: Place): Promise<Built> {
  const { ports, config } = deps;
  const { files, clock } = ports;
  const goesOn = input.oldHome === 'gone';
  const place = (oldId: string): string => (goesOn ? join(folder, 'log.db') : join(folder, 'earlier', oldId, 'log.db'));
  let rebuild: Rebuild | undefined;
  let found: RecordPackage;
  try {
    found = await readRecordPackage(input.members(), {
      begin: (origin) => {
        const oldId = origin.slice(originOf('').length);
        files.mkdirs(dirname(place(oldId)), 0o700);
        return (rebuild = openRebuild({ files, path: place(oldId), homeId: oldId }));
      },
      turn: (bytes) => {
        throwIfAborted(input.signal);
        input.onProgress?.(bytes);
      }
    });
  } finally {
    rebuild?.close();
  }
  const refuse = (member: string, reason: string): never => fail('PACKAGE_REFUSED', `${input.packagePath}: ${member} ${reason}`, { path: input.packagePath, member, reason });
  const [problem] = found.problems;
  if (problem !== undefined) refuse(problem.path, problem.reason);
  const { record } = found;
  if (record.events === 0 || record.origin === undefined) return refuse('event-log/', 'holds no events: there is nothing to restore');
  const oldId = record.origin.slice(originOf('').length);
  const state = found.state === undefined ? undefined : parseState(found.state, { path: input.packagePath, known: stateMigrations.map(({ version }) => version) });
  const content = await keysOf(input, found, oldId);
  const marker: Marker = { format: 'varve-home', schema: homeSchema, id: goesOn ? oldId : Buffer.from(ports.random.bytes(16)).toString('hex'), createdAt: (goesOn ? state?.home?.createdAt : undefined) ?? new Date(clock.now()).toISOString() };
  const secrets = createSecrets({ ...ports, homePath: folder, homeId: marker.id, environment: config.environment });
  await bringKeys(deps, { input, folder, existing, oldId, content, secrets, goesOn });
  const logKeys = createLogKeys(secrets);
  const verdict = await judge(deps, { input, path: place(oldId), origin: record.origin, vkey: record.vkey, keys: goesOn ? logKeys : undefined });
  if (verdict?.kind === 'broken') refuse(`entry ${verdict.seq}`, verdict.detail);
  const sha256 = hashFile(files, input.packagePath);
  const facts = { origin: record.origin, events: record.events, head: record.lastHash ?? '', checkpoint: record.checkpoints.at(-1)?.note ?? null, package: sha256, fileName: basename(input.packagePath) };
  const loaded = bringState(deps, folder, state, { ...input, atHand: { bytes: files.stat(input.packagePath)?.size ?? 0, files: found.files, sha256, events: record.events } });
  if (!goesOn && record.vkey !== undefined) writeFileDurable(files, join(folder, 'earlier', oldId, 'log.vkey'), Buffer.from(`${record.vkey}\n`), { random: ports.random, mode: 0o400 });
  const log = openLog({ ...ports, path: join(folder, 'log.db'), homeId: marker.id, session: config.session, actorName: ports.machine.username, keys: logKeys });
  try {
    if (goesOn) log.append({ action: 'log.restored', category: 'record', payload: { ...facts, packedAt: found.manifest?.created_at ?? null } });
    else log.append({ action: 'home.created', category: 'home', payload: { homeId: marker.id, version: config.version, platform: ports.machine.platform, secretStore: input.secretStore, schema: homeSchema, after: facts } });
    await log.checkpoints.signNow();
  } finally {
    log.close();
  }
  if (!goesOn) files.chmod(place(oldId), 0o400);
  writeFileDurable(files, join(folder, homeMarker), Buffer.from(`${JSON.stringify(marker, null, 2)}\n`), { random: ports.random, mode: 0o600 });
  return {
    homeId: marker.id, continued: goesOn, events: record.events, verdict, earlier: goesOn ? null : { id: oldId, folder: join('earlier', oldId) },
    jobs: loaded?.jobs ?? [], hooks: loaded?.hooks.map(({ plan }) => plan) ?? [], channels: loaded?.channels ?? [], ping: loaded?.ping ?? false, settingsReset: loaded?.settingsReset ?? [],
    followed: record.tables?.followed ?? [], incomplete: [...(record.tables?.incomplete ?? []), ...(state?.problems.map(({ table }) => table) ?? [])], stateThere: state !== undefined, missing: missingSecrets(state, secrets, content)
  };
}

/** Keys in the clear, from the package or from an exported file. undefined: there are none of this form. */
async function keysOf(input: RestoreHomeInput, found: RecordPackage, oldId: string): Promise<ExportContent | undefined> {
  const { keys, passphrase } = input;
  const exported = keys !== undefined && 'text' in keys ? keys : found.keys !== undefined && passphrase !== undefined ? { text: found.keys, passphrase } : undefined;
  if (exported === undefined) return undefined;
  const { homeId, content } = await openExport(exported);
  if (homeId !== oldId) fail('BAD_INPUT', 'the exported keys are of another home', { field: 'keys', reason: `are the keys of another home (${homeId}), not of this one (${oldId})` });
  return content;
}

const keyFiles = ['keys.json', payloadKeysName, 'vault.json'];

async function bringKeys({ ports, config }: Deps, { input, folder, existing, oldId, content, secrets, goesOn }: { input: RestoreHomeInput; folder: string; existing: Place; oldId: string; content: ExportContent | undefined; secrets: Secrets; goesOn: boolean }): Promise<void> {
  const { files, random } = ports;
  const place = { store: input.secretStore, passphrase: input.vaultPassphrase };
  if (!goesOn) {
    await secrets.init(place);
    if (content !== undefined) await secrets.bringIn(content.secrets);
    return;
  }
  if (content !== undefined) {
    await secrets.adopt(content, place);
    const sealingKey = await sealingKeyOf(createLogKeys(secrets));
    const keys = content.payloadKeys.map(({ id, createdAt, value }) => ({ id, createdAt, key: Buffer.from(value, 'base64') }));
    if (keys.length > 0) writePayloadKeys({ files, random, homePath: folder, homeId: oldId, sealingKey }, keys);
    return;
  }
  const from = input.keys !== undefined && 'folder' in input.keys ? input.keys.folder : existing === 'home' && readHome({ ...ports, homePath: config.homePath })?.id === oldId ? config.homePath : undefined;
  if (from === undefined || files.lstat(join(from, 'keys.json')) === undefined) {
    fail('SECRET_MISSING', 'the keys of the old home are needed to go on with its record', { name: 'log-signing' });
  }
  for (const name of keyFiles) if (files.lstat(join(from, name)) !== undefined) writeFileDurable(files, join(folder, name), files.readFile(join(from, name), 64 * 1024 * 1024), { random, mode: 0o600 });
  await secrets.open();
  if (secrets.state()?.state === 'locked' && input.vaultPassphrase !== undefined) await secrets.unlock(input.vaultPassphrase);
  // Keys that cannot be had now would leave a home that cannot go on.
  await secrets.signingSeeds();
}

async function sealingKeyOf(keys: LogKeys): Promise<Uint8Array> {
  await keys.load();
  return keys.open()?.sealingKey ?? fail('SECRET_MISSING', 'the keys are not open', { name: 'home-key' });
}

/** null: the record carries no checkpoint, so there is nothing that seals it. */
async function judge({ ports }: Deps, { input, path, origin, vkey, keys }: { input: RestoreHomeInput; path: string; origin: string; vkey: string | undefined; keys: LogKeys | undefined }): Promise<Verdict | null> {
  const given = input.vkeys ?? [];
  const own = keys?.pinned() ?? [];
  const pins = given.length > 0 ? { from: 'given' as const, vkeys: given } : own.length > 0 ? { from: 'home' as const, vkeys: own.map((key) => formatVkey(origin, key)) } : { from: 'none' as const, vkeys: vkey === undefined ? [] : [vkey] };
  const payloadKeys = keys === undefined ? [] : readPayloadKeys({ files: ports.files, homePath: dirname(path), homeId: origin.slice(originOf('').length), sealingKey: await sealingKeyOf(keys) });
  try {
    return await runVerify(ports.workers, { path, origin, mode: 'full', anchors: input.anchors ?? [], pins, payloadKeys }, { signal: input.signal });
  } catch (error) {
    if (!isVarveError(error) || error.code !== 'EVIDENCE_MISSING') throw error;
    return null;
  }
}

function bringState({ ports, config }: Deps, folder: string, state: ParsedState | undefined, { packagePath, language, atHand }: RestoreHomeInput & { atHand: PackageAtHand }): LoadedState | undefined {
  const { files, clock, random } = ports;
  const db = openDatabase({ path: join(folder, 'state.db'), files, migrations: stateMigrations, kind: 'state' });
  try {
    if (state === undefined) return undefined;
    const loaded = loadState(db, state, { path: packagePath, atHand, pause: { by: config.session === '' ? 'varve' : ports.machine.username, at: new Date(clock.now()).toISOString(), reason: pausedReason[language] ?? statePath, until: null } });
    writeFileDurable(files, join(folder, 'settings.json'), Buffer.from(`${JSON.stringify(loaded.settings, null, 2)}\n`), { random, mode: 0o600 });
    return loaded;
  } finally {
    db.close();
  }
}

/** Passwords that the restored home speaks of and does not have. */
function missingSecrets(state: ParsedState | undefined, secrets: Secrets, content: ExportContent | undefined): HomeRestoreReport['missing'] {
  const rows = (table: string): readonly Readonly<Record<string, string | number | null>>[] => state?.tables.get(table) ?? [];
  const has = (kind: string, id: string): boolean => secrets.known(kind).some((secret) => secret.id === id) && !(content?.missing ?? []).some((name) => name.startsWith(`${kind}/${id}/`));
  return [
    ...rows('repositories').flatMap(({ id, name, password_from: from }) => (from === 'store' && !has('repository', String(id)) ? [{ kind: 'repository' as const, name: String(name) }] : [])),
    ...rows('alert_channels').flatMap(({ id, name, secret_from: from }) => (from === 'kept' && !has('channel-secret', String(id)) ? [{ kind: 'channel' as const, name: String(name) }] : [])),
    ...rows('named_secrets').flatMap(({ name, removed_at: removed }) => (removed === null && !has('job-secret', String(name)) ? [{ kind: 'secret' as const, name: String(name) }] : []))
  ];
}
