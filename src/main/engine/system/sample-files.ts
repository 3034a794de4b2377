// The made-up research folder: a small lake study, generated from a fixed seed so that every installation shows the same numbers. Pure: bytes
// in memory, written by sample.ts. No real place, person or measurement.
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import Database from 'better-sqlite3';

export interface SampleFile {
  path: string;
  bytes: Uint8Array;
}

export function sampleFiles(): SampleFile[] {
  const layers = measureCore('varve-sample');
  return [
    text('README.md', readme),
    text('notes/2026-09-14 field day.md', fieldNotes),
    text('notes/2026-10-02 counting.md', countingNotes),
    text('notes/ideas.txt', 'Compare layer 41 with the flood of that spring.\nAsk for the second core before the snow.\n'),
    text('data/core-a.csv', toCsv(layers)),
    text('data/core-b.csv', toCsv(measureCore('varve-sample-b'))),
    text('data/temperature.csv', temperature()),
    { path: 'data/study.sqlite', bytes: database(layers) },
    text('results/metrics.json', `${JSON.stringify(metrics(layers), null, 2)}\n`),
    { path: 'figures/core-a.png', bytes: picture(layers) },
    text('paper/draft.tex', draft),
    text('paper/references.bib', references),
    text('scripts/count_layers.py', script)
  ];
}

interface Layer {
  year: number;
  thicknessMm: number;
  grainUm: number;
  carbonPercent: number;
}

/** Numbers in [0, 1) from SHA-256 of a name and a counter: the same everywhere, good enough for a picture. */
function numbers(seed: string): () => number {
  let counter = 0;
  return () => createHash('sha256').update(`${seed}/${counter++}`).digest().readUInt32BE(0) / 4_294_967_296;
}

function measureCore(seed: string): Layer[] {
  const next = numbers(seed);
  return Array.from({ length: 120 }, (_, i) => {
    const wet = 1 + 0.6 * Math.sin(i / 6.5) + (i === 41 ? 2.4 : 0);
    return { year: 2026 - i, thicknessMm: round(0.6 + wet * (0.3 + next()), 2), grainUm: round(8 + wet * 9 * next(), 1), carbonPercent: round(1.2 + 2.8 * next(), 2) };
  });
}

function toCsv(layers: readonly Layer[]): string {
  return `year,thickness_mm,grain_um,carbon_percent\n${layers.map((layer) => `${layer.year},${layer.thicknessMm},${layer.grainUm},${layer.carbonPercent}`).join('\n')}\n`;
}

function temperature(): string {
  const next = numbers('temperature');
  const rows = Array.from({ length: 365 }, (_, day) => `${new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10)},${round(9 - 11 * Math.cos(((day - 15) / 365) * 2 * Math.PI) + 4 * (next() - 0.5), 1)}`);
  return `date,water_c\n${rows.join('\n')}\n`;
}

function metrics(layers: readonly Layer[]): object {
  const mean = (pick: (layer: Layer) => number): number => round(layers.reduce((sum, layer) => sum + pick(layer), 0) / layers.length, 3);
  return { core: 'A', layers: layers.length, meanThicknessMm: mean((layer) => layer.thicknessMm), meanGrainUm: mean((layer) => layer.grainUm), meanCarbonPercent: mean((layer) => layer.carbonPercent), thickest: layers.toSorted((a, b) => b.thicknessMm - a.thicknessMm)[0]?.year };
}

/** Built in memory, so that nothing but the finished file ever lies on the disk. */
function database(layers: readonly Layer[]): Uint8Array {
  const db = new Database(':memory:');
  try {
    db.exec('CREATE TABLE layers (year INTEGER PRIMARY KEY, thickness_mm REAL, grain_um REAL, carbon_percent REAL); CREATE TABLE cores (name TEXT PRIMARY KEY, taken TEXT, depth_m REAL)');
    const insert = db.prepare('INSERT INTO layers VALUES (?, ?, ?, ?)');
    for (const layer of layers) insert.run(layer.year, layer.thicknessMm, layer.grainUm, layer.carbonPercent);
    db.prepare("INSERT INTO cores VALUES ('A', '2026-09-14', 11.4), ('B', '2026-09-14', 12.1)").run();
    return new Uint8Array(db.serialize());
  } finally {
    db.close();
  }
}

/** An 8-bit RGB PNG (RFC 2083): the core from above, one band per layer. */
function picture(layers: readonly Layer[]): Uint8Array {
  const width = 96;
  const rows = layers.flatMap((layer) => Array.from({ length: Math.max(1, Math.round(layer.thicknessMm * 2)) }, () => layer));
  const grain = numbers('picture');
  const raw = Buffer.alloc(rows.length * (1 + width * 3));
  rows.forEach((layer, y) => {
    for (let x = 0; x < width; x++) {
      const shade = 205 - layer.carbonPercent * 28 + (grain() - 0.5) * layer.grainUm;
      const at = y * (1 + width * 3) + 1 + x * 3;
      [shade, shade * 0.9, shade * 0.74].forEach((value, i) => raw.writeUInt8(Math.max(0, Math.min(255, Math.round(value))), at + i));
    }
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(raw, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function text(path: string, content: string): SampleFile {
  return { path, bytes: Buffer.from(content, 'utf8') };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

const readme = `# A year a layer

Sample data that comes with Varve: a made-up study of two sediment cores.
Everything in it is invented. Change it, delete it, break it: that is what it is for.

- \`data/\` measurements (CSV) and a small SQLite database
- \`notes/\` what happened in the field and at the desk
- \`results/\` numbers that the script computed
- \`figures/\` a picture of core A
- \`paper/\` the draft
- \`scripts/\` how the layers were counted
`;

const fieldNotes = `# Field day, 14 September 2026

- Wind from the west, 9 °C, calm after noon.
- Core A: 11.4 m of water, 0.9 m long, closed at the second try.
- Core B: 12.1 m, the upper 3 cm disturbed. Mark in the table!
- Left the spare liner at the boat house.
`;

const countingNotes = `# Counting, 2 October 2026

Counted core A three times: 120, 119, 120 layers.
Layer 41 is four times as thick as its neighbours; a flood?
To do: count B again with fresh eyes.
`;

const draft = `\\documentclass{article}
\\title{A year a layer: two cores from a small lake}
\\begin{document}
\\maketitle
\\begin{abstract}
Two sediment cores of 120 layers each are compared. One layer stands out.
\\end{abstract}
\\section{Methods}
Layers were counted three times by the same person \\cite{sample2026}.
\\section{Results}
The mean thickness is given in \\texttt{results/metrics.json}.
\\bibliographystyle{plain}
\\bibliography{references}
\\end{document}
`;

const references = `@misc{sample2026,
  title = {Counting layers by hand},
  author = {A. N. Example},
  year = {2026},
  note = {invented for the sample data}
}
`;

const script = `"""Counts the layers of a core and prints the metrics as JSON."""
import csv
import json
import sys

with open(sys.argv[1], newline="") as handle:
    layers = list(csv.DictReader(handle))

thickness = [float(row["thickness_mm"]) for row in layers]
print(json.dumps({"layers": len(layers), "mean_thickness_mm": sum(thickness) / len(thickness)}))
`;
