import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createNodeWorkers } from './workers.ts';

const run = promisify(execFile);

it('the real entry runs from source and answers an unknown task by name', async () => {
  const workers = createNodeWorkers({ workerFile: new URL('../worker.ts', import.meta.url), dataThreads: 1 });
  await expect(workers.run('no.such.task', {})).rejects.toMatchObject({ code: 'INTERNAL', message: 'no task of the name no.such.task' });
  await workers.close();
});

it('idle threads do not keep a process alive', async () => {
  const program = `
    import { createNodeWorkers } from ${JSON.stringify(new URL('./workers.ts', import.meta.url).href)};
    const workers = createNodeWorkers({ workerFile: ${JSON.stringify(new URL('./testing/test-thread.ts', import.meta.url).href)}, dataThreads: 1 });
    console.log(await workers.run('echo', 'answered'));
  `;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], { timeout: 30_000, cwd: fileURLToPath(new URL('.', import.meta.url)) });
  expect({ stdout, stderr }).toEqual({ stdout: 'answered\n', stderr: '' });
});
