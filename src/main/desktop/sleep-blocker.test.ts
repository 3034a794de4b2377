// When the computer is kept from falling asleep.
import { describe, expect, it } from 'vitest';
import { createSleepBlocker } from './sleep-blocker.ts';

describe('2.10 the sleep blocker', () => {
  const arrange = () => {
    const held = new Set<number>();
    const place = { battery: false, next: 0 };
    const blocker = createSleepBlocker({ start: () => (held.add(++place.next), place.next), stop: (id) => void held.delete(id), onBattery: () => place.battery });
    return { held, place, blocker };
  };

  it('is held once while repositories are written, and let go with the last of them', () => {
    const { held, place, blocker } = arrange();
    blocker.update([{ kind: 'snapshot' }]);
    blocker.update([{ kind: 'snapshot' }, { kind: 'prune' }]);
    expect([held.size, place.next]).toEqual([1, 1]);
    blocker.update([{ kind: 'prune' }]);
    expect(held.size).toBe(1);
    blocker.update([]);
    expect(held.size).toBe(0);
  });

  it('is not held for what only reads', () => {
    const { held, blocker } = arrange();
    blocker.update([{ kind: 'check' }, { kind: 'verify' }, { kind: 'find' }]);
    expect(held.size).toBe(0);
  });

  it('is not held on battery, and follows the plug', () => {
    const { held, place, blocker } = arrange();
    place.battery = true;
    blocker.update([{ kind: 'copy' }]);
    expect(held.size).toBe(0);
    place.battery = false;
    blocker.powerChanged();
    expect(held.size).toBe(1);
    place.battery = true;
    blocker.powerChanged();
    expect(held.size).toBe(0);
  });
});
