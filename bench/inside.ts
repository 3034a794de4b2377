// How long looking inside large files takes, and how much memory: `node bench/inside.ts [FOLDER [WORD]]`. Files are made in the folder (a temporary one), each kind (those with
// the word in their name) in a process of its own; processor time is user and system together.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createSystemClock } from '../src/main/adapters/clock.ts';
import { createNodeFiles } from '../src/main/adapters/files.ts';
import { RowKeeper, insideMigrations } from '../src/main/engine/snapshots/inside/keep.ts';
import type { LocatedFile } from '../src/main/engine/snapshots/inside/locate.ts';
import { createPace } from '../src/main/engine/snapshots/inside/pace.ts';
import { compareInside } from '../src/main/engine/snapshots/inside/run.ts';
import { openLive } from '../src/main/engine/snapshots/inside/source.ts';
import { openDatabase } from '../src/main/engine/store/index.ts';

/** Lines, rows and items from the second file on that differ: one in a hundred. */
const cases: Readonly<Record<string, (path: string, second: boolean) => void>> = {
  'text, 190 MB, a line more at its end|log.txt': (path, second) => {
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i} of a log that somebody writes all day\n`).join('');
    const fd = openSync(path, 'w');
    for (let i = 0; i < 4000; i++) writeSync(fd, lines);
    if (second) writeSync(fd, 'one more\n');
    closeSync(fd);
  },
  'text, 400,000 lines, 1 % changed|lines.txt': (path, second) => writeFileSync(path, Array.from({ length: 400_000 }, (_, i) => `${i} is the line${second && i % 100 === 0 ? ' here' : ''}\n`).join('')),
  'text, 500,000 lines, all of them others|other.txt': (path, second) => writeFileSync(path, Array.from({ length: 500_000 }, (_, i) => `${(i * 7919 + (second ? 1 : 0)) * 31} ${second}\n`).join('')),
  'JSON, 13 MB, 1 % changed|list.json': (path, second) => writeFileSync(path, JSON.stringify(Array.from({ length: 180_000 }, (_, i) => item(i, second)))),
  'JSON, 64 MB, 1 % changed|large.json': (path, second) => writePieces(path, '[', 45, (piece) => `${piece > 0 ? ',' : ''}${JSON.stringify(Array.from({ length: 20_000 }, (_, i) => item(piece * 20_000 + i, second))).slice(1, -1)}`, ']'),
  'JSON, 35 and 55 MB, the same with other white space|form.json': (path, second) => writePieces(path, '[', 45, (piece) => `${piece > 0 ? ',' : ''}${JSON.stringify(Array.from({ length: 11_000 }, (_, i) => item(piece * 11_000 + i, false)), undefined, second ? 1 : 0).slice(1, -1)}`, ']'),
  'JSON, 64 MB of numbers in one list, 1 % changed|numbers.json': (path, second) => writePieces(path, '[', 36, (piece) => `${piece > 0 ? ',' : ''}${Array.from({ length: 90_000 }, (_, i) => (second && i % 100 === 0 ? 7 : Math.sin(piece * 90_000 + i))).join()}`, ']'),
  'JSON, 64 MB, one object of as many keys, 1 % changed|keys.json': (path, second) => writePieces(path, '{', 45, (piece) => `${piece > 0 ? ',' : ''}${Array.from({ length: 80_000 }, (_, i) => `"key${piece * 80_000 + i}":${second && i % 100 === 0 ? 7 : i}`).join()}`, '}'),
  'CSV, 700,000 rows, 1 % changed|rows.csv': (path, second) => writeFileSync(path, `id,a,b\n${Array.from({ length: 700_000 }, (_, i) => `${i},${second && i % 100 === 0 ? 9 : i % 7},text\n`).join('')}`),
  'CSV, 2,000,000 rows, 1 % changed|more.csv': (path, second) => {
    const fd = openSync(path, 'w');
    writeSync(fd, 'id,a,b,c\n');
    for (let from = 0; from < 2_000_000; from += 20_000) writeSync(fd, Array.from({ length: 20_000 }, (_, i) => `${from + i},${second && i % 100 === 0 ? 9 : i % 7},some text here,${((from + i) * 7919) % 100_003}\n`).join(''));
    closeSync(fd);
  },
  'CSV, 270,000 rows that no column tells apart, 1 % changed|rows.csv': (path, second) => writeFileSync(path, Array.from({ length: 270_000 }, (_, i) => `${i % 135_000},${second && i % 100 === 0 ? 9 : i % 7},text and more text to make it longer than that\n`).join('')),
  'SQLite, 1,000,000 rows, 0.1 % changed|rows.db': (path, second) => {
    const db = new Sqlite(path);
    db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000) INSERT INTO t SELECT n, ${second ? 'CASE n % 1000 WHEN 0 THEN 9 ELSE n % 7 END' : 'n % 7'}, 'text ' || n FROM c`);
    db.close();
  },
  'NumPy, 20,000,000 doubles, 0.1 % changed|array.npy': (path, second) => {
    const values = Float64Array.from({ length: 20_000_000 }, (_, i) => (second && i % 1000 === 0 ? i + 1 : i));
    const header = Buffer.from(`{'descr': '<f8', 'fortran_order': False, 'shape': (${values.length},), }\n`);
    const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
    start.writeUInt16LE(header.length, 8);
    writeFileSync(path, Buffer.concat([start, header, new Uint8Array(values.buffer)]));
  },
  'bytes, 500 MB, one differs at the end|raw.bin': (path, second) => {
    const bytes = Buffer.alloc(500_000_000, 0xff);
    if (second) bytes[bytes.length - 1] = 0;
    writeFileSync(path, bytes);
  }
};

