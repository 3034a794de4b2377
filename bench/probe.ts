// What somebody else on the computer feels: a process of its own that wants to wake each millisecond and notes how late it was. Started by bench/gentle.ts.
let late: number[] = [];
let last = performance.now();

function tick(): void {
  const now = performance.now();
  late.push(Math.max(0, now - last - 1));
  last = now;
  setTimeout(tick, 1);
}
tick();

process.on('message', (message) => {
  // What came before belongs to nobody.
  if (message === 'begin') late = [];
  if (message === 'end') {
    const sorted = late.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    process.send?.({ ticks: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? 0 });
  }
});
process.on('disconnect', () => process.exit());
