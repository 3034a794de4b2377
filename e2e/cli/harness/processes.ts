// What Linux tells about running processes.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessFacts {
  pid: number;
  parent: number;
  peakBytes: number;
  zombie: boolean;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // it ended meanwhile
  }
}

export function readProcess(pid: number): ProcessFacts | undefined {
  const status = read(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return { pid, parent: Number(field('PPid')), peakBytes: Number.parseInt(field('VmHWM') || '0', 10) * 1024, zombie: field('State').startsWith('Z') };
}

export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Arguments of every process, each as one text. */
export function allCommandLines(): Map<number, string> {
  const lines = new Map<number, string>();
  for (const pid of allProcesses()) {
    const line = read(`/proc/${pid}/cmdline`);
    if (line) lines.set(pid, line.replaceAll('\0', ' ').trim());
  }
  return lines;
}

/** Processes whose environment names the folder: those that a test of it started. */
export function processesOf(folder: string): { pid: number; command: string }[] {
  const found: { pid: number; command: string }[] = [];
  for (const pid of allProcesses()) {
    if (pid === process.pid || readProcess(pid)?.zombie) continue;
    if (read(`/proc/${pid}/environ`)?.includes(folder)) found.push({ pid, command: read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? '' });
  }
  return found;
}

export interface Connection {
  protocol: 'tcp' | 'tcp6' | 'udp' | 'udp6';
  remote: string;
  local: string;
  loopback: boolean;
}

/** Internet sockets that a process holds at this moment. */
export function connectionsOf(pid: number): Connection[] {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode) inodes.add(inode);
      } catch {
        // closed meanwhile
      }
    }
  } catch {
    return [];
  }
  const found: Connection[] = [];
  for (const protocol of ['tcp', 'tcp6', 'udp', 'udp6'] as const) {
    for (const line of (read(`/proc/${pid}/net/${protocol}`) ?? '').split('\n').slice(1)) {
      const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
      if (!inodes.has(inode)) continue;
      const at = remote.split(':')[0] ?? '';
      const nobody = /^0+$/.test(at);
      const loopback = nobody || (at.length === 8 && at.endsWith('7F')) || at === '00000000000000000000000001000000' || /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(at);
      found.push({ protocol, local, remote, loopback });
    }
  }
  return found;
}
