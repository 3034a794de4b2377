// Waiting for something to become true, with words for when it does not.
export { until } from '../electron-stand-in/launch.ts';
