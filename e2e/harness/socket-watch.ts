// Nothing phones home: while a journey runs, every socket of every process that belongs to it is looked at a few times a second.
// Linux only (/proc); elsewhere it says so and sees nothing.
import { connectionsOf, processesOf } from '../cli/harness/processes.ts';

const everyMs = 150;

export interface SocketWatch {
  /** Ends the watch; remote ends that were not on this machine, and how many looks there were. */
  stop(): { strangers: string[]; looks: number };
}

/** `folder` stands in the environment of the journey's processes (its home or profile). */
export function watchSockets(folder: string): SocketWatch {
  const strangers = new Set<string>();
  let looks = 0;
  const look = (): void => {
    looks += 1;
    for (const { pid, command } of processesOf(folder)) {
      for (const connection of connectionsOf(pid)) if (!connection.loopback) strangers.add(`${connection.protocol} ${connection.remote} by ${command.slice(0, 80)}`);
    }
  };
  if (process.platform !== 'linux') console.warn('sockets are watched on Linux only');
  const timer = process.platform === 'linux' ? setInterval(look, everyMs) : undefined;
  return {
    stop: () => {
      clearInterval(timer);
      return { strangers: [...strangers], looks };
    }
  };
}
