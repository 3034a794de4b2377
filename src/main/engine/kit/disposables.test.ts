import { expect, it } from 'vitest';
import { DisposableStore } from './disposables.ts';

it('closes what was opened last first, and waits for each', async () => {
  const order: string[] = [];
  const store = new DisposableStore();
  store.add(() => void order.push('first'));
  store.add(async () => {
    await Promise.resolve();
    order.push('second');
  });
  await store.dispose();
  await store.dispose();
  expect(order).toEqual(['second', 'first']);
});

it('closes the rest when one fails, and says so at the end', async () => {
  const store = new DisposableStore();
  let closed = false;
  store.add(() => void (closed = true));
  store.add(() => Promise.reject(new Error('stuck')));
  await expect(store.dispose()).rejects.toMatchObject({ errors: [new Error('stuck')] });
  expect(closed).toBe(true);
});

it('closes a late arrival at once', async () => {
  const store = new DisposableStore();
  await store.dispose();
  let closed = false;
  store.add(() => void (closed = true));
  expect(closed).toBe(true);
});
