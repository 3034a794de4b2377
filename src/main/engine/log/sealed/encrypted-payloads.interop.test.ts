// An encrypted payload, read by the Python program printed in docs/formats/encrypted-payloads.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder } from '../../store/testing.ts';
import { createTestKeys, openTestLog, testHomeId } from '../testing.ts';
import { readKeys } from './key-file.ts';

const able = spawnSync('python3', ['-c', 'import cryptography'], { stdio: 'ignore' }).status === 0;
if (!able) console.log('encrypted-payloads.interop: skipped, python3 with the package "cryptography" is not installed');

describe.skipIf(!able)('an encrypted payload', () => {
  it('is read, and its commitment checked, with the program in the documentation', () => {
    const folder = createTestFolder();
    try {
      const { log } = openTestLog({ files: createNodeFiles(), path: folder.at('log.db') });
      const { seq } = log.append({ action: 'app.measured', category: 'metrics', payload: { sensor: 'três', value: 0.25 } });
      log.close();
      const payloadKeys = readKeys(createNodeFiles(), folder.at('payload-keys.json'), testHomeId, createTestKeys().open()?.sealingKey ?? new Uint8Array()).map(({ id, key }) => ({ id, value: Buffer.from(key).toString('base64') }));
      writeFileSync(folder.at('keys.json'), JSON.stringify({ payloadKeys }));
      const page = readFileSync(new URL('../../../../../docs/formats/encrypted-payloads.md', import.meta.url), 'utf8');
      writeFileSync(folder.at('open.py'), /```python\n([\s\S]*?)```/.exec(page)?.[1] as string);
      const out = execFileSync('python3', [folder.at('open.py'), folder.at('log.db'), folder.at('keys.json'), String(seq)], { encoding: 'utf8', env: { ...process.env, PYTHONUTF8: '1' } });
      expect(out.trim().split('\n')).toEqual(['fits its commitment', '{"sensor":"três","value":0.25}']);
    } finally {
      folder.remove();
    }
  });
});
