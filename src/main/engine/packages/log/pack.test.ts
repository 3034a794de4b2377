import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import type { NewEvent } from '../../log/index.ts';
import { createRecordReader, openRebuild } from '../../log/cold/index.ts';
import { rowsOfTables } from '../../log/cold/testing.ts';
import { testHomeId } from '../../log/testing.ts';
import { stateMigrations } from '../../state-migrations.ts';
import { parseState } from '../state/index.ts';
import { createPackedHome, type TestHome } from './testing/packed-home.ts';

let home: TestHome;
beforeEach(() => {
  home = createPackedHome();
});
afterEach(() => home.remove());

const note = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({ action: 'app.noted', category: 'note', payload: { text }, ...more });
const stateIn = (members: Map<string, Buffer>) => parseState(String(members.get('event-log-snapshot.json')), { path: '/p', known: stateMigrations.map(({ version }) => version) });

describe('packing the record', () => {
  it('puts events, tables, state and tree into the archive, and says what the manifest needs', async () => {
    home.log.appendMany([note('one'), note('two')]);
    home.log.checkpoints.sign();
    const progress: number[][] = [];
    const packed = await home.pack({ onProgress: (done, total) => progress.push([done, total]) });
    const head = home.log.head();
    expect(packed.files.map(({ path }) => path)).toEqual(['event-log/segment-000001.json', 'event-log-tables.jsonl', 'event-log-snapshot.json', 'tree/checkpoint', 'tree/vkey', 'tree/checkpoints.jsonl', 'tree/tile/0/000.p/4']);
    expect(packed.files.map(({ path, size }) => [path, size])).toEqual([...packed.members].map(([path, content]) => [path, content.length]));
    const shown = home.log.list({ filter: {} }).entries;
    expect(packed).toMatchObject({
      eventlogSummary: { total_events: 4, total_segments: 1, last_event_id: shown[0]?.id, first_event_id: shown.at(-1)?.id, last_current_hash: head?.hash, snapshot_exists: true },
      chainValidAtBackup: true,
      further: { event_log: { origin: home.log.origin, segment_events: 10_240, checkpoint_size: 4, erasures: [], damage: [], damage_count: 0 } },
      problems: []
    });
    expect(progress.at(-1)).toEqual([4, 4]);
    expect(stateIn(packed.members)).toMatchObject({ home: { id: testHomeId }, settings: { language: 'pt-BR' }, problems: [] });
  });

  it('of an empty one gives nulls and no snapshot', async () => {
    home.remove();
    home = createPackedHome({ begin: false });
    const { files, eventlogSummary, chainValidAtBackup } = await home.pack();
    expect(files.map(({ path }) => path)).toEqual(['tree/vkey']);
    expect(eventlogSummary).toEqual({ total_events: 0, total_segments: 0, first_event_id: null, last_event_id: null, last_current_hash: null, snapshot_exists: false });
    expect(chainValidAtBackup).toBe(true);
  });

  it('takes keys along only when they are given', async () => {
    expect((await home.pack()).members.has('keys.json')).toBe(false);
    expect(String((await home.pack({ keys: '{"format":"varve-keys-export"}\n' })).members.get('keys.json'))).toBe('{"format":"varve-keys-export"}\n');
  });

  it('writes the same whether a member is held or read twice, while events come in between', async () => {
    home.log.appendMany(Array.from({ length: 300 }, (_, i) => note(`${i} `.repeat(200))));
    home.log.checkpoints.sign();
    const held = await home.pack();
    let appended = 0;
    const streamed = await home.pack({ heldBytes: 1000, onProgress: () => void (appended += home.log.append(note('meanwhile')).seq) });
    expect(appended).toBeGreaterThan(0);
    expect([...streamed.members]).toEqual([...held.members]);
    expect(streamed.eventlogSummary).toEqual(held.eventlogSummary);
  });

  it('stops when it is cancelled, and leaves the record to others', async () => {
    home.log.appendMany(Array.from({ length: 1000 }, (_, i) => note(`${i} `.repeat(200))));
    const stop = new AbortController();
    let seen = 0;
    await expect(home.pack({ signal: stop.signal, onProgress: (done) => { seen = done; stop.abort(); } })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toBeLessThan(900);
    await expect(home.pack({ signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await home.log.erasures.erase({ reason: 'own-wish', basis: 'none', seqs: [5] })).residue).toBe('gone');
  });

  it('is not kept from it by a state.db or settings that are missing or broken', async () => {
    home.db.close();
    writeFileSync(home.folder.at('settings.json'), 'no settings');
    for (const [spoil, reason] of [[() => createNodeFiles().unlink(home.folder.at('state.db')), 'is missing'], [() => writeFileSync(home.folder.at('state.db'), 'no database'.repeat(400)), 'not a database']] as const) {
      spoil();
      const packed = await home.pack({ homeCreatedAt: null });
      expect(packed.problems.map(({ table }) => table)).toEqual(['home', 'settings', 'state.db']);
      expect(packed.problems.at(-1)?.reason).toContain(reason);
      expect(packed).toMatchObject({ chainValidAtBackup: true, eventlogSummary: { snapshot_exists: true, total_events: 2 } });
      expect(stateIn(packed.members)).toMatchObject({ home: null, settings: null });
      expect(stateIn(packed.members).problems).toEqual(packed.problems);
    }
  });

  it('is read back whole: the same entries, payloads, names, erasures, tree and checkpoints, row for row', async () => {
    const { log } = home;
    log.appendMany(Array.from({ length: 300 }, (_, i) => note(`text ${i}`, { subject: `core:${i % 7}`, category: i % 5 === 0 ? 'metrics' : 'note' })));
    await log.erasures.erase({ reason: 'own-wish', basis: 'none', seqs: [9, 10], request: '7' });
    await log.checkpoints.rotate('test');
    log.declareNamespace('lab', { type: 'object' });
    log.checkpoints.sign();
    const packed = await home.pack();
    const path = home.folder.at('again/log.db');
    const rebuild = openRebuild({ files: createNodeFiles(), path, homeId: testHomeId });
    const reader = createRecordReader({ origin: log.origin, begin: () => rebuild });
    for (const [name, content] of packed.members) if (name !== 'event-log-snapshot.json') expect([name, await reader.take(name, [content])]).toEqual([name, true]);
    const found = reader.end();
    expect(found).toMatchObject({ problems: [], problemCount: 0, events: log.entries(), vkey: String(packed.members.get('tree/vkey')).trim() });
    rebuild.close();
    expect(rowsOfTables(path)).toEqual(rowsOfTables(log.path));
  });
});
