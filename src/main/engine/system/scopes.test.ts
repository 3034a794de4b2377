import { describe, expect, it } from 'vitest';
import { contract } from '../../../contract/index.ts';
import { mayCall, requiredScope, readingProcedures } from './scopes.ts';
import { guardApi, isStream } from '../guard.ts';

interface Procedure {
  '~orpc': { outputSchemas?: unknown[]; outputSchema?: unknown };
}

function procedures(node: object, path: string[] = []): { path: string[]; procedure: Procedure }[] {
  return Object.entries(node).flatMap(([name, child]) => ('~orpc' in (child as object) ? [{ path: [...path, name], procedure: child as Procedure }] : procedures(child as object, [...path, name])));
}

const all = procedures(contract);
const changing = /^(init|unlock|exportKeys|set|cancel|create|remove|add|check|take|start|revoke|verify|declareNamespace|append|appendMany|import|export|run|preview|probe|measure|suggest|pick.*|open.*|notify|quit|edit|pause|resume|pauseAll|resumeAll|setMaxRunning|stop|replay|note|reclassify|acknowledge|unacknowledge|silence|unsilence|resolve|expected|closeTicket|testPing|show.*Folder)$/;

describe('scopes', () => {
  it('cover the whole contract', () => {
    expect(all.length).toBeGreaterThan(40);
  });

  it('let a reading token call nothing that changes, starts or looks beyond what Varve keeps', () => {
    const wrong = all.filter(({ path }) => mayCall('read', path) && changing.test(path.at(-1) as string)).map(({ path }) => path.join('.'));
    expect(wrong).toEqual([]);
    expect(mayCall('read', ['system', 'folders', 'list'])).toBe(false);
    expect(mayCall('read', ['gateway', 'tokens', 'list'])).toBe(false);
  });

  it('let an appending token do only that', () => {
    expect(all.filter(({ path }) => mayCall('append', path)).map(({ path }) => path.join('.'))).toEqual(['log.append', 'intake.appendMany']);
  });

  it('let the owner do everything, and close what nobody decided on', () => {
    expect(all.every(({ path }) => mayCall('owner', path))).toBe(true);
    expect(requiredScope(['something', 'new'])).toBe('owner');
  });

  it('name every reading procedure by a name the contract has', () => {
    const known = all.map(({ path }) => path.join('.'));
    expect([...readingProcedures].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('hand a stream on, also one of another process, which comes as a promise', async () => {
    const stream = async function* (): AsyncGenerator {
      yield 1;
      yield 2;
    };
    const api = guardApi({ log: { tail: stream }, desktop: { quitting: async () => stream() } } as never, (value) => value) as unknown as Record<string, Record<string, (input: unknown, context: unknown) => AsyncIterable<unknown>>>;
    for (const [branch, name] of [['log', 'tail'], ['desktop', 'quitting']] as const) {
      const given: unknown[] = [];
      for await (const each of api[branch]?.[name]?.({}, { scope: 'owner' }) ?? []) given.push(each);
      expect(given).toEqual([1, 2]);
    }
  });

  it('know which procedures are streams', () => {
    expect(all.filter(({ path }) => isStream(path)).map(({ path }) => path.join('.')).sort()).toEqual(['desktop.quitting', 'evidence.download', 'intake.export', 'intake.import', 'log.tail', 'plans.preview', 'runs.output.follow', 'runs.output.text', 'system.events', 'system.folders.measure', 'system.tasks.watch']);
  });
});
