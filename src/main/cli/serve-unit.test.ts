import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serviceUnit, type UnitFacts } from './serve-unit.ts';

const facts: UnitFacts = { kind: 'system', program: [process.execPath, '/opt/My Varve/bin/varve.mjs'], args: ['--port', '7340'], user: 'ana', homePath: '/home/ana/100% mine $HOME "q"', vault: true };

it('runs as the person, gets the passphrase as a credential, and leaves what jobs started alone', () => {
  const lines = serviceUnit(facts).split('\n');
  expect(lines).toEqual(expect.arrayContaining(['User=ana', 'KillMode=process', 'LoadCredential=vault-passphrase:/etc/varve/vault-passphrase', 'Environment=VARVE_VAULT_PASSPHRASE_FILE=%d/vault-passphrase', 'WantedBy=multi-user.target']));
  expect(lines).toContain('Environment="VARVE_HOME=/home/ana/100%% mine $HOME \\"q\\"" VARVE_LOG_LEVEL=info');
  const mine = serviceUnit({ ...facts, kind: 'user', vault: false });
  expect(mine).not.toMatch(/User=|LoadCredential|PASSPHRASE/);
  expect(mine).toContain('WantedBy=default.target');
});

const systemd = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' }).status === 0;
it('is a unit that systemd accepts without a word, for the system and for one person, whatever stands in its paths', ({ skip }) => {
  if (!systemd) skip('systemd-analyze is not here: the units are not verified');
  const folder = mkdtempSync(join(tmpdir(), 'varve unit-'));
  try {
    // The program must be there for systemd to be content.
    const program = join(folder, 'My $ 100% Varve');
    mkdirSync(program);
    writeFileSync(join(program, 'varve'), '#!/bin/sh\n', { mode: 0o755 });
    for (const kind of ['system', 'user'] as const) {
      const file = join(folder, 'varve.service');
      writeFileSync(file, serviceUnit({ ...facts, kind, user: 'root', program: [process.execPath, join(program, 'varve')] }));
      const { status, stderr } = spawnSync('systemd-analyze', [...(kind === 'user' ? ['--user'] : []), 'verify', '--man=no', '--recursive-errors=no', file], { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: folder } });
      expect([status, stderr.split('\n').filter((line) => line.includes('varve.service'))], stderr).toEqual([0, []]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
