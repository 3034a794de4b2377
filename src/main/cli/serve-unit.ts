// The systemd unit that keeps `varve serve` running: `--print-unit system` for all the time the computer is on, `user` for one person.

export interface UnitFacts {
  kind: 'system' | 'user';
  /** The program and what stands before `serve`: Node and the entry. */
  program: readonly string[];
  /** What stands after it. */
  args: readonly string[];
  /** Whose service it is; of a system unit only. */
  user: string;
  homePath: string;
  /** Secrets are in the vault file, which needs its passphrase at the start. */
  vault: boolean;
}

/** The text of the unit file. */
export function serviceUnit({ kind, program, args, user, homePath, vault }: UnitFacts): string {
  const passphraseFile = kind === 'system' ? '/etc/varve/vault-passphrase' : '%h/.config/varve/vault-passphrase';
  return `[Unit]
Description=Varve
${kind === 'system' ? 'Wants=network-online.target\nAfter=network-online.target local-fs.target\n' : ''}StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=exec
${kind === 'system' ? `User=${literal(user)}\n` : ''}ExecStart=${[...program, 'serve', ...args].map(argument).join(' ')}
Environment=${quoted(`VARVE_HOME=${homePath}`)} VARVE_LOG_LEVEL=info
${vault ? `# Its first line is the vault's passphrase; readable by ${kind === 'system' ? 'root' : 'you'} alone.\nLoadCredential=vault-passphrase:${passphraseFile}\nEnvironment=VARVE_VAULT_PASSPHRASE_FILE=%d/vault-passphrase\n` : ''}UMask=0077
# Programs of jobs outlive a restart of Varve and are found again: only Varve itself is told to end.
KillMode=process
TimeoutStopSec=90
Restart=on-failure
RestartSec=5
# There is no token, or a setting is wrong: trying again changes nothing.
RestartPreventExitStatus=2

[Install]
WantedBy=${kind === 'system' ? 'multi-user.target' : 'default.target'}
`;
}

const literal = (text: string): string => text.replaceAll('%', '%%');
const quoted = (text: string): string => `"${literal(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
/** Of a command line, where `$` begins a variable. */
const argument = (text: string): string => (/^[\w./:@=+-]+$/.test(text) ? text : quoted(text.replaceAll('$', '$$$$')));
