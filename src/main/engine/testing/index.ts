// What tests of other worlds may use.
export { testContext } from './context.ts';
export { createFakeClock, createSeededRandom, type FakeClock } from './fake-clock.ts';
export { createTestEngine, taskEnd, type TestEngine, type TestEngineOptions } from './test-engine.ts';
