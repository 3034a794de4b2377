// What masking costs on a job's output: processor time for 20 MiB with 20 secrets, beside decoding the same text.
//   npx node bench/redact.ts [mebibytes] [secrets]
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createRedactor, type NamedValue } from '../src/main/engine/secrets/redact/index.ts';

const [size = '20', many = '20'] = process.argv.slice(2);
const chunk = 64 * 1024;
const secrets: NamedValue[] = Array.from({ length: Number(many) }, (_, index) => ({ name: `s${index}`, value: index % 5 === 0 ? generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey : randomBytes(12 + index).toString('base64url') }));

const line = (index: number): string => `2026-11-21T12:00:${String(index % 60).padStart(2, '0')}.000Z epoch ${index} loss ${(Math.sin(index) + 2).toFixed(6)} wrote /data/run-${index % 977}/weights.bin (sha256 ${(index * 2654435761).toString(16).padStart(16, '0')})\n`;
const kinds: Record<string, () => Buffer> = {
  'lines of a training run': () => Buffer.from(Array.from({ length: 8_000 }, (_, index) => line(index)).join('')),
  'with a secret in each tenth line': () => Buffer.from(Array.from({ length: 8_000 }, (_, index) => (index % 10 === 0 ? `token=${String(secrets[index % secrets.length]?.value).slice(0, 60)} ` : '') + line(index)).join('')),
  'bytes at random': () => randomBytes(1_000_000),
  'one base64 line': () => Buffer.from(randomBytes(800_000).toString('base64')),
  'one letter over and over': () => Buffer.alloc(1_000_000, 'a')
};

function cost(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const built = cost(() => void createRedactor({ secrets }));
console.log(`needles of ${secrets.length} secrets: ${built.toFixed(0)} ms`);
for (const [name, make] of Object.entries(kinds)) {
  const part = make();
  const times = Math.ceil((Number(size) * 2 ** 20) / part.length);
  const pieces = Array.from({ length: Math.ceil(part.length / chunk) }, (_, index) => part.subarray(index * chunk, (index + 1) * chunk));
  const redactor = createRedactor({ secrets });
  const rounds = [0, 1, 2].map(() => ({
    masking: cost(() => {
      for (let time = 0; time < times; time += 1) for (const piece of pieces) redactor.push(piece);
      redactor.end();
    }),
    decoding: cost(() => {
      const decoder = new TextDecoder();
      for (let time = 0; time < times; time += 1) for (const piece of pieces) decoder.decode(piece, { stream: true });
    })
  }));
  const best = rounds.reduce((one, other) => (other.masking < one.masking ? other : one));
  console.log(`${name.padEnd(36)} ${best.masking.toFixed(0)} ms for ${size} MiB, ${(best.masking / best.decoding).toFixed(1)} times decoding it; ${redactor.counts().total} hits`);
}
