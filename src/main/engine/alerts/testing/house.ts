// The alerts domain on a real state.db with a clock that stands still: jobs, repositories and everything else are what the test says.
import type { EngineEvent } from '../../../../contract/events.ts';
import type { CallContext } from '../../../../contract/index.ts';
import type { Run } from '../../../../contract/runs.ts';
import type { VerifyState } from '../../../../contract/verify.ts';
import type { MailRequest, NetRequest } from '../../ports.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createFakeClock, createSeededRandom, type FakeClock } from '../../testing/fake-clock.ts';
import { createMask } from '../../secrets/index.ts';
import { openDatabase, createOutbox, mergeMigrations, outboxMigrations, type Database, type OutboxEvent } from '../../store/index.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { createAlerts, alertMigrations, type Alerts, type AlertsDeps, type JobsFacts, type RepositoryFacts } from '../index.ts';
import type { KnownJob } from '../facts.ts';
import { hour, knownJob, noon, runOf, type JobInput, type RunInput } from './facts.ts';

export const ana: CallContext = { actor: 'ana', via: 'cli', scope: 'owner', signal: undefined };

export interface House {
  alerts: Alerts;
  api: Alerts['api'];
  clock: FakeClock;
  folder: TestFolder;
  db: Database;
  /** What the record got. */
  events: OutboxEvent[];
  announced: EngineEvent[];
  mails: MailRequest[];
  calls: NetRequest[];
  /** Answers of the outside; throw to be unreachable. */
  outside: { mail(request: MailRequest): void; net(request: NetRequest): number };
  world: {
    jobs: KnownJob[];
    runs: Map<string, Run[]>;
    active: Run[];
    scheduler: { scheduling: boolean; lastTickAt: string | null; paused: boolean };
    record: VerifyState;
    repositories: RepositoryFacts[] | Error;
    secrets: { name: string; expiresAt: string }[];
    online: boolean | undefined;
    free: number;
  };
  kept: Map<string, Uint8Array>;
  job(input?: JobInput): KnownJob;
  /** A run ends now, and whoever listens hears of it. */
  end(job: KnownJob, run?: RunInput): Run;
  start(job: KnownJob): Run;
  /** Time goes on in minutes, with a look at each. */
  minutes(count: number): Promise<void>;
  /** Another process takes over the same state.db. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export async function createHouse(change: Partial<Pick<AlertsDeps, 'ports'>> & { mail?: AlertsDeps['ports']['mail']; net?: AlertsDeps['ports']['net'] } = {}): Promise<House> {
  const folder = createTestFolder();
  const clock = createFakeClock(noon);
  const random = createSeededRandom('alerts');
  const files = createNodeFiles();
  const started: ((run: Run) => void)[] = [];
  const ended: ((run: Run) => void)[] = [];
  const leave = (list: ((run: Run) => void)[], one: (run: Run) => void) => () => void list.splice(list.indexOf(one), 1);
  const house = {
    clock, folder, events: [], announced: [], mails: [], calls: [], kept: new Map(),
    outside: { mail: () => undefined, net: () => 200 },
    world: {
      jobs: [], runs: new Map(), active: [], scheduler: { scheduling: true, lastTickAt: null, paused: false }, repositories: [], secrets: [], online: true, free: 4e11,
      record: { verdict: null, at: null, entries: 0, running: false, full: null, newer: null, anchored: null, failure: null }
    }
  } as unknown as House;
  const { world } = house;
  const jobs: JobsFacts = {
    jobs: () => world.jobs,
    recentRuns: (id, limit) => (world.runs.get(id) ?? []).slice(0, limit),
    activeRuns: () => world.active,
    outputRoom: () => undefined,
    onRunStarted: (listener) => (started.push(listener), leave(started, listener)),
    onRunEnded: (listener) => (ended.push(listener), leave(ended, listener)),
    schedulerState: () => world.scheduler,
    outputTail: async (_run, lines) => Array.from({ length: 30 }, (_, i) => `line ${i + 1}`).slice(-lines)
  };
  const mask = createMask();
  const open = (): void => {
    house.db = openDatabase({ path: folder.at('state.db'), files, migrations: mergeMigrations(outboxMigrations, alertMigrations), kind: 'state' });
    const outbox = createOutbox({ db: house.db, log: { check: () => undefined, appendMany: (events) => void house.events.push(...events) }, random, clock });
    house.alerts = createAlerts({
      ports: {
        clock, random,
        net: change.net ?? { reaches: async () => true, request: async (request) => (house.calls.push(request), { status: house.outside.net(request), body: new Uint8Array() }) },
        mail: change.mail ?? { send: async (request) => (house.outside.mail(request), void house.mails.push(request)) },
        machine: { hostname: 'lab-7' } as AlertsDeps['ports']['machine'],
        logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
      },
      db: house.db,
      outbox,
      sources: {
        jobs,
        record: () => world.record,
        repositories: async () => {
          if (world.repositories instanceof Error) throw world.repositories;
          return world.repositories;
        },
        repositoryOfPlan: () => undefined,
        homeSpace: () => ({ path: '/home', freeBytes: world.free, totalBytes: 1e12 }),
        secrets: { expiring: () => world.secrets },
        online: () => world.online
      },
      secrets: { get: async ({ id }) => house.kept.get(id), set: async ({ id }, value) => void house.kept.set(id, value), delete: async ({ id }) => house.kept.delete(id) },
      readSecret: async (reference) => {
        const value = `https://127.0.0.1:9/of-${reference.replace(':', '-')}`;
        mask.know({ name: 'address', value });
        return value;
      },
      language: () => 'en',
      mask: mask.value,
      announce: (event) => void house.announced.push(event)
    });
    house.api = house.alerts.api;
  };
  open();
  return Object.assign(house, {
    job: (input: JobInput = {}) => {
      const made = { ...knownJob(input), ...input.change };
      world.jobs.push(made);
      world.runs.set(made.id, (input.runs ?? [{ ago: 2 * hour }]).map((run) => runOf(made.id, run, clock.now())));
      return made;
    },
    end: (job: KnownJob, run: RunInput = {}) => {
      const made = runOf(job.id, { ago: 0, ...run }, clock.now());
      world.runs.set(job.id, [made, ...(world.runs.get(job.id) ?? [])]);
      for (const listener of ended) listener(made);
      return made;
    },
    start: (job: KnownJob) => {
      const made = { ...runOf(job.id, { state: 'running', ago: 0 }, clock.now()), endedAt: null };
      for (const listener of started) listener(made);
      return made;
    },
    minutes: async (count: number) => {
      for (let i = 0; i < count; i++) {
        clock.advance(60_000);
        await house.alerts.look();
      }
    },
    reopen: async () => {
      await house.alerts.close();
      house.db.close();
      open();
    },
    close: async () => {
      await house.alerts.close();
      house.db.close();
      folder.remove();
    }
  });
}

/** Titles of what the desktop was told, oldest first. */
export const notices = (house: House): string[] => house.announced.flatMap((event) => (event.kind === 'notify' ? [event.title] : []));
