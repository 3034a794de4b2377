// No key, token or password lies in the repository: secretlint looks at every file that git knows. What a test makes up and that looks real enough is
// allowed by file and rule, one line each with its reason; an allowance that nothing needs any more is an error, too.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

const root = join(import.meta.dirname, '..');
const rules = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }];
const longest = 2 * 1024 * 1024;

/** file: rules that may find exactly so much in it. */
const allowed = {
  // Made-up tokens that the masker must take out.
  'src/main/engine/log/intake/mask/mask.test.ts': { gitlab: 1, slack: 1 }
};

const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter((file) => file !== '' && file !== 'package-lock.json');
const found = new Map();
let looked = 0;
for (const file of files) {
  const path = join(root, file);
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info?.isFile() || info.size > longest) continue;
  const content = readFileSync(path);
  if (content.includes(0)) continue; // not text
  looked += 1;
  const { messages } = await lintSource({ source: { filePath: path, content: content.toString('utf8'), contentType: 'text', ext: extname(file) }, options: { config: { rules }, maskSecrets: true } });
  for (const { ruleId, ruleParentId, loc, message } of messages) {
    const rule = (ruleId ?? ruleParentId).replace(/^.*secretlint-rule-/, '');
    const key = `${file} ${rule}`;
    found.set(key, [...(found.get(key) ?? []), `${file}:${loc.start.line} ${rule}: ${message}`]);
  }
}

const problems = [];
const wanted = new Map(Object.entries(allowed).flatMap(([file, by]) => Object.entries(by).map(([rule, count]) => [`${file} ${rule}`, count])));
for (const [key, lines] of found) if (wanted.get(key) !== lines.length) problems.push(...lines);
for (const [key, count] of wanted) if ((found.get(key)?.length ?? 0) < count) problems.push(`${key}: ${count} allowed, ${found.get(key)?.length ?? 0} found; correct the list in scripts/secrets.mjs`);
for (const problem of problems) console.error(problem);
console.log(`secrets: ${looked} files, ${problems.length === 0 ? 'nothing that looks like a secret' : `${problems.length} problems`}`);
process.exit(problems.length === 0 ? 0 : 1);
