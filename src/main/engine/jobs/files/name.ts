// A job's name made from a command: the program, or the script that an interpreter is given.
import { Name } from '../../../../contract/ids.ts';

/** What only carries another program, or reads a script. */
const carriers = /^(?:sudo|nice|ionice|chronic|flock|timeout|env|exec|time|nohup|setsid|sh|bash|dash|zsh|ksh|fish|python[\d.]*|perl|ruby|node|php[\d.]*|rscript|java|cd|test|\[|if|then|for|do|while|\(|\{|!|&&|\|\||;)$/;
const longest = 40;

/** Not one of `taken`. */
export function nameFor(command: string, taken: ReadonlySet<string>): string {
  const base = candidates(command).find((name) => Name.safeParse(name).success) ?? 'cron-job';
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.has(name)) return name;
  }
}

function candidates(command: string): string[] {
  // After `cd /somewhere &&` stands what is meant.
  const words = command.replace(/^cd\s+\S+\s*(?:&&|;)\s*/, '').split(/\s+/);
  const meant = words.filter((word) => !carriers.test(basename(word).toLowerCase()) && !/^-|^\d+$|=|^[<>|&]/.test(word));
  return [...meant, ...words].map(nameOf);
}

function nameOf(word: string): string {
  return basename(word.replace(/[;&|<>(){}'"`]+/g, ''))
    .replace(/\.(?:sh|py|pl|rb|js|mjs|php|r|jar|bash)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, longest);
}

function basename(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
