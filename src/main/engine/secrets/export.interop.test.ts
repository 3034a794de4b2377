// The exported keys, opened by the Python program printed in docs/formats/keys-export.md.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../testing/fake-clock.ts';
import { sealExport } from './export.ts';

function pythonCan(): boolean {
  try {
    execFileSync('python3', ['-c', 'import cryptography'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const able = pythonCan();
if (!able) console.log('export.interop: skipped, python3 with the package "cryptography" is not installed');

describe.skipIf(!able)('exported keys', () => {
  it('open with the program in the documentation', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'varve-export-'));
    try {
      const passphrase = 'S\u00e3o Jo\u00e3o, 12 maçãs';
      const secrets = [{ kind: 'repository', id: 'r1', version: 1, value: Buffer.from('the password').toString('base64') }];
      const text = await sealExport({ random: createSeededRandom('export'), homeId: 'ab'.repeat(16), exportedAt: '2026-11-21T12:00:00.000Z', passphrase, content: { masterKey: '', keys: [], secrets, payloadKeys: [], missing: [] } });
      const page = readFileSync(new URL('../../../../docs/formats/keys-export.md', import.meta.url), 'utf8');
      const program = (/```python\n([\s\S]*?)```/.exec(page)?.[1] as string).replace('getpass.getpass("Passphrase: ")', 'sys.stdin.read()');
      writeFileSync(join(folder, 'keys.json'), text);
      writeFileSync(join(folder, 'open.py'), program);
      const out = execFileSync('python3', [join(folder, 'open.py'), join(folder, 'keys.json')], { input: passphrase.normalize('NFD'), encoding: 'utf8', env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUTF8: '1' } });
      expect(out.trim()).toBe("repository r1 b'the password'");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
