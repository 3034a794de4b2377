import { describe, expect, it } from 'vitest';
import { DamagedError } from './damaged.ts';
import { encodeLock, parseLock } from './lock.ts';
import { encodeSnapshot, parseSnapshot } from './snapshot.ts';
import { parseTime } from './time.ts';

const id = (digit: string): string => digit.repeat(64);

describe('snapshots', () => {
  const text =
    `{"time":"2026-11-21T03:00:00.123456789-03:00","parent":"${id('1')}","tree":"${id('2')}","paths":["/a\\u0026b","/\u00e9"],"hostname":"h","username":"u","uid":1000,"gid":1000,"excludes":["*.o"],"tags":["x","y"],"original":"${id('3')}","program_version":"Varve 0.1",` +
    '"summary":{"backup_start":"2026-11-21T03:00:00Z","backup_end":"2026-11-21T03:00:01.5Z","files_new":1,"files_changed":2,"files_unmodified":3,"dirs_new":4,"dirs_changed":5,"dirs_unmodified":6,"data_blobs":7,"tree_blobs":8,"data_added":9,"data_added_packed":10,"total_files_processed":11,"total_bytes_processed":12}}';

  it('come back with every field, in the order of restic', () => {
    const snapshot = parseSnapshot(Buffer.from(text));
    expect(snapshot).toMatchObject({ parent: id('1'), tree: id('2'), paths: ['/a&b', '/é'], uid: 1000, tags: ['x', 'y'], original: id('3'), summary: { filesNew: 1, totalBytesProcessed: 12 } });
    expect(snapshot.extra).toBeUndefined();
    expect(encodeSnapshot(snapshot).toString()).toBe(text);
  });

  it('need no more than time, tree and paths', () => {
    const snapshot = { time: parseTime('2026-11-21T03:00:00Z'), tree: id('2'), paths: ['/a'] };
    expect(encodeSnapshot(snapshot).toString()).toBe(`{"time":"2026-11-21T03:00:00Z","tree":"${id('2')}","paths":["/a"]}`);
    expect(parseSnapshot(encodeSnapshot(snapshot))).toEqual(snapshot);
    expect(parseSnapshot(Buffer.from(`{"time":"2026-11-21T03:00:00Z","tree":"${id('2')}","paths":null,"tags":null,"parent":null}`)).paths).toEqual([]);
  });

  it("keep rustic's fields and unknown ones", () => {
    const more = text.replace('"program_version"', '"label":"l","delete":{"After":"2030-01-01T00:00:00Z"},"parents":[],"big":18446744073709551615,"program_version"').replace('"files_new"', '"command":"rustic backup","files_new"');
    const snapshot = parseSnapshot(Buffer.from(more));
    expect(snapshot.extra).toEqual({ label: 'l', delete: { After: '2030-01-01T00:00:00Z' }, parents: [], big: 18446744073709551615n });
    expect(snapshot.summary?.extra).toEqual({ command: 'rustic backup' });
    expect(parseSnapshot(encodeSnapshot(snapshot))).toEqual(snapshot);
  });

  it.each(['{}', '[]', 'null', text.replace(id('2'), 'latest'), text.replace('"uid":1000', '"uid":-1'), text.replace('["x","y"]', '["x",1]'), text.replace('["x","y"]', '"x"'), text.replace('"h"', '{}'), text.replace(id('1'), '../../x'), text.replace('.123456789', '.'), text.slice(0, -1)])('%s is refused', (bad) => {
    expect(() => parseSnapshot(Buffer.from(bad))).toThrow(DamagedError);
  });
});

describe('locks', () => {
  it('come back', () => {
    const lock = { time: parseTime('2026-11-21T03:00:00.5+01:00'), exclusive: true, hostname: 'h', username: 'u', pid: 42, uid: 1000, gid: 100 };
    expect(encodeLock(lock).toString()).toBe('{"time":"2026-11-21T03:00:00.5+01:00","exclusive":true,"hostname":"h","username":"u","pid":42,"uid":1000,"gid":100}');
    expect(parseLock(encodeLock(lock))).toEqual(lock);
    expect(encodeLock({ ...lock, uid: 0, gid: undefined }).toString()).toMatch(/"pid":42\}$/);
  });

  it.each(['', '{}', '{"time":7}', '{"time":"2026-11-21T03:00:00Z","exclusive":1}', '{"time":"2026-11-21T03:00:00Z","pid":1.5}', '{"time":"2026-11-21T03:00:00Z","hostname":[]}'])('%j is refused', (bad) => {
    expect(() => parseLock(Buffer.from(bad))).toThrow(DamagedError);
  });
});
