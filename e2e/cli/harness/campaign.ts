// What long campaigns found, written where the project keeps it (docs/test-campaigns.md). Only VARVE_LONG=1 writes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { projectFolder } from './program.ts';
import { long, seed } from './scale.ts';

const path = join(projectFolder, 'docs/test-campaigns.md');
const opening = `# Test campaigns

What the long campaigns (\`npm run test:long\`) found when they were last run: one line each, replaced by the next run. \`npm test\` runs a seeded sample of the same.

| campaign | found | date | seed | machine |
|---|---|---|---|---|
`;

/** Replaces the line of this campaign, or adds it. */
export function recordCampaign(name: string, found: string): void {
  console.info(`${name}: ${found}`);
  if (!long) return;
  const line = `| ${name} | ${found} | ${new Date().toISOString().slice(0, 10)} | ${seed} | ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB |`;
  const lines = readText().trimEnd().split('\n');
  const at = lines.findIndex((one) => one.startsWith(`| ${name} |`));
  if (at >= 0) lines[at] = line;
  else lines.push(line);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
}

function readText(): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return opening;
  }
}
