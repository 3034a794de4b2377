import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTestEngine, testContext } from './testing/index.ts';

for (const [file, code] of [['log.db', 'LOG_DAMAGED'], ['state.db', 'HOME_DAMAGED']] as const) {
  it(`refuses to open a home whose ${file} was taken away, instead of making an empty one`, async () => {
    const first = await createTestEngine({});
    await first.engine.stop();
    rmSync(join(first.homePath, file));
    const second = await createTestEngine({ folder: first.folder, init: false, start: false, keyring: first.keyring });
    await expect(second.engine.start()).rejects.toMatchObject({ code });
    await expect(second.engine.api.plans.list({}, testContext)).rejects.toMatchObject({ code });
    await second.close();
    await first.close();
  });
}
