// Asks the Go judge (go/judge.go), built on first use against Debian's golang-golang-x-mod-dev, without network. For interop tests only.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const libraries = '/usr/share/gocode';

export function hasGo(): boolean {
  return existsSync(`${libraries}/src/golang.org/x/mod/sumdb/tlog/tlog.go`) && spawnSync('go', ['version']).status === 0;
}

export interface Question {
  kind: 'checkpoint' | 'sign' | 'record' | 'tree' | 'prove' | 'tiles' | 'ed25519';
  [field: string]: string | number | readonly string[];
}

export interface Answer {
  ok: boolean;
  why?: string;
  origin?: string;
  size: number;
  root?: string;
  verified: number;
  seconds?: number;
  note?: string;
  proof?: string[];
}

export interface Judge {
  ask(questions: readonly Question[]): Answer[];
  close(): void;
}

export function createJudge(): Judge {
  const folder = mkdtempSync(join(tmpdir(), 'varve-judge-'));
  const program = join(folder, 'judge');
  // GOPATH mode: the library lies where Debian puts it, and nothing is looked for on the network.
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: libraries, GOFLAGS: '', GOPROXY: 'off', CGO_ENABLED: '0' };
  const built = spawnSync('go', ['build', '-o', program, join(import.meta.dirname, 'go/judge.go')], { env, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the Go judge was not built: ${built.stderr}`);
  return {
    ask(questions) {
      const { status, stdout, stderr } = spawnSync(program, { input: `${questions.map((question) => JSON.stringify(question)).join('\n')}\n`, encoding: 'utf8', maxBuffer: 2 ** 28 });
      const answers = stdout.trim().split('\n').map((line) => JSON.parse(line) as Answer);
      if (status !== 0 || answers.length !== questions.length) throw new Error(`the Go judge gave ${answers.length} answers to ${questions.length} questions: ${stderr}`);
      return answers;
    },
    close: () => rmSync(folder, { recursive: true, force: true })
  };
}