function item(i: number, second: boolean): object {
  return { id: i, v: second && i % 100 === 0 ? 7 : Math.sin(i), tags: ['a', 'b'], n: { x: i } };
}

function writePieces(path: string, begin: string, pieces: number, piece: (number: number) => string, end: string): void {
  const fd = openSync(path, 'w');
  writeSync(fd, begin);
  for (let i = 0; i < pieces; i++) writeSync(fd, piece(i));
  writeSync(fd, end);
  closeSync(fd);
}

async function look(name: string, before: string, after: string, scratchPath: string): Promise<void> {
  const files = createNodeFiles();
  const open = (path: string): LocatedFile => {
    const source = openLive(files, path);
    return { name, source, livePath: undefined, wal: undefined, journal: false, close: source.close };
  };
  const db = openDatabase({ path: scratchPath, files, migrations: insideMigrations, kind: 'cache' });
  const signal = new AbortController().signal;
  const clock = createSystemClock();
  const began = process.cpuUsage();
  const { rows, rowsLeftOut, facts } = await compareInside({ before: open(before), after: open(after), as: undefined, keeper: new RowKeeper(db), pace: createPace(clock, signal, 120_000, () => undefined), context: { files, clock }, signal, scratchPath });
  const { user, system } = process.cpuUsage(began);
  db.close();
  console.log(JSON.stringify({ kind: facts.kind, rows: rows + rowsLeftOut, cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1000 }));
}

if (process.argv[2] === '--look') await look(process.argv[3] as string, process.argv[4] as string, process.argv[5] as string, process.argv[6] as string);
else {
  const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'varve-bench-inside-'));
  console.log('| what | bytes of both | differences | processor s | peak memory MB |\n|---|---:|---:|---:|---:|');
  try {
    for (const [title, make] of Object.entries(cases).filter(([each]) => each.includes(process.argv[3] ?? ''))) {
      const [what, name] = title.split('|') as [string, string];
      const paths = [false, true].map((second) => {
        const path = join(folder, `${second ? 'after' : 'before'}-${name}`);
        make(path, second);
        return path;
      }) as [string, string];
      const found = JSON.parse(execFileSync(process.execPath, [import.meta.filename, '--look', name, ...paths, join(folder, 'scratch.partial')], { encoding: 'utf8' })) as { rows: number; cpuSeconds: number; peakMegabytes: number };
      const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
      console.log(`| ${what} | ${Math.round(bytes / 1e6)} MB | ${found.rows.toLocaleString('en')} | ${found.cpuSeconds.toFixed(1)} | ${Math.round(found.peakMegabytes)} |`);
      for (const path of [...paths, join(folder, 'scratch.partial')]) for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
