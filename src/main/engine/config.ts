// What a host tells the engine about itself, apart from the ports.
import type { EngineApi } from '../../contract/index.ts';

export interface EngineConfig {
  /** Absolute; where the home is or will be made. */
  homePath: string;
  host: 'desktop' | 'serve' | 'cli';
  /** Version of the program. */
  version: string;
  /** The process's environment, or the part of it that the engine may see. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Random id of this run of the process, for the record. */
  session: string;
  /** What the host's lease says of this process, for the doctor. */
  owner?: (() => { socket: string | null }) | undefined;
  /** Given by the desktop host; without it these calls answer DESKTOP_UNAVAILABLE. */
  desktop?: EngineApi['desktop'] | undefined;
}
