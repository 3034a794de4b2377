// Calls of the contract from a signed-in page, for setting a scene that is not what the test is about.
import type { Page } from 'playwright-core';

/** One call, for example `plans/add`; its answer. */
export function rpc<T = unknown>(page: Page, path: string, input: object): Promise<T> {
  return page.evaluate(
    async ({ path: to, input: json }) => {
      const { value } = JSON.parse(sessionStorage.getItem('varve.token') ?? '{}') as { value: string };
      const response = await fetch(`/rpc/${to}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${value}` }, body: JSON.stringify({ json }) });
      const answer = (await response.json()) as { json: unknown };
      if (!response.ok) throw new Error(`${to}: ${JSON.stringify(answer.json)}`);
      return answer.json;
    },
    { path, input }
  ) as Promise<T>;
}

/** Starts a task and waits for its end. */
export async function runTask(page: Page, path: string, input: object): Promise<void> {
  const { taskId } = await rpc<{ taskId: string }>(page, path, input);
  for (;;) {
    const task = (await rpc<{ id: string; state: string; error: unknown }[]>(page, 'system/tasks/list', {})).find(({ id }) => id === taskId);
    if (task && task.state !== 'running') {
      if (task.state === 'failed' || task.state === 'cancelled') throw new Error(`${path} ${task.state}: ${JSON.stringify(task.error)}`);
      return;
    }
    await page.waitForTimeout(100);
  }
}
